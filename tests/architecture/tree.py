"""The source tree as the tests of this folder read it. Text and syntax only: nothing of it is imported or run."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("spaces", "workflows", "runs")
CODE = ("aime_project", *APPS)


def files(folder: str, suffix: str) -> list[Path]:
    """Give the files below a folder, sorted; migrations are left out."""
    return sorted(path for path in (ROOT / folder).rglob(f"*{suffix}") if path.parent.name != "migrations")


def modules(*folders: str) -> list[Path]:
    """Give the Python modules below folders, all code by default."""
    return [path for folder in folders or CODE for path in files(folder, ".py")]


def name(path: Path) -> str:
    """Name a file from the root of the tree."""
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    """Give the name that a module is imported by."""
    return name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def syntax(path: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """Give the dotted names that a piece of syntax imports; `from a import b` gives both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def judge(found: Mapping[str, str] | Iterable[str], allowed: Mapping[str, str], fix: str) -> None:
    """Fail for what breaks a rule and is not allowed, and for what is allowed but breaks it no longer."""
    details = found if isinstance(found, Mapping) else dict.fromkeys(found, "")
    broken = [f"\n  {key} {details[key]}".rstrip() for key in sorted(set(details) - set(allowed))]
    assert not broken, fix + "".join(broken)
    stale = sorted(set(allowed) - set(details))
    assert not stale, f"These keep the rule now; take them off the allow-list: {stale}"
