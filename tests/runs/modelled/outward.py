"""What a worker does outside: an outward tool, called as the agent calls it and recorded as the recorder does.

Doing it again finds what is there, as the port of an outward tool has to; but it is never done where the ledger has it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from runs import chat
from runs.agent.calls import ToolRunner
from runs.agent.model import ToolSpec
from runs.agent.parts import Text, ToolUse
from runs.agent.tools.base import Effect, ToolOutcome
from runs.agent.workspace import Workspace
from runs.executors.base import Job
from runs.models import SideEffect

NAME = "act_outside"


class ActOutside:
    """A tool. `done`: how often it was really done; each time it says another thing."""

    side_effects = False
    spec = ToolSpec(NAME, "Acts outside.", {"type": "object"})

    def __init__(self) -> None:
        self.done = 0

    async def effect(self, arguments: Mapping[str, Any], workspace: Workspace) -> Effect:
        return Effect("probe", arguments["key"], "outside")

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        self.done += 1
        return ToolOutcome(f"done, number {self.done}")


class Outside:
    """Everything outside of one run, and the calls whose record was lost with their worker."""

    def __init__(self) -> None:
        self._tool = ActOutside()
        self._unrecorded: dict[int, tuple[int, ToolUse, ToolOutcome]] = {}
        self._calls = 0

    def act(self, job: Job, key: str, *, said: str, is_lost: bool) -> None:
        """Call the tool in a running attempt that has `said` something. Raises Fenced."""
        self._calls += 1
        call = ToolUse(f"c{self._calls}", NAME, f'{{"key": "{key}"}}')
        message_id = chat.start_message(job)
        chat.finish_message(job, message_id, (*([Text(said)] if said else []), call))
        chat.start_call(job, message_id, call, False)
        known = dict(SideEffect.objects.filter(node_run_id=job.node_run_id).values_list("key", "result"))
        before = self._tool.done
        outcome = self._called(call, known)
        assert key not in known or (self._tool.done, outcome.text) == (before, known[key]), f"{key} was done again"
        if is_lost:
            self._unrecorded[job.attempt_id] = (message_id, call, outcome)
        else:
            chat.finish_call(job, message_id, call, outcome)

    def record_late(self, job: Job) -> bool:
        """Let a worker that was given up record what it did, after all. Raises Fenced."""
        if job.attempt_id in self._unrecorded:
            chat.finish_call(job, *self._unrecorded[job.attempt_id])
        return job.attempt_id in self._unrecorded

    def _called(self, call: ToolUse, known: dict[str, str]) -> ToolOutcome:
        async def nothing(name: str) -> bytes:
            raise AssertionError(name)

        runner = ToolRunner([self._tool], Workspace({}, nothing, effects=known))
        return asyncio.run(runner.run(call, timeout_s=None))[0]
