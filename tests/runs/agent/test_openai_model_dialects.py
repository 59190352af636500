"""The adapter against a raw endpoint: what real providers do that no mock server does."""

import asyncio
from contextlib import aclosing

import pytest

from runs.agent import errors
from runs.agent.model import TextDelta
from runs.agent.parts import Reasoning, Text, ToolUse, tool_uses
from runs.agent.tools import tools_for
from tests.fakes.endpoint import Endpoint, Reply, chunk, refusal, text
from tests.runs.agent.conftest import MakeModel, answer, asks, events_of

OFFERED = tuple(tool.spec for tool in tools_for(["files"]))
SCHEMA = {"type": "object", "properties": {"pick": {"type": "string"}}, "required": ["pick"]}


async def test_connection_that_dies_before_the_first_byte_is_resent_once(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    endpoint.replies = [Reply(drop=True), Reply(text("ok"))]
    said, _ = await answer(make_model(endpoint.base_url))
    assert said == "ok"
    endpoint.replies = [Reply(drop=True), Reply(drop=True), Reply(text("never"))]
    with pytest.raises(errors.ConnectFailed, match="could not be reached"):
        await events_of(make_model(endpoint.base_url))
    assert len(endpoint.bodies) == 4


@pytest.mark.parametrize(
    ("said", "gone", "instead"),
    [
        ("Unknown parameter: stream_options", "stream_options", None),
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.", "max_tokens", "max_completion_tokens"),
        ("temperature does not support 0.2 with this model", "temperature", None),
        ("test-model does not support tools", "tools", None),
        ("response_format json_schema is not supported", "response_format", None),
        ("", "response_format", None),
    ],
)
async def test_refused_feature_is_left_out_and_remembered(
    endpoint: Endpoint, make_model: MakeModel, said: str, gone: str, instead: str | None
) -> None:
    model = make_model(endpoint.base_url)
    endpoint.replies = [refusal(400, {"error": {"message": said}}), Reply(text("ok")), Reply(text("ok"))]
    request = asks(tools=OFFERED, schema=SCHEMA)
    for _ in range(2):
        assert (await answer(model, request))[0] == "ok"
    first, second, third = endpoint.bodies
    assert gone in first
    assert gone not in second
    assert gone not in third
    assert instead is None or (instead in second and instead in third)


async def test_unexplained_refusal_is_not_asked_for_ever(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [refusal(400, {"error": {"message": "no"}}) for _ in range(5)]
    model = make_model(endpoint.base_url)
    with pytest.raises(errors.BadRequest):
        await events_of(model, asks(schema=SCHEMA))
    assert len(endpoint.bodies) == 3
    endpoint.replies = [Reply(text("ok"))]
    await events_of(model)
    assert "stream_options" in endpoint.bodies[-1], "what did not help is not remembered"


async def test_usage_is_estimated_when_none_is_given(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [Reply(text("abcd" * 10))]
    _, completed = await answer(make_model(endpoint.base_url), asks("x" * 40))
    assert completed.usage.estimated
    assert (completed.usage.input_tokens, completed.usage.output_tokens) == (10, 10)


async def test_error_object_in_the_stream_is_typed(endpoint: Endpoint, make_model: MakeModel) -> None:
    model = make_model(endpoint.base_url)
    for body, kind in [
        (b'{"error":{"message":"overloaded","code":503}}', errors.ServerFailed),
        (b'{"error":{"message":"slow down","type":"rate_limit_error"}}', errors.RateLimited),
        (b'{"error":{"message":"exceeds the available context size","type":"exceed_context_size_error"}}',
         errors.ContextTooLong),
        (b'{"error":"something"}', errors.BrokenStream),
    ]:  # fmt: skip
        endpoint.replies = [Reply([chunk({"content": "a"}), b"data: " + body + b"\n\n"])]
        with pytest.raises(errors.ModelError) as caught:
            await events_of(model)
        assert type(caught.value) is kind


async def test_llama_cpp_context_error_is_permanent(endpoint: Endpoint, make_model: MakeModel) -> None:
    body = {"error": {"code": 400, "message": "the request exceeds the available context size", "n_ctx": 4096,
                      "type": "exceed_context_size_error", "n_prompt_tokens": 5000}}  # fmt: skip
    endpoint.replies = [refusal(400, body)]
    with pytest.raises(errors.ContextTooLong) as caught:
        await events_of(make_model(endpoint.base_url), asks(tools=OFFERED))
    assert len(endpoint.bodies) == 1, "a full context is no refused feature"
    assert "exceeds" in caught.value.provider_message


@pytest.mark.parametrize("reason", ["content_filter", "SAFETY"])
async def test_filtered_answer_is_refused(endpoint: Endpoint, make_model: MakeModel, reason: str) -> None:
    endpoint.replies = [Reply([chunk({"content": "I"}), chunk(finish=reason)])]
    with pytest.raises(errors.Refused):
        await events_of(make_model(endpoint.base_url))


async def test_refusal_field_is_refused_with_the_models_words(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [Reply([chunk({"refusal": "I can"}), chunk({"refusal": "not."}), chunk(finish="stop")])]
    with pytest.raises(errors.Refused) as caught:
        await events_of(make_model(endpoint.base_url))
    assert caught.value.provider_message == "I cannot."


async def test_provider_that_gives_up_is_transient(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [Reply([chunk({"content": "I"}), chunk(finish="insufficient_system_resource")])]
    with pytest.raises(errors.ServerFailed):
        await events_of(make_model(endpoint.base_url))


async def test_answer_is_kept_when_the_connection_drops_after_its_end(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    endpoint.replies = [Reply([chunk({"content": "whole"}), chunk(finish="stop")], drop=True)]
    said, completed = await answer(make_model(endpoint.base_url))
    assert (said, completed.finish_reason) == ("whole", "stop")


async def test_answer_is_kept_when_the_end_of_the_stream_never_comes(
    endpoint: Endpoint, make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.agent.openai_model.END_GRACE_S", 0.1)
    endpoint.replies = [Reply([chunk({"content": "whole"}), chunk(finish="stop"), 600.0])]
    async with asyncio.timeout(120):
        assert (await answer(make_model(endpoint.base_url)))[0] == "whole"


async def test_unframed_last_line_is_read(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [Reply([chunk({"content": "a"}), chunk({"content": "b"}, finish="stop").rstrip()])]
    assert (await answer(make_model(endpoint.base_url)))[0] == "ab"


async def test_comments_and_other_fields_are_skipped(endpoint: Endpoint, make_model: MakeModel) -> None:
    noise = [b": OPENROUTER PROCESSING\n\n", b"event: message\nid: 1\nretry: 10\n", b"data:\n\n"]
    endpoint.replies = [Reply([*noise, *text("fine")])]
    assert (await answer(make_model(endpoint.base_url)))[0] == "fine"


async def test_endpoint_that_ignores_stream_is_understood(endpoint: Endpoint, make_model: MakeModel) -> None:
    body = (
        b'{"choices":[{"message":{"role":"assistant","content":"whole","reasoning_content":"hm"},'
        b'"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}'
    )
    endpoint.replies = [Reply([body], content_type="application/json")]
    said, completed = await answer(make_model(endpoint.base_url))
    assert said == "whole"
    assert completed.parts == (Reasoning("hm"), Text("whole"))
    assert completed.usage.input_tokens == 3


async def test_web_page_instead_of_an_answer_is_broken(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [Reply([b"<html>Sign in</html>"], content_type="text/html")]
    with pytest.raises(errors.BrokenStream):
        await events_of(make_model(endpoint.base_url))


@pytest.mark.parametrize("payload", [b"[]", b"7", b'{"choices":{}}', b'{"choices":[7]}', b"null"])
async def test_json_that_is_no_chunk_is_broken(endpoint: Endpoint, make_model: MakeModel, payload: bytes) -> None:
    endpoint.replies = [Reply([b"data: " + payload + b"\n\n"])]
    with pytest.raises(errors.BrokenStream):
        await events_of(make_model(endpoint.base_url))


async def test_endless_line_is_broken(
    endpoint: Endpoint, make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.agent.sse.MAX_LINE_BYTES", 100)
    endpoint.replies = [Reply([b"data: " + b"x" * 200])]
    with pytest.raises(errors.BrokenStream):
        await events_of(make_model(endpoint.base_url))


async def test_parallel_calls_without_index_are_told_apart(endpoint: Endpoint, make_model: MakeModel) -> None:
    def call(call_id: str, name: str, arguments: str) -> dict[str, object]:
        return {"tool_calls": [{"id": call_id, "function": {"name": name, "arguments": arguments}}]}

    deltas = [call("1", "files_read", '{"name":"a"}'), call("2", "files_read", '{"name":"b"}')]
    endpoint.replies = [Reply([*(chunk(delta) for delta in deltas), chunk(finish="tool_calls")])]
    _, completed = await answer(make_model(endpoint.base_url), asks(tools=OFFERED))
    assert tool_uses(completed.parts) == (
        ToolUse("1", "files_read", '{"name":"a"}'),
        ToolUse("2", "files_read", '{"name":"b"}'),
    )


async def test_leaving_the_generator_closes_the_connection(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [Reply([chunk({"content": "a"}), 600.0, chunk({"content": "b"})])]
    async with aclosing(make_model(endpoint.base_url).stream(asks())) as stream:
        assert isinstance(await anext(stream), TextDelta)
    async with asyncio.timeout(120):
        while not endpoint.closed_early:
            await asyncio.sleep(0.01)


async def test_connection_is_used_again_after_a_whole_answer(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [Reply(text("a")), Reply(text("b"))]
    model = make_model(endpoint.base_url)
    assert [(await answer(model))[0] for _ in range(2)] == ["a", "b"]
    assert endpoint.connections == 1


async def test_body_without_json_becomes_the_providers_words(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [Reply([b"upstream fell over"], 502, "text/plain")]
    with pytest.raises(errors.ServerFailed) as caught:
        await events_of(make_model(endpoint.base_url))
    assert "upstream fell over" in caught.value.provider_message
