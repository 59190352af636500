"""Our values to the body of a chat completion request. Pure, and stable: equal input gives equal bytes.

A conversation's body is a prefix of its next turn's body, so that provider caches hit; nothing here may depend on the
time, on ids or on later messages. Tool calls without a result (a stopped turn) get one, since providers refuse them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runs.agent.fenced import fenced_text
from runs.agent.model import ChatMessage, Request, ToolSpec
from runs.agent.parts import Picture, Text, ToolResult, ToolUse, text_of, tool_uses

_SCHEMA_WORDS = "Answer with one JSON object and nothing else. It must fit this schema:\n"
Content = str | list[dict[str, Any]]
Images = Mapping[str, bytes]
NO_IMAGES: Images = {}
NOT_RUN = "This call was not run: the turn was stopped before."


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an endpoint accepts; learned from its refusals and remembered by the adapter."""

    usage: bool = True
    tools: bool = True
    schema: bool = True
    temperature: bool = True
    max_tokens_key: str = "max_tokens"


def body(request: Request, model: str, dialect: Dialect, images: Images = NO_IMAGES) -> dict[str, Any]:
    """Return the request body. Without tools, calls of the conversation are written as text.

    `images`: the bytes of every image of the conversation by their SHA-256.
    """
    native = dialect.tools and bool(request.tools)
    messages = _merged((_native_messages if native else _text_messages)(request.messages, images))
    if request.tools and not native:
        messages = _with_system(messages, _tools_as_text(request.tools))
    if request.schema is not None and not dialect.schema:
        messages = _merged([*messages, _said("user", _SCHEMA_WORDS + json.dumps(request.schema, ensure_ascii=False))])
    out: dict[str, Any] = {"model": model, "messages": messages}
    if native:
        out["tools"] = [_tool(spec) for spec in request.tools]
    if request.schema is not None and dialect.schema:
        json_schema = {"name": "answer", "schema": dict(request.schema), "strict": True}
        out["response_format"] = {"type": "json_schema", "json_schema": json_schema}
    out[dialect.max_tokens_key] = request.max_tokens
    if dialect.temperature:
        out["temperature"] = request.temperature
    out["stream"] = True
    if dialect.usage:
        out["stream_options"] = {"include_usage": True}
    return out


def _native_messages(messages: Iterable[ChatMessage], images: Images) -> Iterator[dict[str, Any]]:
    open_calls: list[str] = []
    for message in messages:
        results = [part for part in message.parts if isinstance(part, ToolResult)]
        answered = {result.call_id for result in results}
        if message.role != "tool":
            yield from (_tool_message(call_id, NOT_RUN) for call_id in open_calls)
            open_calls = []
        for result in results:
            yield _tool_message(result.call_id, _result_text(result))
        open_calls = [call_id for call_id in open_calls if call_id not in answered]
        if message.role == "tool":
            continue
        out = _said(message.role, _content(message, images))
        if uses := tool_uses(message.parts):
            out["tool_calls"] = [_tool_call(use) for use in uses]
            open_calls = [use.call_id for use in uses]
        yield out
    yield from (_tool_message(call_id, NOT_RUN) for call_id in open_calls)


def _text_messages(messages: Iterable[ChatMessage], images: Images) -> Iterator[dict[str, Any]]:
    for message in messages:
        if message.role == "tool":
            results = [part for part in message.parts if isinstance(part, ToolResult)]
            yield _said("user", "\n\n".join(f"Result of {part.name}:\n{_result_text(part)}" for part in results))
        elif uses := tool_uses(message.parts):
            said = [text_of(message.parts), *(fenced_text(use) for use in uses)]
            yield _said("assistant", "\n\n".join(text for text in said if text))
        else:
            yield _said(message.role, _content(message, images))


def _merged(messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join neighbours of one role: many chat templates refuse two user messages in a row."""
    out: list[dict[str, Any]] = []
    for message in messages:
        if out and out[-1]["role"] == message["role"] and _is_plain(out[-1]) and _is_plain(message):
            out[-1] = _said(message["role"], _joined(out[-1]["content"], message["content"]))
        else:
            out.append(message)
    return out


def _is_plain(message: dict[str, Any]) -> bool:
    return len(message) == 2


def _joined(first: Content, second: Content) -> Content:
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return [*_as_parts(first), *_as_parts(second)]


def _as_parts(content: Content) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _with_system(messages: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    if messages and messages[0]["role"] == "system":
        return [_said("system", f"{messages[0]['content']}\n\n{text}"), *messages[1:]]
    return [_said("system", text), *messages]


def _said(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def _content(message: ChatMessage, images: Images) -> Content:
    """A text, or where there are images texts and images in turn: each is named right before it is shown."""
    if not any(isinstance(part, Picture) for part in message.parts):
        return text_of(message.parts)
    content: list[dict[str, Any]] = []
    text = ""
    for part in message.parts:
        if isinstance(part, Text):
            text += part.text
        elif isinstance(part, Picture):
            named = f"{text}\n\nImage {part.name}:".lstrip("\n")
            url = _data_url(part.media_type, images[part.sha256])
            content += [{"type": "text", "text": named}, {"type": "image_url", "image_url": {"url": url}}]
            text = ""
    return [*content, {"type": "text", "text": text}] if text else content


def _data_url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def _tool_call(use: ToolUse) -> dict[str, Any]:
    return {
        "id": use.call_id,
        "type": "function",
        "function": {"name": use.name, "arguments": _arguments(use.arguments)},
    }


def _tool_message(call_id: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": text}


def _result_text(result: ToolResult) -> str:
    return f"Error: {result.text}" if result.is_error else result.text


def _arguments(text: str) -> str:
    """Providers refuse a history whose arguments are no JSON object; such a call got an error result anyway."""
    try:
        return text if isinstance(json.loads(text), dict) else json.dumps({"invalid": text}, ensure_ascii=False)
    except (ValueError, RecursionError):
        return json.dumps({"invalid": text}, ensure_ascii=False)


def _tool(spec: ToolSpec) -> dict[str, Any]:
    function = {"name": spec.name, "description": spec.description, "parameters": dict(spec.parameters)}
    return {"type": "function", "function": function}


def _tools_as_text(tools: Iterable[ToolSpec]) -> str:
    listed = "\n".join(json.dumps(_tool(spec)["function"], ensure_ascii=False) for spec in tools)
    return (
        "To call a tool, answer with exactly one block like this and nothing else, then wait for its result:\n"
        '```json\n{"name": "<tool>", "arguments": {}}\n```\n'
        f"Tools, each with the JSON schema of its arguments:\n{listed}"
    )
