"""How problems are worded: a sentence each, for it stands alone in the editor; a hint in brackets may follow it."""

import ast
from collections.abc import Iterator
from pathlib import Path

WORKFLOWS = Path(__file__).resolve().parents[2] / "workflows"
SPOKEN = ("not_yet", "only_by_hand")  # fields of a kind of node that become problems
HAS_MESSAGE_SECOND = ("Problem", "report")


def marked(tree: ast.AST) -> Iterator[str]:
    """Give the message ids marked in an expression."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gettext_noop":
            (text,) = node.args
            assert isinstance(text, ast.Constant)
            yield str(text.value)


def said(tree: ast.AST) -> Iterator[str]:
    """Give the message ids that a module says as problems."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "said":
            yield from marked(node.value)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in HAS_MESSAGE_SECOND and len(node.args) > 1:
                yield from marked(node.args[1])
            for keyword in node.keywords:
                if keyword.arg in SPOKEN:
                    yield from marked(keyword.value)


def test_problems_are_sentences() -> None:
    texts = [text for path in WORKFLOWS.rglob("*.py") for text in said(ast.parse(path.read_text(encoding="utf-8")))]
    assert len(texts) > 60, "the problems are worded elsewhere: look there"
    begun = [text for text in texts if not text[0].isupper() and not text.startswith(("%(", "{{"))]
    assert begun == [], "a problem begins with a capital letter, or with the word that it quotes"
    predicates = [text for text in texts if text.split()[0] in ("Is", "Has", "Must", "Uses", "Names")]
    assert predicates == [], "say what it is about: This is …"
    assert [text for text in texts if text.endswith((".", "!"))] == [], "a hint in brackets may follow"
