"""A node that writes down when its body began, for the latency rows. Registered by the benchmark's settings alone."""

import hashlib
import time

from runs.executors import ExecutorSpec
from runs.executors.base import Done, Job, Outcome, OutputChoice
from tests.support.nodes import node_type

CLOCK = node_type("clock")


class ClockExecutor:
    """Gives the wall clock at its first line as its output, in seconds."""

    async def execute(self, job: Job, desk: object) -> Outcome:
        text = repr(time.time())
        return Done((OutputChoice("began", "text", text, None, hashlib.sha256(text.encode()).hexdigest(), "measured"),))


EXECUTORS = (ExecutorSpec("clock", f"{__name__}.ClockExecutor"),)
