"""What a chat message is made of: values without identity; rows give them ids.

Not for rendering and not for the wire of any provider (`wire.py`). The one rule: JSON written by any earlier schema
version can be read by this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Text:
    """Something said."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What a model thought before it answered; shown folded, never sent back."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call as the model wrote it: `arguments` is its raw JSON text, possibly invalid."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The answer to one tool call."""

    call_id: str
    name: str
    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that came with a message, by the hash of its bytes. `tokens`: an estimate of what it takes."""

    name: str
    media_type: str
    sha256: str
    size_bytes: int
    tokens: int


Part = Text | Reasoning | ToolUse | ToolResult | Picture


class UnknownParts(ValueError):
    """The JSON was written by a newer schema version or holds an unknown kind of part."""


def parts_to_json(parts: Iterable[Part]) -> dict[str, Any]:
    """Return `{"schema": 1, "parts": [...]}`, made of JSON types only."""
    return {"schema": SCHEMA, "parts": [_part_to_json(part) for part in parts]}


def parts_from_json(obj: Mapping[str, Any]) -> tuple[Part, ...]:
    """Read what `parts_to_json` wrote. Raises UnknownParts."""
    if obj.get("schema") != SCHEMA:
        raise UnknownParts(f"message parts have schema {obj.get('schema')!r}, this program reads {SCHEMA}")
    return tuple(_part_from_json(item) for item in obj["parts"])


def text_of(parts: Iterable[Part]) -> str:
    """The said text of a message, without reasoning and tools."""
    return "".join(part.text for part in parts if isinstance(part, Text))


def tool_uses(parts: Iterable[Part]) -> tuple[ToolUse, ...]:
    return tuple(part for part in parts if isinstance(part, ToolUse))


def _part_to_json(part: Part) -> dict[str, Any]:
    match part:
        case Text(text):
            return {"type": "text", "text": text}
        case Reasoning(text):
            return {"type": "reasoning", "text": text}
        case ToolUse(call_id, name, arguments):
            return {"type": "tool_use", "call_id": call_id, "name": name, "arguments": arguments}
        case ToolResult(call_id, name, text, is_error):
            return {"type": "tool_result", "call_id": call_id, "name": name, "text": text, "is_error": is_error}
        case Picture():
            return {"type": "picture", **asdict(part)}


def _part_from_json(item: Mapping[str, Any]) -> Part:
    match item.get("type"):
        case "text":
            return Text(item["text"])
        case "reasoning":
            return Reasoning(item["text"])
        case "tool_use":
            return ToolUse(item["call_id"], item["name"], item["arguments"])
        case "tool_result":
            return ToolResult(item["call_id"], item["name"], item["text"], item["is_error"])
        case "picture":
            return Picture(item["name"], item["media_type"], item["sha256"], item["size_bytes"], item["tokens"])
        case other:
            raise UnknownParts(f"message part of unknown type {other!r}")
