"""The adapter against llmock: every row of the fault table in llm.md, section 5."""

import asyncio
import json
import socket
import time
from contextlib import aclosing

import pytest

from runs.agent import errors
from runs.agent.model import Completed, TextDelta
from runs.agent.parts import Text, tool_uses
from runs.agent.tools import tools_for
from tests.runs.agent.conftest import MakeModel, Provider, answer, asks, events_of

OFFERED = tuple(tool.spec for tool in tools_for(["files"]))
WORDS = "Grüße und 你好 to everyone out there 🎉 today"


async def test_answer_is_streamed_and_counted(provider: Provider) -> None:
    provider.faults.reply(WORDS)
    events = await events_of(provider.model())
    assert len([event for event in events if isinstance(event, TextDelta)]) > 3
    last = events[-1]
    assert isinstance(last, Completed)
    assert last.parts == (Text(WORDS),)
    assert last.finish_reason == "stop"
    assert last.usage.output_tokens > 0
    assert not last.usage.estimated


async def test_request_always_streams_and_limits_tokens(provider: Provider) -> None:
    provider.faults.reply("ok")
    await events_of(provider.model(), asks(max_tokens=77))
    (body,) = provider.bodies
    assert (body["stream"], body["max_tokens"]) == (True, 77)
    assert body["stream_options"] == {"include_usage": True}


async def test_tool_call_deltas_are_joined(provider: Provider) -> None:
    arguments = {"name": "docs/notes.md", "content": "Zeile eins\n第二行 🎉"}
    provider.faults.call_tool("files_write", arguments)
    _, completed = await answer(provider.model(), asks(tools=OFFERED))
    (use,) = tool_uses(completed.parts)
    assert use.name == "files_write"
    assert use.call_id
    assert completed.finish_reason == "tool_calls"
    assert '"docs/notes.md"' in use.arguments


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (400, errors.BadRequest, False),
        (401, errors.AuthRejected, False),
        (403, errors.AuthRejected, False),
        (404, errors.ModelNotFound, False),
        (409, errors.ServerFailed, True),
        (422, errors.BadRequest, False),
        (429, errors.RateLimited, True),
        (500, errors.ServerFailed, True),
        (503, errors.ServerFailed, True),
    ],
)
async def test_status_becomes_typed_error(
    provider: Provider, status: int, kind: type[errors.ModelError], transient: bool
) -> None:
    provider.faults.fail(status, times=None, message="The words of the provider")
    with pytest.raises(errors.ModelError) as caught:
        await events_of(provider.model())
    assert type(caught.value) is kind
    assert caught.value.transient is transient
    assert caught.value.status == status
    assert caught.value.provider_message == "The words of the provider"
    assert caught.value.message.count(".") >= 1
    assert "test-model" in caught.value.message


async def test_server_error_is_not_retried_by_the_adapter(provider: Provider) -> None:
    provider.faults.fail(500, times=None)
    with pytest.raises(errors.ServerFailed):
        await events_of(provider.model())
    assert len(provider.bodies) == 1


async def test_rate_limit_tells_when_to_come_back(provider: Provider) -> None:
    provider.faults.rate_limit(times=1, retry_after=7)
    with pytest.raises(errors.RateLimited) as caught:
        await events_of(provider.model())
    assert caught.value.retry_after_s == pytest.approx(7, abs=0.01)


async def test_context_overflow_is_permanent(provider: Provider) -> None:
    provider.faults.context_overflow()
    with pytest.raises(errors.ContextTooLong) as caught:
        await events_of(provider.model())
    assert not caught.value.transient


async def test_connection_refused_is_said() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
    from runs.agent.openai_model import OpenAIModel

    model = OpenAIModel(url, "", "m")
    with pytest.raises(errors.ConnectFailed, match="refuses connections"):
        await events_of(model)
    await model.aclose()


async def test_unknown_host_is_said(make_model: MakeModel) -> None:
    with pytest.raises(errors.ConnectFailed, match="cannot be resolved") as caught:
        await events_of(make_model("http://no-such-host.invalid/v1"))
    assert caught.value.transient


async def test_drop_in_mid_stream_delivers_what_came_and_is_transient(provider: Provider) -> None:
    provider.faults.reply("a b c d e f").disconnect(after_chunks=4)
    seen: list[str] = []
    with pytest.raises(errors.ConnectFailed, match="broke off"):
        async with aclosing(provider.model().stream(asks())) as stream:
            async for event in stream:
                assert isinstance(event, TextDelta)
                seen.append(event.text)
    assert "".join(seen).startswith("a b")
    assert len(provider.bodies) == 1


async def test_stream_that_ends_early_is_not_an_answer(provider: Provider) -> None:
    provider.faults.reply("a b c d e f").truncate(after_chunks=4)
    with pytest.raises(errors.BrokenStream, match="before it was complete"):
        await events_of(provider.model())


async def test_broken_chunk_is_typed(provider: Provider) -> None:
    provider.faults.reply("a b c d e f").corrupt(after_chunks=3)
    with pytest.raises(errors.BrokenStream, match="unreadable") as caught:
        await events_of(provider.model())
    assert caught.value.transient
    assert caught.value.provider_message


async def test_stall_ends_the_stream(provider: Provider) -> None:
    provider.faults.reply("a b c d e f").stall(after_chunks=3, seconds=30)
    began = time.monotonic()
    with pytest.raises(errors.Stalled, match="stopped sending"):
        await events_of(provider.model(stall_timeout_s=0.2))
    assert time.monotonic() - began < 25, "it waited for the provider to go on"


async def test_slow_first_token_has_a_limit_of_its_own(provider: Provider) -> None:
    provider.faults.reply("a b").slow_first_token(2.5)
    text, _ = await answer(provider.model(stall_timeout_s=2, first_token_timeout_s=120))
    assert text == "a b"
    provider.faults.reply("a b").slow_first_token(5)
    with pytest.raises(errors.Stalled, match="did not begin"):
        await events_of(provider.model(first_token_timeout_s=0.2))


async def test_deadline_ends_a_stream_that_never_stalls(provider: Provider) -> None:
    provider.faults.reply("word " * 200).pace(20)
    with pytest.raises(errors.DeadlineExceeded):
        await events_of(provider.model(deadline_s=0.3))


async def test_time_left_in_the_request_shortens_the_deadline(provider: Provider) -> None:
    provider.faults.reply("word " * 200).pace(20)
    with pytest.raises(errors.DeadlineExceeded):
        await events_of(provider.model(), asks(timeout_s=0.3))


async def test_deadline_counts_while_the_consumer_is_busy(provider: Provider) -> None:
    provider.faults.reply("word " * 200).pace(20)
    with pytest.raises(errors.DeadlineExceeded):
        async with aclosing(provider.model(deadline_s=0.3).stream(asks())) as stream:
            async for _ in stream:
                await asyncio.sleep(0.2)


async def test_cancelling_the_task_closes_the_stream(provider: Provider) -> None:
    provider.faults.reply("word " * 5000).pace(20)
    model = provider.model()
    task = asyncio.create_task(events_of(model))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    began = time.monotonic()
    assert provider.faults.requests  # waits for requests in flight: returns at once when the server saw the close
    assert time.monotonic() - began < 60, "the provider went on for the minutes that the answer takes"


async def test_cancellation_wins_over_a_timeout_at_the_same_time(provider: Provider) -> None:
    provider.faults.reply("a").slow_first_token(5)
    task = asyncio.create_task(events_of(provider.model(first_token_timeout_s=0.1)))
    await asyncio.sleep(0.05)
    asyncio.get_running_loop().call_later(0.05, task.cancel)
    with pytest.raises((asyncio.CancelledError, errors.Stalled)):
        await task


async def test_broken_tool_arguments_reach_the_loop_as_written(provider: Provider) -> None:
    provider.faults.call_tool("files_write", {"name": "a", "content": "b"}).break_tool_call()
    _, completed = await answer(provider.model(), asks(tools=OFFERED))
    (use,) = tool_uses(completed.parts)
    with pytest.raises(ValueError, match="JSON|Expecting|Unterminated|delimiter"):
        json.loads(use.arguments)
