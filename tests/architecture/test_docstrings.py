"""Every module says what it is for, and nothing is left for later without an issue."""

import ast
import re

import pytest

from tests.architecture.tree import files, judge, modules, name, syntax

LATER = re.compile(r"\b(TO[D]O|FIX[M]E|HA[C]K|X[X]X)\b")
FOLDERS = ("aime_project", "spaces", "workflows", "runs", "deploy", "bench", "tests")
SUFFIXES = {"static/js": ".js", "static/css": ".css", "templates": ".html", "tests/js": ".js"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_module_has_a_docstring(folder: str) -> None:
    """What it is for, what it is not for, the rule it keeps. An empty `__init__` has nothing to say."""
    spoken = [path for path in modules(folder) if path.read_text(encoding="utf-8").strip()]
    silent = [name(path) for path in spoken if not ast.get_docstring(syntax(path))]
    judge(silent, {}, "Begin the module with a docstring:")


def test_every_module_of_the_browser_begins_with_a_comment() -> None:
    """The same for JavaScript: `//` or `/*` in its first line."""
    silent = [name(path) for path in files("static/js", ".js") if not path.read_text().startswith(("//", "/*"))]
    judge(silent, {}, "Begin the module with a comment that says what it is for:")


def test_nothing_is_left_for_later_in_a_comment() -> None:
    """It belongs into an issue, where somebody finds it."""
    paths = modules(*FOLDERS) + [path for folder, suffix in SUFFIXES.items() for path in files(folder, suffix)]
    judge([name(path) for path in paths if LATER.search(path.read_text(encoding="utf-8"))], {}, "Make it an issue:")
