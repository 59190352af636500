"""Joining the pieces of a stream: text, reasoning, calls however they are cut."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.agent.assembly import Assembly
from runs.agent.model import Usage
from runs.agent.parts import Reasoning, Text, ToolUse

words = st.text(max_size=12)
call = st.tuples(st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=5), words)


def delta(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


def tool(**fields: Any) -> dict[str, Any]:
    return delta(tool_calls=[fields])


def assembled(*chunks: dict[str, Any]) -> Assembly:
    assembly = Assembly()
    for chunk in chunks:
        assembly.add(chunk)
    return assembly


def cut(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


@given(st.lists(words), st.lists(words))
def test_text_and_reasoning_are_joined_apart(said: list[str], thought: list[str]) -> None:
    chunks = [delta(content=word) for word in said] + [delta(content=None, reasoning_content=word) for word in thought]
    assembly = Assembly()
    assert "".join(assembly.add(chunk) for chunk in chunks) == "".join(said) == assembly.text
    expected: list[Any] = [Reasoning("".join(thought))] if "".join(thought) else []
    assert assembly.parts() == (*expected, *([Text("".join(said))] if "".join(said) else []))


@given(st.lists(call, max_size=4), st.integers(1, 5), st.booleans())
def test_calls_are_joined_by_index_however_they_are_cut(
    some: list[tuple[str, str, str]], size: int, interleaved: bool
) -> None:
    wanted = [(f"{number}-{call_id}", name, arguments) for number, (call_id, name, arguments) in enumerate(some)]
    starts, rests = [], []
    for index, (call_id, name, arguments) in enumerate(wanted):
        starts.append(tool(index=index, id=call_id, type="function", function={"name": name, "arguments": ""}))
        rests.append([tool(index=index, function={"arguments": piece}) for piece in cut(arguments, size)])
    if interleaved:
        longest = max(map(len, rests), default=0)
        pieces = [rest[turn] for turn in range(longest) for rest in rests if turn < len(rest)]
        chunks = [*starts, *pieces]
    else:
        chunks = [chunk for start, rest in zip(starts, rests, strict=True) for chunk in (start, *rest)]
    assert assembled(*chunks).parts() == tuple(ToolUse(*fields) for fields in wanted)


@given(st.lists(call, max_size=4), st.integers(1, 5))
def test_calls_without_index_follow_their_ids(some: list[tuple[str, str, str]], size: int) -> None:
    wanted = [(f"{number}-{call_id}", name, arguments) for number, (call_id, name, arguments) in enumerate(some)]
    chunks = []
    for call_id, name, arguments in wanted:
        first, *rest = cut(arguments, size)
        chunks.append(tool(id=call_id, function={"name": name, "arguments": first}))
        chunks += [tool(function={"arguments": piece}) for piece in rest]
    assert assembled(*chunks).parts() == tuple(ToolUse(*fields) for fields in wanted)


def test_server_that_numbers_every_call_zero_is_understood() -> None:
    parts = assembled(
        tool(index=0, id="a", function={"name": "x", "arguments": "{}"}),
        tool(index=0, id="b", function={"name": "y", "arguments": "{"}),
        tool(index=0, function={"arguments": "}"}),
    ).parts()
    assert parts == (ToolUse("a", "x", "{}"), ToolUse("b", "y", "{}"))


def test_id_repeated_in_every_piece_is_one_call() -> None:
    with_index = [tool(index=0, id="a", function={"name": "x", "arguments": piece}) for piece in ("{", "}")]
    without = [tool(id="a", function={"name": "x", "arguments": piece}) for piece in ("{", "}")]
    assert assembled(*with_index).parts() == assembled(*without).parts() == (ToolUse("a", "x", "{}"),)


def test_names_alone_begin_calls_when_there_is_neither_index_nor_id() -> None:
    parts = assembled(
        tool(function={"name": "x", "arguments": "{}"}),
        tool(function={"name": "y", "arguments": {"n": "ä"}}),
        tool(function=None),
    ).parts()
    assert parts == (ToolUse("", "x", "{}"), ToolUse("", "y", '{"n": "ä"}'))


def test_usage_refusal_and_finish_are_kept() -> None:
    assembly = assembled(
        {"choices": [], "usage": None},
        {"choices": None},
        delta(refusal="no"),
        {"choices": [{"finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": None}},
    )
    assert assembly.usage == Usage(3, 0)
    assert assembly.refusal == "no"
    assert assembly.finish_reason == "stop"
    assert assembly.parts() == ()


def test_everything_the_model_wrote_is_counted() -> None:
    assembly = assembled(delta(content="a", reasoning="b"), tool(index=0, id="1", function={"arguments": "c"}))
    assert assembly.output_text == "abc"


@pytest.mark.parametrize(
    ("said", "count"), [(-5, 0), (None, 0), (7, 7), (7.9, 7), (1e30, 10**8), (float("inf"), 10**8)]
)
def test_counts_that_no_budget_and_no_database_can_use_are_held_in_bounds(said: Any, count: int) -> None:
    usage = assembled({"usage": {"prompt_tokens": said, "completion_tokens": 1}, "choices": []}).usage
    assert usage == Usage(count, 1)
