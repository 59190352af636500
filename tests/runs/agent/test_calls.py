"""One tool call: checked, run within the time of the turn, its result cut to size."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from runs.agent.calls import MAX_RESULT_CHARS, ToolRunner
from runs.agent.model import ToolSpec
from runs.agent.parts import ToolUse
from runs.agent.tools.base import ToolFailed, ToolOutcome
from runs.agent.tools.links import links_tools
from runs.agent.workspace import Workspace

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 0}, "nested": {"type": "object", "required": ["x"]}},
    "required": ["n"],
    "additionalProperties": False,
}


class Probe:
    """A tool that does what `n` says."""

    side_effects = False
    spec = ToolSpec("probe", "Does something.", SCHEMA)

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        match arguments["n"]:
            case 1:
                raise ToolFailed("no such thing")
            case 2:
                raise RuntimeError("a bug")
            case 3:
                await asyncio.sleep(10)
            case 4:
                return ToolOutcome("x" * (MAX_RESULT_CHARS + 1))
        return ToolOutcome("fine")


async def load(name: str) -> bytes:
    raise AssertionError(name)


@pytest.fixture
def runner() -> ToolRunner:
    return ToolRunner([Probe()], Workspace({}, load))


async def said(runner: ToolRunner, arguments: Any, name: str = "probe", timeout_s: float | None = None) -> ToolOutcome:
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
    outcome, _ = await runner.run(ToolUse("1", name, raw), timeout_s=timeout_s)
    return outcome


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ('{"n": ', "not valid JSON"),
        ("[1]", "must be a JSON object"),
        ("", "'n' is a required property"),
        ({"n": "1"}, "at n: '1' is not of type 'integer'"),
        ({"n": -1}, "less than the minimum"),
        ({"n": 0, "m": 1}, "'m' was unexpected"),
        ({"n": 0, "nested": {}}, "at nested: 'x' is a required property"),
        ({"n": "y" * 500}, "…"),
        ({"n": 1}, "no such thing"),
        ({"n": 2}, "RuntimeError: a bug"),
    ],
)
async def test_wrong_call_is_told_to_the_model(runner: ToolRunner, arguments: Any, words: str) -> None:
    outcome = await said(runner, arguments)
    assert outcome.is_error
    assert words in outcome.text
    assert len(outcome.text) < 400


async def test_unknown_tool_is_told_with_the_known_ones(runner: ToolRunner) -> None:
    assert (await said(runner, {}, "shell")).text == "There is no tool shell. Tools: probe."
    assert (await said(ToolRunner([], Workspace({}, load)), {}, "shell")).text.endswith("Tools: none.")


async def test_tool_ends_with_the_time_of_the_turn(runner: ToolRunner) -> None:
    outcome = await said(runner, {"n": 3}, timeout_s=0.01)
    assert outcome.is_error
    assert "in the time left" in outcome.text


async def test_long_result_is_cut(runner: ToolRunner) -> None:
    text = (await said(runner, {"n": 4})).text
    assert text.endswith(f"[cut: {MAX_RESULT_CHARS + 1:,} characters]")


async def test_same_call_with_the_same_result_is_noticed(runner: ToolRunner) -> None:
    seen = [await runner.run(ToolUse(str(n), "probe", raw), timeout_s=None) for n, raw in enumerate(
        ['{"n": 0}', '{"n":0}', '{"n": 5}', '{ "n" : 0 }'])]  # fmt: skip
    assert [too_often for _, too_often in seen] == [False, False, False, True]
    assert [("same call" in outcome.text) for outcome, _ in seen] == [False, True, False, True]


async def test_same_broken_call_is_noticed(runner: ToolRunner) -> None:
    ends = [(await runner.run(ToolUse("1", "probe", "{"), timeout_s=None))[1] for _ in range(3)]
    assert ends == [False, False, True]


async def test_cancelling_ends_the_tool(runner: ToolRunner) -> None:
    task = asyncio.create_task(said(runner, {"n": 3}))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_outward_act_of_the_ledger_is_answered_and_not_repeated() -> None:
    arguments = {"url": "https://example.org/a", "title": "A page"}
    first = await said(ToolRunner(links_tools(), Workspace({}, load)), arguments, "links_record")
    assert first.effect is not None and len(first.writes) == 1
    assert (first.effect.kind, first.effect.target) == ("link", "https://example.org/a")
    done = {first.effect.key: first.text}
    second = await said(ToolRunner(links_tools(), Workspace({}, load, effects=done)), arguments, "links_record")
    assert (second.text, second.writes, second.effect) == (first.text, (), None)
    other = {**arguments, "url": "https://example.org/b"}
    third = await said(ToolRunner(links_tools(), Workspace({}, load, effects=done)), other, "links_record")
    assert len(third.writes) == 1, "another address is another act"


async def test_a_refused_outward_act_is_none() -> None:
    refused = await said(
        ToolRunner(links_tools(), Workspace({}, load)), {"url": "ftp://x", "title": "X"}, "links_record"
    )
    assert refused.is_error and refused.effect is None
