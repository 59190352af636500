"""The queue: task paths stand in queue.py alone and resolve; a task takes ids and calls one function."""

import ast
import re

from django.utils.module_loading import import_string

from runs import queue
from tests.architecture.tree import APPS, ROOT, files, judge, modules, name, syntax

TASK_LINES = 8
PATH = re.compile(r"^(spaces|workflows|runs|aime_project)(\.\w+)*\.tasks\.\w+$")


def test_every_task_path_resolves() -> None:
    """A path that does not resolve fails in a worker, where nobody looks."""
    paths = [value for key, value in vars(queue).items() if key.isupper() and isinstance(value, str)]
    assert paths, "runs/queue.py names no task"
    for path in paths:
        assert callable(import_string(path)), f"{path} does not resolve; correct it in runs/queue.py"


def test_task_paths_stand_in_queue_py_only() -> None:
    """Everybody else calls a function that ends in `_later`."""
    broken = [
        f"{name(path)}: {node.value}"
        for path in modules()
        if path.name != "queue.py"
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and PATH.match(node.value)
    ]
    judge(broken, {}, "Call the function of queue.py instead of naming the task:")


def test_tasks_are_short_and_plain() -> None:
    """No try, no loop: what can go wrong is handled by what the task calls."""
    broken = []
    for path in [ROOT / app / "tasks.py" for app in APPS if (ROOT / app / "tasks.py") in files(app, ".py")]:
        for task in [node for node in syntax(path).body if isinstance(node, ast.FunctionDef)]:
            plain = not any(isinstance(node, ast.Try | ast.For | ast.While | ast.With) for node in ast.walk(task))
            if (task.end_lineno or 0) - task.lineno + 1 > TASK_LINES or not plain:
                broken.append(f"{name(path)}:{task.name}")
    judge(broken, {}, f"A task has at most {TASK_LINES} lines, no try and no loop; move the work where it belongs:")
