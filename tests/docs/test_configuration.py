"""docs/configuration.md and the settings describe the same variables."""

import ast
import re
from typing import NamedTuple

from tests.architecture.tree import ROOT, modules, name, syntax

ROW = re.compile(
    r"^\| `(?P<name>[A-Z0-9_]+)` \| (?P<type>[^|]+) \| (?P<default>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE
)
TYPES = {
    "env_bool": "switch", "env_int": "number", "env_str": "text", "env_secret": "secret", "env_list": "list",
    "env_path": "path", "env_url": "address", "env_choice": "one of", "env_match": "text",
    "env_prices": "prices",
}  # fmt: skip


class Variable(NamedTuple):
    """How settings read a variable. `default`: as the page writes it, None where settings compute it."""

    type: str
    default: str | None


def read_by_settings() -> dict[str, Variable]:
    """Find every call of a typed reader in settings."""
    found = {}
    for node in ast.walk(syntax(ROOT / "aime_project/settings.py")):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TYPES:
            variable, *rest = node.args
            assert isinstance(variable, ast.Constant), f"line {node.lineno}: name the variable plainly"
            default = rest[0] if rest else ast.Constant(None)
            found[str(variable.value)] = Variable(TYPES[node.func.id], written(default))
    return found


def written(default: ast.expr) -> str | None:
    """Write a literal default as the page does."""
    if not isinstance(default, ast.Constant):
        return None
    match default.value:
        case None | "":
            return "none"
        case bool(value):
            return "`on`" if value else "`off`"
        case value:
            return f"`{value}`"


def described() -> dict[str, re.Match[str]]:
    """Find the rows of the page."""
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    return {row["name"]: row for row in ROW.finditer(page)}


def test_page_names_the_variables_that_settings_read() -> None:
    missing, extra = set(read_by_settings()) - set(described()), set(described()) - set(read_by_settings())
    assert not missing, f"Describe them in docs/configuration.md: {sorted(missing)}"
    assert not extra, f"No setting reads them; remove them from docs/configuration.md: {sorted(extra)}"


def test_page_gives_the_type_of_each_variable() -> None:
    rows = described()
    wrong = [key for key, variable in read_by_settings().items() if not rows[key]["type"].startswith(variable.type)]
    assert not wrong, f"Correct their type in docs/configuration.md: {wrong}"


def test_page_gives_the_default_of_each_variable() -> None:
    """Computed defaults are described in words; secrets and addresses without one may say what happens then."""
    rows = described()
    plain = {key: v.default for key, v in read_by_settings().items() if v.default not in (None, "none")}
    wrong = {key: default for key, default in plain.items() if rows[key]["default"].strip() != default}
    assert not wrong, f"Correct their default in docs/configuration.md: {wrong}"


def test_variables_are_read_in_settings_only() -> None:
    """Elsewhere nobody would find them."""
    others = [path for path in modules() if name(path) not in ("aime_project/settings.py", "aime_project/env.py")]
    readers = [
        name(path)
        for path in others
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TYPES
    ]
    assert not readers, f"Read the variable in aime_project/settings.py: {readers}"
