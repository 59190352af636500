"""The agent loop: ask the model, run the tools it calls, ask again, until it answers.

An async generator: the consumer records between two yields, so a tool call's row exists before the tool runs. It ends
with exactly one Finished or Stopped, or raises a ModelError (another attempt decides, never this loop). Cancelling the
consumer's task, or closing the generator (use `contextlib.aclosing`), closes the model's stream.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Literal

from runs.agent.budget import Budget, Limit, LimitKind, Spent, exceeded, remaining_s
from runs.agent.calls import MAX_SAME, ToolRunner
from runs.agent.errors import DeadlineExceeded
from runs.agent.fenced import fenced_call
from runs.agent.memory.images import LoadPicture
from runs.agent.model import ChatMessage, Completed, Model, Request, TextDelta, Usage
from runs.agent.parts import Part, Text, ToolResult, ToolUse, text_of, tool_uses
from runs.agent.tokens import estimate_usage
from runs.agent.tools.base import Tool, ToolOutcome
from runs.agent.workspace import Workspace

CUT_OFF = "time_limit"  # finish reason of an answer that the turn's time limit ended
StopKind = LimitKind | Literal["repeated", "length", "empty"]


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """One turn. `pending`: calls of the last assistant message without a result, run first when an attempt resumes.

    `spent`: what earlier attempts of this turn used, so that a crash does not renew the budget. `load`: reads the bytes
    of the images among the messages.
    """

    messages: tuple[ChatMessage, ...]
    max_tokens: int = 4096
    pending: tuple[ToolUse, ...] = ()
    spent: Spent = field(default_factory=Spent)
    temperature: float = 0.2
    load: LoadPicture | None = None


@dataclass(frozen=True, slots=True)
class MessageStarted:
    """The model begins an assistant message."""


@dataclass(frozen=True, slots=True)
class MessageFinished:
    """The whole assistant message; its text may differ from the deltas when it held a call in words."""

    parts: tuple[Part, ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A call is about to run."""

    call: ToolUse


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A call ran; outcome and writes are to be stored together."""

    call: ToolUse
    outcome: ToolOutcome


@dataclass(frozen=True, slots=True)
class Finished:
    """The agent answered. `usage` sums the calls of this attempt."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Stopped:
    """The turn ended before an answer; `reason` is a sentence for people."""

    kind: StopKind
    reason: str
    usage: Usage


AgentEvent = MessageStarted | TextDelta | MessageFinished | ToolStarted | ToolFinished | Finished | Stopped


async def run(
    request: AgentRequest,
    *,
    model: Model,
    tools: Sequence[Tool] = (),
    workspace: Workspace,
    budget: Budget,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[AgentEvent, None]:
    """Yield the events of one turn. Raises ModelError."""
    turn = _Turn(request, tools, workspace, budget, clock)
    calls = request.pending
    while True:
        for call in calls:
            yield ToolStarted(call)
            outcome = await turn.call(call)
            yield ToolFinished(call, outcome)
            if turn.repeated:
                yield turn.stopped(turn.repeated)
                return
        turn.tools_done(calls)
        if limit := turn.limit_before_answer():
            yield turn.stopped(limit)
            return
        yield MessageStarted()
        said: list[str] = []
        completed: Completed | None = None
        try:
            async with aclosing(model.stream(turn.request())) as stream:
                async for event in stream:
                    if type(event) is TextDelta:
                        said.append(event.text)
                        yield event
                    elif isinstance(event, Completed):
                        completed = event
        except DeadlineExceeded:
            if not turn.limit_before_answer():
                raise
            completed = turn.cut_off("".join(said))
        if completed is None:
            raise RuntimeError(f"{model.name} ended its stream without Completed")
        parts = turn.take(completed)
        yield MessageFinished(parts, completed.usage)
        calls = tool_uses(parts)
        if end := turn.end(completed, calls):
            yield end
            return


class _Turn:
    """The conversation as it grows, and what the turn has used."""

    def __init__(
        self,
        request: AgentRequest,
        tools: Sequence[Tool],
        workspace: Workspace,
        budget: Budget,
        clock: Callable[[], float],
    ) -> None:
        self._request = request
        self._messages = list(request.messages)
        self._runner = ToolRunner(tools, workspace)
        self._specs = tuple(tool.spec for tool in tools)
        self._budget, self._clock, self._began = budget, clock, clock()
        self._spent, self._usage = request.spent, Usage()
        self._results: list[ToolResult] = []
        self._call_ids = {use.call_id for message in request.messages for use in tool_uses(message.parts)}
        self.repeated: tuple[StopKind, str] | None = None

    @property
    def _elapsed_s(self) -> float:
        return self._clock() - self._began

    async def call(self, use: ToolUse) -> ToolOutcome:
        outcome, too_often = await self._runner.run(use, timeout_s=remaining_s(self._budget, self._elapsed_s))
        self._results.append(ToolResult(use.call_id, use.name, outcome.text, outcome.is_error))
        if too_often:
            self.repeated = (
                "repeated",
                f"The agent called {use.name} {MAX_SAME} times with the same arguments and the same result.",
            )
        return outcome

    def tools_done(self, calls: Sequence[ToolUse]) -> None:
        if calls:
            self._messages.append(ChatMessage("tool", tuple(self._results)))
            self._results = []
            self._spent = self._spent.with_round()

    def request(self) -> Request:
        left = None if self._budget.tokens is None else max(1, self._budget.tokens - self._spent.tokens)
        return Request(
            messages=tuple(self._messages),
            # A model that repeats itself is asked once more without tools: small ones write the same file again
            # instead of ending, and then answer at once (1.5B, 2026-11-22: 5 of 5).
            tools=() if self._runner.repeating else self._specs,
            max_tokens=self._request.max_tokens if left is None else min(self._request.max_tokens, left),
            temperature=self._request.temperature,
            load=self._request.load,
            timeout_s=remaining_s(self._budget, self._elapsed_s),
        )

    def take(self, completed: Completed) -> tuple[Part, ...]:
        """Add the answer to the conversation; a call in words becomes a call, every call has an id of its own."""
        parts = completed.parts
        if self._specs and not tool_uses(parts) and (found := fenced_call(text_of(parts), self._runner.names)):
            parts = tuple(part for part in parts if not isinstance(part, Text)) + found.parts
        parts = tuple(self._identified(part) if isinstance(part, ToolUse) else part for part in parts)
        self._messages.append(ChatMessage("assistant", parts))
        self._spent = self._spent.with_usage(completed.usage)
        self._usage += completed.usage
        return parts

    def end(self, completed: Completed, calls: Sequence[ToolUse]) -> Finished | Stopped | None:
        """Decide after an answer: None when its calls are to be run."""
        if calls:
            limit = exceeded(self._budget, self._spent, self._elapsed_s)
            return self.stopped(limit) if limit else None
        if completed.finish_reason in {"length", CUT_OFF}:
            if limit := self.limit_before_answer():
                return self.stopped(limit)
            tokens = completed.usage.output_tokens
            return self.stopped(("length", f"The model's answer was cut off after {tokens:,} tokens."))
        if not text_of(completed.parts).strip() and self._spent.tool_rounds == 0:
            return self.stopped(("empty", "The model gave an empty answer."))
        return Finished(self._usage)

    def limit_before_answer(self) -> Limit | None:
        """Rounds of tools do not count here: after the last one the model may still answer."""
        return exceeded(replace(self._budget, tool_rounds=None), self._spent, self._elapsed_s)

    def cut_off(self, said: str) -> Completed:
        """The answer so far, of a stream that the time limit ended."""
        return Completed((Text(said),) if said else (), estimate_usage(self.request(), said), CUT_OFF)

    def stopped(self, why: Limit | tuple[StopKind, str]) -> Stopped:
        kind, reason = (why.kind, why.reason) if isinstance(why, Limit) else why
        return Stopped(kind, reason, self._usage)

    def _identified(self, use: ToolUse) -> ToolUse:
        call_id, number = use.call_id or f"call_{len(self._messages)}", 1
        while call_id in self._call_ids:
            number += 1
            call_id = f"{use.call_id or f'call_{len(self._messages)}'}_{number}"
        self._call_ids.add(call_id)
        return replace(use, call_id=call_id)
