"""A conversation as plain text of bounded length, for a question about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from runs.agent.model import ChatMessage
from runs.agent.parts import ToolResult, text_of, tool_uses

CALL_CHARS = 300


def transcript(messages: Iterable[ChatMessage], max_chars: int) -> str:
    """Return who said what, without system messages; tool calls and results are shortened, the middle is cut."""
    lines: list[str] = []
    for message in messages:
        if message.role == "system":
            continue
        text = text_of(message.parts).strip()
        if text:
            lines.append(f"{message.role}: {text}")
        lines += [f"(called {use.name} {cut_middle(use.arguments, CALL_CHARS)})" for use in tool_uses(message.parts)]
        results = [part for part in message.parts if isinstance(part, ToolResult)]
        lines += [f"(result of {part.name}: {cut_middle(part.text, CALL_CHARS)})" for part in results]
    return cut_middle("\n\n".join(lines), max_chars)


def cut_middle(text: str, max_chars: int) -> str:
    """Keep a third of the room for the beginning and the rest for the end, with a word on what was left out."""
    if len(text) <= max_chars:
        return text
    head = max(0, max_chars // 3)
    tail = max(0, max_chars - head)
    end = text[len(text) - tail :] if tail else ""
    return f"{text[:head]}\n[… {len(text) - head - tail:,} characters left out …]\n{end}"
