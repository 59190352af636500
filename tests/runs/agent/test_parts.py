"""Parts of a message to JSON and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.agent.parts import (
    Picture,
    Reasoning,
    Text,
    ToolResult,
    ToolUse,
    UnknownParts,
    parts_from_json,
    parts_to_json,
    text_of,
    tool_uses,
)

words = st.text(max_size=30)
parts = st.one_of(
    st.builds(Text, words),
    st.builds(Reasoning, words),
    st.builds(ToolUse, words, words, words),
    st.builds(ToolResult, words, words, words, st.booleans()),
    st.builds(Picture, words, words, words, st.integers(0), st.integers(0)),
)


@given(st.lists(parts))
def test_parts_survive_json(some: list[Text]) -> None:
    assert parts_from_json(json.loads(json.dumps(parts_to_json(some)))) == tuple(some)


def test_parts_json_carries_its_schema() -> None:
    assert parts_to_json([Text("a")]) == {"schema": 1, "parts": [{"type": "text", "text": "a"}]}


@pytest.mark.parametrize("obj", [{"schema": 2, "parts": []}, {"schema": 1, "parts": [{"type": "video"}]}, {}])
def test_parts_of_a_newer_program_are_refused(obj: dict[str, object]) -> None:
    with pytest.raises(UnknownParts):
        parts_from_json(obj)


def test_text_and_calls_are_found() -> None:
    use = ToolUse("1", "t", "{}")
    message = (Reasoning("hm"), Text("a"), use, Text("b"))
    assert text_of(message) == "ab"
    assert tool_uses(message) == (use,)
