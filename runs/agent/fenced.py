"""Tool calls of models that cannot call tools: one JSON object in the text of the answer.

Accepted are exactly one fenced block, one pair of <tool_call> tags, or an answer that is nothing but the object; it
must name a tool that was offered. Everything else stays text: a wrong guess here would run a tool nobody asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from runs.agent.parts import Text, ToolUse

# Greedy on purpose: with two fenced blocks the text between the outer fences is no JSON, so neither is a call.
_FENCE = re.compile(r"^[ \t]*```[a-zA-Z_]*[ \t]*\r?\n(.*)^[ \t]*```[ \t]*$", re.DOTALL | re.MULTILINE)
_TAGS = re.compile(r"<tool_call>(.*)</tool_call>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FencedCall:
    """The call found in an answer, and what the answer said around it."""

    use: ToolUse
    around: str

    @property
    def parts(self) -> tuple[Text | ToolUse, ...]:
        return (Text(self.around), self.use) if self.around else (self.use,)


def fenced_call(text: str, offered: Collection[str]) -> FencedCall | None:
    """Return the one call that the text holds, None if it holds none or more than one."""
    for body, around in _bodies(text):
        use = _as_call(body, offered)
        if use is not None:
            return FencedCall(use, around)
    return None


def fenced_text(use: ToolUse) -> str:
    """Write a call the way `fenced_call` reads it, for a conversation with a model that knows no other way."""
    try:
        arguments = json.loads(use.arguments or "{}", strict=False)
    except (ValueError, RecursionError):
        arguments = use.arguments
    call = json.dumps({"name": use.name, "arguments": arguments}, ensure_ascii=False)
    call = call.encode("utf-8", "replace").decode()  # half characters go on no wire
    return f"```json\n{call}\n```"


def _bodies(text: str) -> list[tuple[str, str]]:
    found = [(match[1], (text[: match.start()] + text[match.end() :]).strip()) for match in _matches(text)]
    return [*found, (text, "")]


def _matches(text: str) -> list[re.Match[str]]:
    return [match for pattern in (_FENCE, _TAGS) if (match := pattern.search(text))]


def _as_call(body: str, offered: Collection[str]) -> ToolUse | None:
    body = body.strip()
    if not body.startswith("{"):
        return None
    try:
        # Small models write raw line breaks inside JSON strings; strict=False reads them.
        call: Any = json.loads(body, strict=False)
    except (ValueError, RecursionError):
        return None
    if isinstance(call.get("function"), dict):
        call = call["function"]
    arguments = call.get("arguments", call.get("parameters"))
    if call.get("name") not in offered or not isinstance(arguments, dict):
        return None
    return ToolUse("", call["name"], json.dumps(arguments, ensure_ascii=False))
