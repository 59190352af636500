"""The agent loop with a scripted model: rounds, tools, budgets, stops."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import pytest

from runs.agent import errors
from runs.agent.budget import Budget, Spent
from runs.agent.loop import (
    AgentEvent,
    AgentRequest,
    Finished,
    MessageFinished,
    MessageStarted,
    Stopped,
    ToolFinished,
    ToolStarted,
    run,
)
from runs.agent.model import ChatMessage, TextDelta, Usage
from runs.agent.parts import Reasoning, Text, ToolResult, ToolUse
from runs.agent.tools import tools_for
from runs.agent.workspace import Workspace
from tests.fakes.model import Answer, FakeModel, calls, fails, says

TOOLS = tools_for(["files"])
ASK = (ChatMessage("user", (Text("Write a note."),)),)


async def load(name: str) -> bytes:
    raise AssertionError(name)


async def turn(
    model: FakeModel, *, budget: Budget | None = None, tools: Sequence[Any] = TOOLS, **request: Any
) -> list[AgentEvent]:
    request = {"messages": ASK, **request}
    clock = request.pop("clock", None)
    rest = {} if clock is None else {"clock": clock}
    events = run(
        AgentRequest(**request),
        model=model,
        tools=tools,
        workspace=Workspace({}, load),
        budget=budget or Budget(),
        **rest,
    )
    async with aclosing(events) as stream:
        return [event async for event in stream]


def kinds(events: Sequence[AgentEvent]) -> list[type]:
    return [type(event) for event in events if not isinstance(event, TextDelta)]


def results(events: Sequence[AgentEvent]) -> list[str]:
    return [event.outcome.text for event in events if isinstance(event, ToolFinished)]


async def test_answer_without_tools_finishes() -> None:
    events = await turn(FakeModel([says("Hello 你好")]))
    assert kinds(events) == [MessageStarted, MessageFinished, Finished]
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "Hello 你好"
    assert events[-1] == Finished(Usage(10, 5))


async def test_tool_is_announced_before_it_runs_and_its_result_goes_back() -> None:
    model = FakeModel([calls("files_write", {"name": "a.md", "content": "x"}, call_id="c1"), says("done")])
    events = await turn(model)
    assert kinds(events) == [
        MessageStarted, MessageFinished, ToolStarted, ToolFinished, MessageStarted, MessageFinished, Finished,
    ]  # fmt: skip
    finished = next(event for event in events if isinstance(event, ToolFinished))
    assert finished.outcome.writes[0].name == "a.md"
    assert model.requests[1].messages[-1] == ChatMessage(
        "tool", (ToolResult("c1", "files_write", "Wrote a.md (1 bytes).", is_error=False),)
    )
    assert events[-1] == Finished(Usage(20, 10))


async def test_conversation_only_grows() -> None:
    model = FakeModel([calls("files_list"), calls("files_list", {"x": 1}), says("done")])
    await turn(model)
    first, second, third = (request.messages for request in model.requests)
    assert second[: len(first)] == first
    assert third[: len(second)] == second


async def test_parallel_calls_are_answered_together() -> None:
    answer = Answer(calls=(ToolUse("a", "files_list", ""), ToolUse("b", "nope", "{}")))
    model = FakeModel([answer, says("done")])
    events = await turn(model)
    assert results(events)[0] == "There are no files."
    reply = model.requests[1].messages[-1].parts
    assert [part.call_id for part in reply if isinstance(part, ToolResult)] == ["a", "b"]
    assert [part.is_error for part in reply if isinstance(part, ToolResult)] == [False, True]


async def test_calls_without_or_with_used_ids_get_their_own() -> None:
    twice = Answer(calls=(ToolUse("", "files_list", "{}"), ToolUse("", "files_read", '{"name":"a"}')))
    model = FakeModel([twice, calls("files_list", call_id="call_1"), calls("files_list", call_id="call_1"), says("x")])
    events = await turn(model)
    ids = [event.call.call_id for event in events if isinstance(event, ToolStarted)]
    assert len(ids) == len(set(ids)) == 4
    assert all(ids)


async def test_call_in_words_is_a_call() -> None:
    text = 'I write it:\n```json\n{"name": "files_write", "arguments": {"name": "a.md", "content": "x"}}\n```'
    model = FakeModel([Answer(text, reasoning="hm"), says("done")])
    events = await turn(model)
    message = next(event for event in events if isinstance(event, MessageFinished))
    assert [type(part) for part in message.parts] == [Reasoning, Text, ToolUse]
    assert message.parts[1] == Text("I write it:")
    assert results(events) == ["Wrote a.md (1 bytes)."]


async def test_call_in_words_of_a_tool_that_was_not_offered_is_text() -> None:
    text = '```json\n{"name": "files_write", "arguments": {"name": "a.md", "content": "x"}}\n```'
    assert kinds(await turn(FakeModel([says(text)]), tools=())) == [MessageStarted, MessageFinished, Finished]
    assert kinds(await turn(FakeModel([says(text.replace("files_", "git_"))])))[-1] is Finished


async def test_invalid_arguments_go_back_to_the_model() -> None:
    events = await turn(FakeModel([calls("files_write", '{"name": "a'), calls("files_write", {}), says("sorry")]))
    assert all(event.outcome.is_error for event in events if isinstance(event, ToolFinished))
    assert isinstance(events[-1], Finished)


async def test_same_call_again_and_again_stops_with_a_reason() -> None:
    events = await turn(FakeModel([calls("files_list")], repeat_last=True))
    last = events[-1]
    assert isinstance(last, Stopped)
    assert last.kind == "repeated"
    assert last.reason == "The agent called files_list 3 times with the same arguments and the same result."
    assert len(results(events)) == 3


async def test_too_many_rounds_stop_with_a_reason() -> None:
    model = FakeModel([calls("files_write", {"name": f"{n}.md", "content": ""}) for n in range(9)])
    events = await turn(model, budget=Budget(tool_rounds=3))
    last = events[-1]
    assert isinstance(last, Stopped)
    assert (last.kind, len(results(events))) == ("tool_rounds", 3)
    assert "3 rounds" in last.reason


async def test_last_round_may_still_be_answered() -> None:
    events = await turn(FakeModel([calls("files_list"), says("done")]), budget=Budget(tool_rounds=1))
    assert isinstance(events[-1], Finished)


async def test_token_budget_stops_before_the_next_call_and_caps_an_answer() -> None:
    model = FakeModel([calls("files_list", usage=Usage(60, 30)), says("never")])
    events = await turn(model, budget=Budget(tokens=90))
    assert isinstance(events[-1], Stopped)
    assert events[-1].kind == "tokens"
    assert model.requests[0].max_tokens == 90
    assert results(events) == []


async def test_tokens_of_earlier_attempts_count() -> None:
    model = FakeModel([says("never")])
    events = await turn(model, budget=Budget(tokens=90), spent=Spent(usage=Usage(90, 0)))
    assert kinds(events) == [Stopped]
    assert model.requests == []


async def test_time_budget_stops_between_calls() -> None:
    now = iter([0.0, 0.0, 0.0, 31.0, 31.0, 31.0, 31.0])
    events = await turn(FakeModel([calls("files_list")]), budget=Budget(seconds=30), clock=lambda: next(now))
    assert isinstance(events[-1], Stopped)
    assert events[-1].kind == "seconds"


async def test_time_budget_within_an_answer_keeps_what_was_said() -> None:
    now = iter([0.0, 0.0, 0.0, *([31.0] * 9)])
    model = FakeModel([fails(errors.DeadlineExceeded(), "half a")])
    events = await turn(model, budget=Budget(seconds=30), clock=lambda: next(now))
    assert isinstance(events[-1], Stopped)
    assert events[-1].kind == "seconds"
    message = next(event for event in events if isinstance(event, MessageFinished))
    assert message.parts == (Text("half a"),)
    assert message.usage.estimated
    assert model.requests[0].timeout_s == 30


async def test_deadline_of_the_endpoint_alone_is_an_error() -> None:
    with pytest.raises(errors.DeadlineExceeded):
        await turn(FakeModel([fails(errors.DeadlineExceeded())]))


async def test_cut_answer_stops_with_a_reason() -> None:
    events = await turn(FakeModel([says("half", finish_reason="length")]))
    assert isinstance(events[-1], Stopped)
    assert events[-1].kind == "length"
    events = await turn(FakeModel([says("half", finish_reason="length", usage=Usage(5, 5))]), budget=Budget(tokens=10))
    assert isinstance(events[-1], Stopped)
    assert events[-1].kind == "tokens"


async def test_cut_call_is_told_to_the_model() -> None:
    model = FakeModel([calls("files_write", '{"name": "a', finish_reason="length"), says("ok")])
    assert isinstance((await turn(model))[-1], Finished)


async def test_empty_answer_stops_unless_tools_did_the_work() -> None:
    events = await turn(FakeModel([says("  ")]))
    assert isinstance(events[-1], Stopped)
    assert events[-1].kind == "empty"
    assert isinstance((await turn(FakeModel([calls("files_list"), says("")])))[-1], Finished)


async def test_pending_calls_run_first_when_an_attempt_resumes() -> None:
    use = ToolUse("c7", "files_write", '{"name": "a.md", "content": "x"}')
    conversation = (*ASK, ChatMessage("assistant", (use,)))
    model = FakeModel([says("done")])
    events = await turn(model, messages=conversation, pending=(use,))
    assert kinds(events) == [ToolStarted, ToolFinished, MessageStarted, MessageFinished, Finished]
    assert model.requests[0].messages[-1].role == "tool"


async def test_provider_error_ends_the_turn_without_a_retry() -> None:
    model = FakeModel([fails(errors.RateLimited(retry_after_s=3), "some"), says("never")])
    with pytest.raises(errors.RateLimited):
        await turn(model)
    assert len(model.requests) == 1
    assert model.open_streams == 0


async def test_cancelling_closes_the_models_stream() -> None:
    model = FakeModel([Answer("some text", hang=True)])
    task = asyncio.create_task(turn(model))
    while not model.open_streams:
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert model.open_streams == 0


async def test_closing_between_two_events_closes_the_models_stream() -> None:
    model = FakeModel([says("a long answer")])
    stream = run(AgentRequest(ASK), model=model, workspace=Workspace({}, load), budget=Budget())
    async for event in stream:
        if isinstance(event, TextDelta):
            break
    assert model.open_streams == 1
    await stream.aclose()
    assert model.open_streams == 0


async def test_model_that_breaks_its_port_is_a_bug() -> None:
    class Broken(FakeModel):
        async def stream(self, request: Any) -> Any:
            return
            yield

    with pytest.raises(RuntimeError, match="without Completed"):
        await turn(Broken([]))
