"""Inside an app imports go downwards only, and never in a circle."""

from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from tests.architecture.tree import APPS, dotted, files, imports, judge, modules, syntax

LAYERS = {  # from the top; a name stands for the module or folder, the longest one that fits decides
    "spaces": (
        "urls apps", "views admin management", "forms", "commands actions", "access sign_in", "models",
        "errors ids people text",
    ),
    "workflows": (
        "urls apps", "views admin management templatetags",
        "forms pages panels task_templates.forms task_templates.form_parts",
        "actions catalogue listing task_templates.actions", "queries task_templates.queries",
        "access task_templates.access",
        "editor_texts errors subscriptions", "models", "task_templates",
        "asked comparison document gallery graph layout pictures publishing_rules rules text_diff text_rows",
        "node_types placeholders template_file text_blocks topology",
    ),
    "runs": (
        "urls routing apps", "views consumers tasks admin management",
        "commands command_choices command_files pages", "forms",
        "actions host pruning quarantine recovery consents", "crew", "execution", "executors.task summaries", "chat",
        "transitions", "executors desk", "live ticker",
        "transitions.events live_frames live_outlets listening queue shutdown waiting",
        "reports start_inputs tickets uploads",
        "access artifacts candidates compiled conversation graphs history inputs money sight sql staleness wording",
        "models", "exports", "agent archives errors failures pictures possible_acts redaction reruns scheduling states",
    ),
}  # fmt: skip


def layer(app: str, module: str) -> int:
    """Give the layer of a module, 0 at the top; a module without a layer is an error of this list."""
    places = ((entry, number) for number, entries in enumerate(LAYERS[app]) for entry in entries.split())
    fits = {entry: number for entry, number in places if f"{module}.".startswith(f"{app}.{entry}.")}
    assert fits, f"{module} has no layer: give it one in {__name__}"
    return fits[max(fits, key=len)]


def inner_imports(app: str, module: str) -> Iterator[str]:
    """Give the modules of its own app that a module imports."""
    known = {dotted(path) for path in files(app, ".py")} - {app}
    path = next(path for path in files(app, ".py") if dotted(path) == module)
    yield from (target for target in set(imports(syntax(path))) & known - {module})


@pytest.mark.parametrize("app", APPS)
def test_imports_inside_an_app_go_downwards(app: str) -> None:
    """urls → views → forms → actions → transitions → access → models → pure modules."""
    graph = {}
    for module in (dotted(path) for path in modules(app) if dotted(path) != app):
        graph[module] = {target for target in inner_imports(app, module) if not module.startswith(f"{target}.")}
    upward = [f"{m} → {t}" for m, ts in graph.items() for t in ts if layer(app, t) < layer(app, m)]
    judge(upward, {}, "Move the shared part down, or call it through queue.py or a registry:")
    list(TopologicalSorter({m: {t for t in ts if not t.startswith(f"{m}.")} for m, ts in graph.items()}).static_order())
