"""Imports between apps go one way: runs → workflows → spaces. The project is imported by nobody."""

import ast

from tests.architecture.tree import APPS, CODE, dotted, imports, judge, modules, name, syntax

BELOW = {"spaces": set(), "workflows": {"spaces"}, "runs": {"spaces", "workflows"}}
VAGUE = {"utils", "util", "helpers", "common", "core", "misc"}


def test_an_app_imports_only_the_apps_below_it() -> None:
    """A registry, a foreign key or a page that fetches a page goes upward; an import does not."""
    broken = {}
    for app in APPS:
        for path in modules(app):
            above = {target for target in imports(syntax(path)) if target.split(".")[0] in {*CODE, "tests", "bench"}}
            for target in above:
                if target.split(".")[0] not in BELOW[app] | {app}:
                    broken[f"{name(path)} → {target}"] = ""
    judge(broken, {}, "Go upward by a registry filled in apps.ready, or by URL in a template; do not import:")


def test_nothing_imports_the_tests() -> None:
    """Tests may use everything; nothing may use them."""
    broken = [name(path) for path in modules() for target in imports(syntax(path)) if target.split(".")[0] == "tests"]
    judge(broken, {}, "Move what is needed out of tests/:")


def test_no_import_is_relative_across_folders() -> None:
    """A relative import has to be read with the file's place in mind."""
    broken = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.ImportFrom) and node.level > 1
    ]
    judge(broken, {}, "Write the whole dotted name:")


def test_modules_are_named_by_a_subject() -> None:
    """A shared function has a subject, and lives in the lowest app under that name."""
    broken = [name(path) for path in modules() if VAGUE & set(dotted(path).split("."))]
    judge(broken, {}, "Name the module by what it is about:")
