"""Imports stand at the top of a module, where a reader looks for them."""

import ast

from tests.architecture.tree import ROOT, judge, modules, name, syntax

READY = "ready() registers after all models are loaded"
ALLOWED = {
    "aime_project/apps.py:ready": READY,
    "workflows/apps.py:ready": READY,
    "runs/apps.py:ready": READY,
    "runs/desk.py:model": "openai takes about a second to import; processes that call no model must not pay it",
    "aime_project/processes/model/server.py:_load": "xllamacpp is loaded by the model server's own process only",
    "manage.py:main": "Django's entry as it is generated",
}


def test_imports_inside_functions_are_listed_with_a_reason() -> None:
    """A cycle is broken by moving the shared part down, not by hiding the import."""
    found = {}
    for path in [*modules(), ROOT / "manage.py"]:
        for function in ast.walk(syntax(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        found[f"{name(path)}:{function.name}"] = f"line {node.lineno}"
    judge(found, ALLOWED, "Move the import to the top of the module, or list it here with its reason:")
