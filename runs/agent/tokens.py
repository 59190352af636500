"""Rough token counts for providers that report none. Never used where a provider gave figures."""

from __future__ import annotations

from collections.abc import Iterable

from runs.agent.model import ChatMessage, Request, Usage
from runs.agent.parts import Picture, Reasoning, Text, ToolResult, ToolUse


def estimate_tokens(text: str) -> int:
    """About one token for four ASCII characters and for one other character (common BPE vocabularies)."""
    ascii_chars = len(text.encode("ascii", errors="ignore"))
    return (ascii_chars + 3) // 4 + len(text) - ascii_chars


def estimate_usage(request: Request, answer: str) -> Usage:
    """Count what was sent and what was said."""
    return Usage(estimate_messages(request.messages), estimate_tokens(answer), estimated=True)


def estimate_messages(messages: Iterable[ChatMessage]) -> int:
    """Count messages with their calls and results, without what a provider puts around them."""
    sent = 0
    for message in messages:
        for part in message.parts:
            match part:
                case Text(text) | Reasoning(text) | ToolResult(_, _, text, _) | ToolUse(_, _, text):
                    sent += estimate_tokens(text)
                case Picture(tokens=tokens):
                    sent += tokens
    return sent
