"""Any document survives the file, the database and the comparison; anything else gives problems, never an exception."""

import difflib
import json
import string
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflows.strategies import LONG, NASTY, damaged, documents, full_lines, json_values, texts, wrong_values
from tests.workflows.texts import EXAMPLE
from workflows.asked import asked_inputs
from workflows.comparison import compare
from workflows.document import Document, DocumentError, NodeSpec, TaskConfig, from_json, parse_yaml, to_json, to_yaml
from workflows.graph import Graph, validate
from workflows.layout import positions
from workflows.template_file.problems import Problem, problem_to_json

SOME_PEOPLE = ["ada", "builder", "李"]
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])


def refusal(read: Any, source: Any) -> tuple[Document | None, list[Problem]]:
    """Read; the document, or the problems it is refused for. Anything but DocumentError is a fault."""
    try:
        return read(source), []
    except DocumentError as exc:
        assert exc.problems, "refused without a reason"
        return None, exc.problems


def assert_presentable(problems: list[Problem]) -> None:
    """They can be shown on a page, printed and sent, each within reason."""
    for problem in problems:
        shown = str(problem)
        assert problem.message
        assert len(shown) < 2000, shown[:200]
        shown.encode()
        json.dumps(problem_to_json(problem), ensure_ascii=False).encode()


def use(document: Document) -> None:
    """Do all that pages do with a draft; none of it may fail, however little its parts fit."""
    assert_presentable(validate(document, usernames=SOME_PEOPLE))
    assert_presentable(validate(document))
    assert set(positions(document)) == {node.key for node in document.nodes}
    assert set(Graph.of(document).order) == {node.key for node in document.nodes}
    assert not compare(document, document)
    compare(document, parse_yaml(EXAMPLE))
    compare(parse_yaml(EXAMPLE), document)
    asked_inputs(document)
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


# --- Right documents ------------------------------------------------------------------------------------------------
@slow
@given(documents())
def test_document_survives_the_file_and_the_database(document: Document) -> None:
    text = to_yaml(document)
    assert parse_yaml(text) == document
    assert to_yaml(parse_yaml(text)) == text
    stored = json.loads(json.dumps(to_json(document)))
    assert from_json(stored) == document
    assert to_json(from_json(stored)) == stored


@pytest.mark.parametrize("text", [*NASTY, *LONG])
def test_hard_text_survives_in_every_place(text: str) -> None:
    line = text if text.strip() and len(text.splitlines()) <= 1 else "x"
    node = NodeSpec(key="a", type="task", title=line[:120], config=TaskConfig(prompt=text))
    document = Document(name=line[:120], description=text[:5000], nodes=(node,))
    assert parse_yaml(to_yaml(document)) == document
    assert parse_yaml(to_yaml(document).replace("\n", "\r\n")).nodes[0].key == "a"


@slow
@given(documents())
def test_another_reader_of_yaml_sees_the_same_values(document: Document) -> None:
    """PyYAML's own loader follows the older YAML 1.1; written so that both agree, but for `on` as a key."""
    plain = to_json(document)
    read = yaml.safe_load(to_yaml(document))
    assert _older(read) == _older(plain)


def _older(value: Any) -> Any:
    if isinstance(value, dict):
        return {"on" if key is True else key: _older(item) for key, item in value.items()}
    return [_older(item) for item in value] if isinstance(value, list) else value


@slow
@given(documents(), documents())
def test_comparison_is_empty_only_for_the_same_document(before: Document, after: Document) -> None:
    assert bool(compare(before, after)) == (to_json(before) != to_json(after)) or _differs_in_order(before, after)
    forward, back = compare(before, after), compare(after, before)
    assert set(forward.added) == set(back.removed)
    assert set(forward.edges_added) == set(back.edges_removed)
    assert set(forward.changed) == set(back.changed)


def _differs_in_order(before: Document, after: Document) -> bool:
    return set(before.edges) == set(after.edges) and {n.key for n in before.nodes} == {n.key for n in after.nodes}


@slow
@given(documents(max_nodes=6))
def test_right_document_can_be_used(document: Document) -> None:
    use(document)
    order = Graph.of(document).order
    assert all(order.index(above) < order.index(below) for above, below in document.edges)


# --- Everything else ------------------------------------------------------------------------------------------------
@slow
@given(documents(), st.data())
def test_damaged_document_gives_problems_or_can_be_used(document: Document, data: st.DataObject) -> None:
    document_or_none, problems = refusal(from_json, data.draw(damaged(to_json(document))))
    assert_presentable(problems)
    if document_or_none:
        use(document_or_none)


@slow
@given(wrong_values)
def test_any_value_is_read_or_refused(value: Any) -> None:
    for source in (value, {"aime": 1, "name": "T", "nodes": value}, {"aime": 1, "name": "T", "nodes": [value]}):
        document, problems = refusal(from_json, source)
        assert_presentable(problems)
        if document:
            use(document)


@slow
@given(documents(), st.data())
def test_damaged_file_gives_problems_or_is_a_template(document: Document, data: st.DataObject) -> None:
    text = to_yaml(document)
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 30)))
        text = (
            text[:start] + data.draw(texts | st.sampled_from(["\ud800", "\x00", "  ", "\n", "&a ", "*a"])) + text[end:]
        )
    assert_read_or_refused(text)


@slow
@given(json_values)
def test_any_json_as_a_file_is_read_or_refused(value: Any) -> None:
    assert_read_or_refused(json.dumps(value, default=str))


@given(st.text(string.printable, max_size=200) | st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert_read_or_refused(text)


@pytest.mark.parametrize("sign", ["[", "{a: ", "- ", "? ", "'", '"', "&a ", "!!", "\t", "a: |\n"])
def test_endless_nesting_is_refused(sign: str) -> None:
    assert_read_or_refused(sign * 100_000)
    assert_read_or_refused(f"aime: 1\nname: T\nnodes: {sign * 100_000}")


@given(full_lines)
def test_half_a_character_in_the_place_of_a_problem_can_be_shown(line: str) -> None:
    """JSON and YAML escapes can spell what no encoding can write."""
    for source in ({"aime": 1, "name": "T", f"{line[:9]}\ud83d": 1}, {"aime": 1, "name": "T", "visibility": "\udfff"}):
        _document, problems = refusal(from_json, source | {"nodes": [], "edges": [["\ud800", "\x00"]]})
        assert_presentable(problems)


def test_thousands_of_problems_get_few_suggestions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Suggestions compare words with words; those of a large broken file took minutes."""
    asked: list[str] = []
    nearest = difflib.get_close_matches

    def counted(word: str, *options: Any, **named: Any) -> list[str]:
        asked.append(word)
        return nearest(word, *options, **named)

    monkeypatch.setattr(difflib, "get_close_matches", counted)
    named = [{"name": f"output_{number}", "type": "text"} for number in range(40)]
    node = {"type": "task", "prompt": " ".join(f"{{{{ inptu_{number} }}}}" for number in range(200)), "outputs": named}
    wrong = [
        [{"name": f"input_{i}", "type": "text", "from": f"task_{n}.otput_{i}"} for i in range(40)] for n in range(99)
    ]
    source = {
        "aime": 1,
        "name": "Large",
        "nodes": [{"key": f"task_{number}", "inputs": wrong[number], **node} for number in range(99)],
        "edges": [[f"task_{number}", f"task_{number + 1}"] for number in range(98)] + [["tsk_1x", "tak_2x"]] * 400,
    }
    found = validate(from_json(source), usernames=SOME_PEOPLE)
    assert len(found) > 10_000
    assert 0 < len(asked) < len(found) / 4


def assert_read_or_refused(text: str) -> None:
    """As a file, and what was read as a draft."""
    document, problems = refusal(parse_yaml, text)
    assert_presentable(problems)
    if document:
        use(document)
