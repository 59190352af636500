"""The model port: the same cases on the fake and on the real adapter (against llmock).

What the loop's tests believe about a model is what they learn from the fake; here the adapter proves the same.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, Protocol

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply

from runs.agent import errors
from runs.agent.budget import Budget
from runs.agent.loop import AgentRequest, Finished, ToolFinished, run
from runs.agent.model import ChatMessage, Completed, Model, ModelEvent, Request, TextDelta
from runs.agent.outputs import Candidate, OutputSpec, collect, plan_choice
from runs.agent.parts import Picture, Text, text_of, tool_uses
from runs.agent.tools import tools_for
from runs.agent.workspace import Workspace
from tests.fakes import model as fake

TOOLS = tools_for(["files"])
SPECS = tuple(tool.spec for tool in TOOLS)
ASK = ChatMessage("user", (Text("Write a note. 写一份说明。"),))
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
WORDS = "Grüße, 你好 and 🎉👩‍💻 to all of you out there"


class Script(Protocol):
    """Tells a model what comes next."""

    model: Model

    def says(self, text: str, finish_reason: str = "stop") -> None: ...
    def calls(self, name: str, arguments: dict[str, Any]) -> None: ...
    def fails_with_rate_limit(self, retry_after_s: float) -> None: ...
    def fails_with_full_context(self) -> None: ...
    def hangs(self) -> None: ...


class FakeScript:
    def __init__(self) -> None:
        self.model: Model = fake.FakeModel(answers := [])
        self._answers: list[fake.Answer] = answers

    def says(self, text: str, finish_reason: str = "stop") -> None:
        self._answers.append(fake.says(text, finish_reason=finish_reason))

    def calls(self, name: str, arguments: dict[str, Any]) -> None:
        self._answers.append(fake.calls(name, arguments))

    def fails_with_rate_limit(self, retry_after_s: float) -> None:
        self._answers.append(fake.fails(errors.RateLimited(retry_after_s=retry_after_s)))

    def fails_with_full_context(self) -> None:
        self._answers.append(fake.fails(errors.ContextTooLong()))

    def hangs(self) -> None:
        self._answers.append(fake.Answer("some words ", hang=True))


class RealScript:
    def __init__(self, llmock: LLMock, model: Model) -> None:
        self._llmock = llmock
        self.model = model

    def says(self, text: str, finish_reason: str = "stop") -> None:
        self._llmock.add(Reply(text=text, finish_reason=finish_reason))

    def calls(self, name: str, arguments: dict[str, Any]) -> None:
        self._llmock.call_tool(name, arguments)

    def fails_with_rate_limit(self, retry_after_s: float) -> None:
        self._llmock.rate_limit(retry_after=retry_after_s)

    def fails_with_full_context(self) -> None:
        self._llmock.context_overflow()

    def hangs(self) -> None:
        self._llmock.reply("some words that do not end").stall(after_chunks=3, seconds=3)


@pytest.fixture(params=["fake", "real"])
async def script(request: pytest.FixtureRequest, llmock: LLMock) -> AsyncIterator[Script]:
    if request.param == "fake":
        yield FakeScript()
        return
    from runs.agent.openai_model import OpenAIModel

    model = OpenAIModel(llmock.base_url("openai"), "key", "test-model")
    yield RealScript(llmock, model)
    await model.aclose()


async def events_of(model: Model, *conversation: ChatMessage, **rest: Any) -> list[ModelEvent]:
    async with aclosing(model.stream(Request(conversation or (ASK,), **rest))) as stream:
        return [event async for event in stream]


def workspace() -> Workspace:
    async def load(name: str) -> bytes:
        raise AssertionError(name)

    return Workspace({}, load)


async def test_images_are_loaded_when_the_request_is_made_each_once(script: Script) -> None:
    """What then goes over the wire: `tests/runs/agent/test_image_faults.py`."""
    script.says("A dot.")
    asked_for: list[str] = []

    async def load(sha256: str) -> bytes:
        asked_for.append(sha256)
        return DOT

    picture = Picture("dot.png", "image/png", "sha", len(DOT), 85)
    see = ChatMessage("user", (Text("What is it?"), picture, picture))
    assert text_of(_completed(await events_of(script.model, see, load=load)).parts) == "A dot."
    assert asked_for == ["sha"]


async def test_images_without_a_way_to_load_them_are_a_mistake(script: Script) -> None:
    see = ChatMessage("user", (Picture("dot.png", "image/png", "sha", len(DOT), 85),))
    script.says("never")
    with pytest.raises(RuntimeError, match="a way to load them"):
        await events_of(script.model, see)


async def test_deltas_add_up_to_the_one_completed_answer_at_the_end(script: Script) -> None:
    script.says(WORDS)
    *deltas, last = await events_of(script.model)
    assert len(deltas) > 1
    assert all(isinstance(delta, TextDelta) and delta.text for delta in deltas)
    assert isinstance(last, Completed)
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == text_of(last.parts) == WORDS
    assert last.finish_reason == "stop"


async def test_usage_is_counted(script: Script) -> None:
    script.says(WORDS)
    last = (await events_of(script.model))[-1]
    assert isinstance(last, Completed)
    assert last.usage.input_tokens > 0
    assert last.usage.output_tokens > 0


async def test_call_comes_whole_with_its_arguments_as_json_text(script: Script) -> None:
    script.calls("files_write", {"name": "说明.md", "content": WORDS * 3})
    last = (await events_of(script.model, tools=SPECS))[-1]
    assert isinstance(last, Completed)
    (use,) = tool_uses(last.parts)
    assert use.name == "files_write"
    assert json.loads(use.arguments) == {"name": "说明.md", "content": WORDS * 3}
    assert last.finish_reason == "tool_calls"


async def test_cut_answer_says_length(script: Script) -> None:
    script.says("half an", "length")
    last = (await events_of(script.model))[-1]
    assert isinstance(last, Completed)
    assert last.finish_reason == "length"


async def test_rate_limit_is_raised_with_its_wait(script: Script) -> None:
    script.fails_with_rate_limit(7)
    with pytest.raises(errors.RateLimited) as caught:
        await events_of(script.model)
    assert caught.value.transient
    assert caught.value.retry_after_s == pytest.approx(7)


async def test_full_context_is_raised_as_permanent(script: Script) -> None:
    script.fails_with_full_context()
    with pytest.raises(errors.ContextTooLong) as caught:
        await events_of(script.model)
    assert not caught.value.transient
    assert caught.value.message


async def test_model_answers_again_after_an_error(script: Script) -> None:
    script.fails_with_rate_limit(0)
    script.says("back")
    with pytest.raises(errors.ModelError):
        await events_of(script.model)
    assert text_of(_completed(await events_of(script.model)).parts) == "back"


@pytest.mark.parametrize("end", ["cancel", "close"])
async def test_stream_can_be_left_at_any_time(script: Script, end: str) -> None:
    script.hangs()
    script.says("next")
    heard = asyncio.Event()

    async def listen(leave: Callable[[], bool]) -> None:
        async with aclosing(script.model.stream(Request((ASK,)))) as stream:
            async for _ in stream:
                heard.set()
                if leave():
                    return

    if end == "close":
        await listen(lambda: True)
    else:
        task = asyncio.create_task(listen(lambda: False))
        await heard.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert text_of(_completed(await events_of(script.model)).parts) == "next"


async def test_streams_run_at_the_same_time(script: Script) -> None:
    for number in range(20):
        script.says(f"answer {number}")
    answers = await asyncio.gather(*(events_of(script.model) for _ in range(20)))
    assert {text_of(_completed(events).parts) for events in answers} == {f"answer {number}" for number in range(20)}


async def test_loop_writes_a_file_and_answers(script: Script) -> None:
    script.calls("files_write", {"name": "note.md", "content": "你好\n"})
    script.says("I wrote note.md.")
    request = AgentRequest((ASK,))
    async with aclosing(
        run(request, model=script.model, tools=TOOLS, workspace=workspace(), budget=Budget())
    ) as stream:
        events = [event async for event in stream]
    (written,) = (event.outcome.writes[0] for event in events if isinstance(event, ToolFinished))
    assert (written.name, written.content) == ("note.md", "你好\n".encode())
    assert isinstance(events[-1], Finished)


async def test_outputs_are_chosen(script: Script) -> None:
    script.says('{"design": {"reason": "It is the final one.", "pick": "a1"}}')
    files = [Candidate("x1", "file", "final.md"), Candidate("x2", "file", "draft.md")]
    collected = await collect(script.model, plan_choice([OutputSpec("design", "file", "The final one")], files), [ASK])
    assert collected.choices[0].candidate_id == "x1"
    assert collected.choices[0].reason == "It is the final one."


def _completed(events: list[ModelEvent]) -> Completed:
    assert isinstance(events[-1], Completed)
    return events[-1]
