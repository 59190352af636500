"""No database error is caught inside the transaction that it broke: PostgreSQL refuses everything after it."""

import ast
from collections.abc import Iterator

from tests.architecture.tree import judge, modules, name, syntax

DATABASE_ERRORS = {
    "DatabaseError", "DataError", "Error", "IntegrityError", "InterfaceError", "InternalError", "OperationalError",
    "ProgrammingError", "Exception", "BaseException",
}  # fmt: skip


def is_atomic(node: ast.AST) -> bool:
    """Say whether a block or function is one transaction."""
    if isinstance(node, ast.With):
        return any("atomic" in ast.unparse(item.context_expr) for item in node.items)
    return isinstance(node, ast.FunctionDef) and any("atomic" in ast.unparse(one) for one in node.decorator_list)


def caught_inside(block: ast.AST) -> Iterator[ast.ExceptHandler]:
    """Give the handlers of database errors in a transaction; a `try` around an inner savepoint is fine."""
    for node in ast.walk(block):
        if isinstance(node, ast.Try) and not all(is_atomic(inner) for inner in node.body):
            for handler in node.handlers:
                names = (
                    {"Exception"}
                    if handler.type is None
                    else {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
                )
                names |= {n.attr for n in ast.walk(handler) if isinstance(n, ast.Attribute)} & DATABASE_ERRORS
                if names & DATABASE_ERRORS:
                    yield handler


def test_no_database_error_is_caught_inside_a_transaction() -> None:
    """Catch it outside, or give the statement a savepoint of its own."""
    blocks = [(path, node) for path in modules() for node in ast.walk(syntax(path)) if is_atomic(node)]
    assert blocks, "no transaction found"
    broken = [f"{name(path)}:{handler.lineno}" for path, node in blocks for handler in caught_inside(node)]
    judge(broken, {}, "Catch it outside of atomic(), or put the statement into its own atomic() inside the try:")
