"""A scripted model: plays answers in order, keeps the requests it got, and can be told to fail or to hang.

Implements the port of `runs/agent/model.py`; `tests/contracts/test_model.py` runs the same cases on it and on the
real adapter.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any

from runs.agent.errors import ModelError
from runs.agent.memory.images import loaded
from runs.agent.model import Completed, ModelEvent, Request, TextDelta, Usage
from runs.agent.parts import Part, Reasoning, Text, ToolUse


@dataclass
class Answer:
    """One scripted answer. `error` is raised after the text, `hang` waits for ever after it."""

    text: str = ""
    calls: Sequence[ToolUse] = ()
    reasoning: str = ""
    usage: Usage = field(default_factory=lambda: Usage(10, 5))
    finish_reason: str = ""
    error: ModelError | None = None
    hang: bool = False
    piece_chars: int = 4


def says(text: str, **rest: Any) -> Answer:
    return Answer(text, **rest)


def calls(name: str, arguments: Any = None, *, call_id: str = "", text: str = "", **rest: Any) -> Answer:
    """An answer that calls one tool; `arguments` is an object, or the raw text that the model wrote."""
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    return Answer(text, (ToolUse(call_id, name, raw),), **rest)


def fails(error: ModelError, text: str = "") -> Answer:
    return Answer(text, error=error)


@dataclass
class FakeModel:
    """Plays `answers`; the last one again and again when `repeat_last` is set."""

    answers: list[Answer]
    name: str = "fake"
    repeat_last: bool = False
    requests: list[Request] = field(default_factory=list)
    images: list[dict[str, bytes]] = field(default_factory=list)  # of each request: SHA-256 → bytes
    open_streams: int = 0

    async def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        answer = self._next()
        self.requests.append(request)
        self.images.append(await loaded(request.messages, request.load))
        self.open_streams += 1
        try:
            for start in range(0, len(answer.text), answer.piece_chars):
                await asyncio.sleep(0)
                yield TextDelta(answer.text[start : start + answer.piece_chars])
            if answer.error is not None:
                raise answer.error
            if answer.hang:
                await asyncio.Event().wait()
            yield Completed(
                _parts(answer), answer.usage, answer.finish_reason or ("tool_calls" if answer.calls else "stop")
            )
        finally:
            self.open_streams -= 1

    async def aclose(self) -> None:
        """Nothing to close."""

    def _next(self) -> Answer:
        if self.repeat_last and len(self.answers) == 1:
            return self.answers[0]
        if not self.answers:
            raise AssertionError(f"the script has no answer number {len(self.requests) + 1}")
        return self.answers.pop(0)


def _parts(answer: Answer) -> tuple[Part, ...]:
    said: list[Part] = [Reasoning(answer.reasoning)] if answer.reasoning else []
    if answer.text:
        said.append(Text(answer.text))
    return (*said, *answer.calls)
