"""Only runs/transitions writes the status of a run, a node version or an attempt: in SQL or by the ORM."""

import ast
import re
from pathlib import Path

from tests.architecture.tree import judge, modules, name, syntax

SQL = re.compile(
    r"UPDATE\s+runs_(run|noderun|attempt)\b(?:(?!\bWHERE\b).)*\bstatus\s*=|(INSERT\s+INTO|DELETE\s+FROM)\s+runs_(run|noderun|attempt)\b",
    re.IGNORECASE | re.DOTALL,
)
MAKERS = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete"}
MODELS = {"Run", "NodeRun", "Attempt"}
ALLOWED = {
    "runs/actions/runs.py: Run.create": "a new run takes the first status from its model; transitions writes the rest",
    "runs/chat.py: .status =": "the status of a ToolCall row, which is not part of the state machine",
    "runs/agent/errors.py: .status =": "the HTTP status of a provider's answer",
}


def writes(path: Path) -> set[str]:
    """Name what in a module writes a status, as far as syntax shows it."""
    found = set()
    for node in ast.walk(syntax(path)):
        match node:
            case ast.Constant(value=str(text)) if SQL.search(text):
                found.add("SQL")
            case (
                ast.Assign(targets=[ast.Attribute(attr="status")]) | ast.AugAssign(target=ast.Attribute(attr="status"))
            ):
                found.add(".status =")
            case ast.Call(func=ast.Attribute(attr=attr) as call) if attr in MAKERS:
                model = next((n.id for n in ast.walk(call) if isinstance(n, ast.Name) and n.id in MODELS), "")
                if model or any(keyword.arg == "status" for keyword in node.keywords):
                    found.add(f"{model}.{attr}")
    return found


def test_only_transitions_writes_a_status() -> None:
    """One writer: compare-and-set, event and wake-up in one transaction."""
    others = [path for path in modules() if not name(path).startswith("runs/transitions/")]
    found = [f"{name(path)}: {what}" for path in others for what in writes(path)]
    judge(found, ALLOWED, "Call a function of runs/transitions instead:")


def test_the_search_finds_the_writer_itself() -> None:
    """A search that finds nothing proves nothing."""
    own = {what for path in modules("runs/transitions") for what in writes(path)}
    assert "SQL" in own
