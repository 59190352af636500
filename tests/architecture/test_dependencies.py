"""Dependencies are pinned, have a reason, are declared where they are imported, and are named in NOTICE."""

import json
import re
import sys
from importlib.metadata import packages_distributions

from tests.architecture.tree import CODE, ROOT, imports, judge, modules, syntax

LINE = re.compile(r"^(?P<name>[\w.-]+)(\[[\w,]+\])?==[\w.]+\s+# \S.*$")
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
RUNTIME, DEVELOPMENT = REQUIREMENTS.split("# --- development ---")


def names(block: str) -> list[str]:
    """Give the packages of a block, in small letters."""
    found = (LINE.match(line) for line in block.splitlines())
    return [match["name"].lower() for match in found if match]


def test_every_requirement_is_pinned_with_a_reason() -> None:
    """`name==version  # why`."""
    lines = [line for line in REQUIREMENTS.splitlines() if line and not line.startswith("#")]
    judge([line for line in lines if not LINE.match(line)], {}, "Write `name==version  # why it is needed`:")


def test_what_the_code_imports_is_a_runtime_requirement() -> None:
    """A library that only another one brings may leave with it."""
    own, carriers = {*CODE, *sys.stdlib_module_names}, packages_distributions()
    used = {target.split(".")[0] for path in modules() for target in imports(syntax(path))} - own
    missing = [lib for lib in used if not {d.lower() for d in carriers.get(lib, [lib])} & set(names(RUNTIME))]
    judge(missing, {}, "Pin it in the runtime block of requirements.txt:")


def test_browser_packages_are_pinned() -> None:
    """Exact versions, and a lock that names no registry."""
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    loose = [k for k, v in {**package["dependencies"], **package["devDependencies"]}.items() if not v[0].isdigit()]
    judge(loose, {}, "Write the exact version in package.json:")
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8"), "Run npm with our .npmrc"


def test_notice_names_every_work_of_others() -> None:
    """Their licences ask for it."""
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8").lower()
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    browser = [name.rsplit("/", 1)[-1].removesuffix(".org") for name in package["dependencies"]]
    missing = [name for name in [*names(RUNTIME), *browser] if name not in notice]
    judge(missing, {}, "Add it to NOTICE with its licence:")
