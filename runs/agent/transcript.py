"""A conversation as plain text of bounded length, for a question about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from runs.agent.model import ChatMessage
from runs.agent.parts import Picture, ToolResult, text_of, tool_uses

CALL_CHARS = 300


def transcript(messages: Iterable[ChatMessage], max_chars: int) -> str:
    """Return who said what, without system messages; tool calls and results are shortened, the middle is cut."""
    lines = [line for message in messages for line in said_lines(message, CALL_CHARS)]
    return cut_middle("\n\n".join(lines), max_chars)


def said_lines(message: ChatMessage, call_chars: int) -> list[str]:
    """Give what one message says, calls and results shortened to `call_chars`; nothing of a system message."""
    if message.role == "system":
        return []
    text = text_of(message.parts).strip()
    lines = [f"{message.role}: {text}"] if text else []
    lines += [f"(image {part.name})" for part in message.parts if isinstance(part, Picture)]
    lines += [f"(called {use.name} {cut_middle(use.arguments, call_chars)})" for use in tool_uses(message.parts)]
    results = [part for part in message.parts if isinstance(part, ToolResult)]
    return lines + [f"(result of {part.name}: {cut_middle(part.text, call_chars)})" for part in results]


def cut_middle(text: str, max_chars: int) -> str:
    """Keep a third of the room for the beginning and the rest for the end, with a word on what was left out."""
    if len(text) <= max_chars:
        return text
    head = max(0, max_chars // 3)
    tail = max(0, max_chars - head)
    end = text[len(text) - tail :] if tail else ""
    return f"{text[:head]}\n[… {len(text) - head - tail:,} characters left out …]\n{end}"
