"""Functions do one thing: hard limits on their length and their parameters."""

import ast
import inspect
from collections.abc import Iterator

from django.urls import get_resolver

from tests.architecture.test_permission import addresses
from tests.architecture.tree import judge, modules, name, syntax

FUNCTION_LINES, VIEW_LINES, PARAMETERS = 50, 20, 7
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(*folders: str) -> Iterator[tuple[str, Function]]:
    """Give every function with its place."""
    for path in modules(*folders):
        for node in ast.walk(syntax(path)):
            if isinstance(node, Function):
                yield f"{name(path)}:{node.name}", node


def parameters(function: Function) -> int:
    """Count the parameters but self and cls."""
    args = function.args
    named = [arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    return len([arg for arg in named if arg not in ("self", "cls")])


def own_lines(view: object) -> int:
    """Count the lines of a view from its `def`."""
    lines = inspect.getsource(view).splitlines()  # type: ignore[arg-type]
    return len(lines) - next(place for place, line in enumerate(lines) if line.lstrip().startswith(("def ", "async ")))


def test_functions_stay_short() -> None:
    """Past the limit something in it has a name of its own."""
    length = {place: (node.end_lineno or 0) - node.lineno + 1 for place, node in functions()}
    broken = {place: f"{count} lines" for place, count in length.items() if count > FUNCTION_LINES}
    judge(broken, {}, f"A function has at most {FUNCTION_LINES} lines; give its parts names:")


def test_functions_take_few_parameters() -> None:
    """What belongs together is a dataclass."""
    broken = {place: f"{count}" for place, node in functions() if (count := parameters(node)) > PARAMETERS}
    judge(broken, {}, f"A function takes at most {PARAMETERS} parameters; make a frozen dataclass of some:")


def test_views_stay_short() -> None:
    """Load with permission, bind the form, call one action, choose the template, return."""
    views = [inspect.unwrap(pattern.callback) for _route, pattern in addresses(get_resolver())]
    own = [view for view in views if view.__module__.split(".")[0] in ("spaces", "workflows", "runs")]
    assert own, "no views found"
    length = {f"{view.__module__}.{view.__name__}": own_lines(view) for view in own}
    broken = {place: f"{count} lines" for place, count in length.items() if count > VIEW_LINES}
    judge(broken, {}, f"A view has at most {VIEW_LINES} lines under its decorators; move decisions into an action:")
