"""The real adapter, loop and output collection against the embedded 0.5B model, through its real server process.

What is asked for is what the product needs from a small model: streaming, schema answers, tool calls or their
equivalent, and typed errors. Nothing here judges the quality of an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from runs.agent import errors
from runs.agent.budget import Budget
from runs.agent.loop import AgentRequest, Finished, Stopped, ToolFinished, run
from runs.agent.model import ChatMessage, Completed, Request, TextDelta
from runs.agent.openai_model import OpenAIModel
from runs.agent.outputs import Candidate, OutputSpec, collect, plan_choice
from runs.agent.parts import Text, text_of
from runs.agent.tools import tools_for
from runs.agent.workspace import Workspace

pytestmark = [pytest.mark.embedded_model, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
READY_S = 1800.0  # with the download of 0.5 GB
KEY = "key-of-this-test"


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server in its own process; weights are kept in the clone's own data directory."""
    state = tmp_path_factory.mktemp("model") / "state.json"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    options = [
        "--model",
        "0.5b",
        "--models",
        str(ROOT / ".aime" / "models"),
        "--port",
        str(port),
        "--state",
        str(state),
    ]
    with (state.parent / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "aime_project.processes.model.server", *options],
            cwd=ROOT,
            env=os.environ | {"AIME_EMBEDDED_KEY": KEY, "OMP_WAIT_POLICY": "passive"},
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_ready(server, state)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


def _wait_until_ready(server: subprocess.Popen[bytes], state: Path) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"the model server ended: {(state.parent / 'log').read_text()[-2000:]}")
        told = {}
        with contextlib.suppress(OSError, ValueError):
            told = json.loads(state.read_text())
        if told.get("state") == "ready":
            return
        if told.get("state") in {"missing", "failed"}:
            pytest.skip(f"no embedded model: {told}")
        time.sleep(0.2)
    pytest.fail(f"the model server was not ready after {READY_S:.0f} s")


@pytest.fixture
async def model(base_url: str) -> AsyncIterator[OpenAIModel]:
    model = OpenAIModel(base_url, KEY, "qwen2.5-coder-0.5b", stall_timeout_s=120, deadline_s=300)
    yield model
    await model.aclose()


def ask(words: str) -> ChatMessage:
    return ChatMessage("user", (Text(words),))


async def no_load(name: str) -> bytes:
    raise AssertionError(name)


async def answer(model: OpenAIModel, request: Request) -> tuple[list[str], Completed]:
    pieces: list[str] = []
    async with aclosing(model.stream(request)) as stream:
        async for event in stream:
            if isinstance(event, Completed):
                return pieces, event
            pieces.append(event.text)
    raise AssertionError("no Completed")


async def test_answer_streams_with_usage(model: OpenAIModel) -> None:
    pieces, completed = await answer(model, Request((ask("Count from one to five. 用中文数数。"),), max_tokens=40))
    assert len(pieces) > 3
    assert "".join(pieces) == text_of(completed.parts)
    assert completed.usage.output_tokens > 3
    assert not completed.usage.estimated


async def test_cut_answer_says_length(model: OpenAIModel) -> None:
    _, completed = await answer(model, Request((ask("Write a long story about a ship."),), max_tokens=8))
    assert completed.finish_reason == "length"


async def test_too_long_prompt_is_typed(model: OpenAIModel) -> None:
    with pytest.raises(errors.ContextTooLong) as caught:
        await answer(model, Request((ask("word " * 20_000),), max_tokens=8))
    assert not caught.value.transient


async def test_wrong_key_is_typed(base_url: str) -> None:
    model = OpenAIModel(base_url, "wrong", "m")
    with pytest.raises(errors.AuthRejected):
        await answer(model, Request((ask("Hi"),), max_tokens=4))
    await model.aclose()


async def test_leaving_a_stream_frees_the_slot(model: OpenAIModel) -> None:
    async with aclosing(model.stream(Request((ask("Write a very long story."),), max_tokens=1500))) as stream:
        async for event in stream:
            assert isinstance(event, TextDelta)
            break
    began = time.monotonic()
    async with asyncio.timeout(300):
        await answer(model, Request((ask("Say hi."),), max_tokens=4))
    assert time.monotonic() - began < 30, "the first story was still being written"


async def test_outputs_are_chosen_in_one_structured_call(model: OpenAIModel) -> None:
    specs = [
        OutputSpec("design", "file", "The final design document"),
        OutputSpec("summary", "text", "What was done, in one sentence"),
    ]
    files = [
        Candidate("x1", "file", "draft.md", excerpt="Draft, to be thrown away"),
        Candidate("x2", "file", "design.md", excerpt="The final design document: ZIP export"),
    ]
    talk = [ask("Design the ZIP export."), ChatMessage("assistant", (Text("I wrote a draft and then design.md."),))]
    collected = await collect(model, plan_choice(specs, files), talk, max_chars=2000, max_tokens=300)
    by_name = {choice.output: choice for choice in collected.choices}
    assert collected.asked
    assert by_name["summary"].text
    assert by_name["design"].candidate_id in {"x1", "x2"} if "design" in by_name else collected.missing


async def test_loop_ends_with_a_tool_call_on_the_way(model: OpenAIModel) -> None:
    words = 'Use the tool files_write to write the file notes.md with the content "Welcome!". Then say done.'
    request = AgentRequest((ask(words),), max_tokens=200, temperature=0.0)  # the likeliest words, each time the same
    budget = Budget(tool_rounds=3, seconds=240)
    tools = tools_for(["files"])
    async with aclosing(
        run(request, model=model, tools=tools, workspace=Workspace({}, no_load), budget=budget)
    ) as stream:
        events = [event async for event in stream]
    assert isinstance(events[-1], Finished | Stopped)
    writes = [write for event in events if isinstance(event, ToolFinished) for write in event.outcome.writes]
    assert writes, "the fence template makes this model call tools (llm.md, section 3)"
    assert writes[0].name == "notes.md"
