"""Puts the chunks of one streamed chat completion together: text, reasoning, tool calls, usage, finish reason.

Pure. Tolerant of what providers do: chunks without choices, tool deltas without an index or with an id only in the
first piece, arguments in pieces or whole, usage at the end or in every chunk.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from runs.agent.model import Usage
from runs.agent.parts import Part, Reasoning, Text, ToolUse

MAX_TOKENS = 10**8  # of one call; more is a mistake of the endpoint


@dataclass(slots=True)
class _Call:
    call_id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class Assembly:
    """The answer so far. `add` returns the new text of a chunk."""

    __slots__ = ("_by_index", "_calls", "_reasoning", "_refusal", "_text", "finish_reason", "usage")

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._refusal: list[str] = []
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self.usage: Usage | None = None
        self.finish_reason: str | None = None

    def add(self, chunk: Any) -> str:
        """Take in one parsed chunk. Raises AttributeError, TypeError, KeyError if it is not a chat completion chunk."""
        if usage := chunk.get("usage"):
            self.usage = _usage(usage)
        choices = chunk.get("choices")
        if not choices:
            return ""
        choice = choices[0]
        if reason := choice.get("finish_reason"):
            self.finish_reason = reason
        delta = choice.get("delta") or choice.get("message")
        if not delta:
            return ""
        text: str | None = delta.get("content")
        if len(delta) > 1 or text is None:
            self._add_rare(delta)
        if text:
            self._text.append(text)
            return text
        return ""

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def refusal(self) -> str:
        return "".join(self._refusal)

    @property
    def output_text(self) -> str:
        """Everything the model wrote, for counting."""
        return self.text + "".join(self._reasoning) + "".join("".join(call.arguments) for call in self._calls)

    def parts(self) -> tuple[Part, ...]:
        parts: list[Part] = []
        if self._reasoning:
            parts.append(Reasoning("".join(self._reasoning)))
        if self._text:
            parts.append(Text("".join(self._text)))
        parts.extend(ToolUse(call.call_id, call.name, "".join(call.arguments)) for call in self._calls)
        return tuple(parts)

    def _add_rare(self, delta: dict[str, Any]) -> None:
        # DeepSeek, vLLM and llama.cpp say reasoning_content, OpenRouter and newer vLLM say reasoning.
        if reasoning := delta.get("reasoning_content") or delta.get("reasoning"):
            self._reasoning.append(reasoning)
        if refusal := delta.get("refusal"):
            self._refusal.append(refusal)
        for piece in delta.get("tool_calls") or ():
            self._add_call(piece)

    def _add_call(self, piece: dict[str, Any]) -> None:
        call = self._call_for(piece)
        function = piece.get("function") or {}
        if call_id := piece.get("id"):
            call.call_id = call_id
        if name := function.get("name"):
            call.name = name
        arguments = function.get("arguments")
        if arguments:
            call.arguments.append(arguments if isinstance(arguments, str) else _as_json(arguments))

    def _call_for(self, piece: dict[str, Any]) -> _Call:
        """Find the call a piece belongs to: by index; without, a new id begins a call, else the last goes on."""
        index, call_id = piece.get("index"), piece.get("id")
        if index is not None:
            known = self._by_index.get(index)
            # Some servers number every parallel call 0 and tell them apart by id.
            if known is not None and not (call_id and known.call_id and call_id != known.call_id):
                return known
        elif self._calls:
            same = next((call for call in self._calls if call_id and call.call_id == call_id), None)
            starts_new = bool(call_id) or bool((piece.get("function") or {}).get("name"))
            if same is not None or not starts_new:
                return same or self._calls[-1]
        call = _Call()
        self._calls.append(call)
        if index is not None:
            self._by_index[index] = call
        return call


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _usage(said: Any) -> Usage:
    """Read tokens; those from a cache as OpenAI and vLLM say them, or as DeepSeek does."""
    details = said.get("prompt_tokens_details") or {}
    cached = _count(details.get("cached_tokens") or said.get("prompt_cache_hit_tokens"))
    read = _count(said.get("prompt_tokens"))
    return Usage(read, _count(said.get("completion_tokens")), cached_tokens=min(cached, read))


def _count(tokens: Any) -> int:
    """Read a count as a budget and a database can use it, whatever an endpoint says. Raises ValueError, TypeError."""
    return int(min(max(0.0, float(tokens or 0)), MAX_TOKENS))
