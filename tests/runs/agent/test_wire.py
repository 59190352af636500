"""Requests on the wire: native calls, and the same first bytes turn after turn."""

import json
from itertools import pairwise
from typing import Any

import pytest

from runs.agent.model import ChatMessage, Request, ToolSpec
from runs.agent.parts import Picture, Reasoning, Text, ToolResult, ToolUse
from runs.agent.wire import NOT_RUN, Dialect, body

TOOL = ToolSpec("files_read", "Read.", {"type": "object", "properties": {}})
SYSTEM = ChatMessage("system", (Text("You are an agent."),))
ASK = ChatMessage("user", (Text("Read a.md"),))
USE = ToolUse("c1", "files_read", '{"name": "a.md"}')
CALL = ChatMessage("assistant", (Reasoning("hm"), Text("I read."), USE))
RESULT = ChatMessage("tool", (ToolResult("c1", "files_read", "content"),))


def messages(*conversation: ChatMessage, tools: tuple[ToolSpec, ...] = (TOOL,), **dialect: Any) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = body(Request(conversation, tools), "m", Dialect(**dialect))["messages"]
    return sent


def test_calls_and_results_are_sent_natively_without_reasoning() -> None:
    assert messages(SYSTEM, ASK, CALL, RESULT) == [
        {"role": "system", "content": "You are an agent."},
        {"role": "user", "content": "Read a.md"},
        {"role": "assistant", "content": "I read.", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "files_read", "arguments": '{"name": "a.md"}'}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "content"},
    ]  # fmt: skip


def test_next_turn_begins_with_the_bytes_of_this_one() -> None:
    """Provider caches hit on a prefix: nothing said later may change what was sent before."""
    conversation = [SYSTEM, ASK, CALL, RESULT, ChatMessage("assistant", (Text("Done 你好"),)), ASK]
    for dialect in (Dialect(), Dialect(tools=False)):
        sent = [
            json.dumps(body(Request(tuple(conversation[:end]), (TOOL,)), "m", dialect)["messages"]) for end in (2, 4, 6)
        ]
        for shorter, longer in pairwise(sent):
            assert longer.startswith(shorter.removesuffix("]"))
    request = Request(tuple(conversation), (TOOL,))
    assert json.dumps(body(request, "m", Dialect())) == json.dumps(body(request, "m", Dialect()))


def test_call_without_result_gets_one() -> None:
    sent = messages(ASK, CALL, ASK)
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "user"]
    assert sent[2] == {"role": "tool", "tool_call_id": "c1", "content": NOT_RUN}
    assert messages(ASK, CALL)[-1]["content"] == NOT_RUN
    two = ChatMessage("assistant", (USE, ToolUse("c2", "files_read", "{}")))
    assert [message.get("tool_call_id") for message in messages(ASK, two, RESULT, ASK)] == [
        None,
        None,
        "c1",
        "c2",
        None,
    ]


def test_broken_arguments_are_sent_as_json() -> None:
    for raw in ('{"name": "a', "[1]"):
        sent = messages(ASK, ChatMessage("assistant", (ToolUse("c1", "files_read", raw),)), RESULT)
        assert json.loads(sent[1]["tool_calls"][0]["function"]["arguments"]) == {"invalid": raw}


def test_error_result_says_so() -> None:
    wrong = ChatMessage("tool", (ToolResult("c1", "files_read", "no file", is_error=True),))
    assert messages(ASK, CALL, wrong)[-1]["content"] == "Error: no file"


def test_model_without_tools_gets_words() -> None:
    sent = messages(SYSTEM, ASK, CALL, RESULT, tools=(TOOL,))
    assert "tool_calls" in sent[2]
    request = Request((SYSTEM, ASK, CALL, RESULT), (TOOL,))
    plain = body(request, "m", Dialect(tools=False))
    assert "tools" not in plain
    system, user, assistant, result = plain["messages"]
    assert '"files_read"' in system["content"]
    assert user["content"] == "Read a.md"
    assert '```json\n{"name": "files_read", "arguments": {"name": "a.md"}}\n```' in assistant["content"]
    assert result == {"role": "user", "content": "Result of files_read:\ncontent"}
    without_system = body(Request((ASK,), (TOOL,)), "m", Dialect(tools=False))["messages"]
    assert [message["role"] for message in without_system] == ["system", "user"]


def test_conversation_with_calls_is_words_when_no_tools_are_offered() -> None:
    assert [message["role"] for message in messages(ASK, CALL, RESULT, tools=())] == ["user", "assistant", "user"]


def test_neighbours_of_one_role_are_joined() -> None:
    assert messages(ASK, ASK) == [{"role": "user", "content": "Read a.md\n\nRead a.md"}]


PNG, GIF = Picture("a.png", "image/png", "1", 1, 85), Picture("b 图.gif", "image/gif", "2", 1, 85)
IMAGES = {"1": b"\x01", "2": b"\x02"}


def contents(*conversation: ChatMessage) -> list[Any]:
    return [sent["content"] for sent in body(Request(conversation), "m", Dialect(), IMAGES)["messages"]]


def test_images_are_parts_each_named_right_before_it() -> None:
    (content,) = contents(ChatMessage("user", (Text("See"), PNG, GIF, Text("\n\n[more]"))))
    assert content == [
        {"type": "text", "text": "See\n\nImage a.png:"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AQ=="}},
        {"type": "text", "text": "Image b 图.gif:"},
        {"type": "image_url", "image_url": {"url": "data:image/gif;base64,Ag=="}},
        {"type": "text", "text": "\n\n[more]"},
    ]


def test_neighbours_of_one_role_are_joined_with_their_images() -> None:
    (content,) = contents(ASK, ChatMessage("user", (PNG,)))
    assert [part.get("text", "image") for part in content] == ["Read a.md", "Image a.png:", "image"]
    (content,) = contents(ChatMessage("user", (Text("See"), PNG)), ASK)
    assert [part.get("text", "image") for part in content] == ["See\n\nImage a.png:", "image", "Read a.md"]


def test_conversation_with_images_is_a_prefix_of_its_next_turn() -> None:
    turn = (ChatMessage("user", (Text("See"), PNG)), ChatMessage("assistant", (Text("Yes."),)))
    longer = body(Request((*turn, ASK)), "m", Dialect(), IMAGES)["messages"]
    assert longer[:2] == body(Request(turn), "m", Dialect(), IMAGES)["messages"]


def test_image_without_its_bytes_is_no_request() -> None:
    with pytest.raises(KeyError):
        body(Request((ChatMessage("user", (PNG,)),)), "m", Dialect())


def test_schema_is_a_response_format_or_words() -> None:
    request = Request((ASK,), schema={"type": "object"}, max_tokens=5)
    strict = body(request, "m", Dialect())["response_format"]["json_schema"]
    assert (strict["strict"], strict["schema"]) == (True, {"type": "object"})
    plain = body(
        request, "m", Dialect(schema=False, usage=False, temperature=False, max_tokens_key="max_completion_tokens")
    )
    assert plain["messages"][-1]["content"].endswith('It must fit this schema:\n{"type": "object"}')
    assert set(plain) == {"model", "messages", "max_completion_tokens", "stream"}
