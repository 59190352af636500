"""Deciding is pure: these modules import no Django, no models and nothing that is not pure itself."""

import sys

from tests.architecture.tree import dotted, files, imports, judge, modules, name, syntax

PURE = (
    "workflows.asked", "workflows.comparison", "workflows.document", "workflows.graph", "workflows.layout",
    "workflows.node_types", "workflows.pictures", "workflows.placeholders", "workflows.publishing_rules",
    "workflows.rules",
    "workflows.task_templates.content", "workflows.task_templates.resolving", "workflows.template_file",
    "workflows.text_blocks", "workflows.text_diff", "workflows.text_rows", "workflows.topology",
    "runs.agent", "runs.archives", "runs.pictures", "runs.possible_acts", "runs.reruns", "runs.scheduling",
    "runs.states",
)  # fmt: skip
LIBRARIES = {
    "workflows.template_file": {"yaml"},
    "workflows.node_types": {"cronsim"},
    "runs.agent": {"openai", "jiter", "pydantic", "jsonschema", "httpx2"},
}


def below(module: str, packages: object) -> bool:
    """Say whether a module is one of the packages or inside one."""
    return any(f"{module}.".startswith(f"{package}.") for package in packages)  # type: ignore[attr-defined]


def test_pure_modules_import_the_standard_library_and_each_other() -> None:
    """Pass models, rows, clocks and transports in as values instead."""
    broken = {}
    for path in (path for path in modules("workflows", "runs") if below(dotted(path), PURE)):
        libraries = {lib for package, libs in LIBRARIES.items() if below(dotted(path), [package]) for lib in libs}
        for target in imports(syntax(path)):
            top = target.split(".")[0]
            is_parent = target in ("workflows", "runs")
            if top not in sys.stdlib_module_names | libraries and not below(target, PURE) and not is_parent:
                broken[f"{name(path)} → {target}"] = ""
    judge(broken, {}, "Pass it in as a value, or move the module to the part that does:")


def test_every_pure_name_exists() -> None:
    """A renamed module must not leave the rule unnoticed."""
    known = {dotted(path) for app in ("workflows", "runs") for path in files(app, ".py")}
    judge(set(PURE) - known, {}, "Correct the list PURE:")


def test_pure_modules_say_so() -> None:
    """A reader of a pure module knows from its first line what may not come in."""
    single = [path for path in modules("runs") if dotted(path) in PURE and path.name != "__init__.py"]
    silent = [name(path) for path in single if "pure" not in path.read_text(encoding="utf-8")[:300].lower()]
    judge(silent, {}, "Begin the module's docstring with “PURE.”:")
