"""Node types that only tests and the benchmark have: nothing, slow, blocking, deadly. Registered by their settings."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from typing import Any

from runs.desk import Desk
from runs.executors import ExecutorSpec
from runs.executors.base import Done, Failed, Job, Outcome
from runs.graphs import version_graph
from runs.states import Lane
from workflows.node_types.base import NodeType
from workflows.template_file.reading import Reader
from workflows.template_file.specs import NodeConfig


@dataclass(frozen=True)
class TestConfig(NodeConfig):
    """How long the node takes, in milliseconds."""

    __test__ = False

    milliseconds: int = 0


def _read(reader: Reader) -> TestConfig:
    return TestConfig(milliseconds=reader.integer("milliseconds", 0, low=0, high=600_000))


def node_type(key: str) -> NodeType:
    """Describe a node type of the tests."""
    return NodeType(key=key, label=key, read=_read, config=TestConfig)


NOOP, SLOW, BLOCKING, DEADLY, BROKEN = (node_type(key) for key in ("noop", "slow", "blocking", "deadly", "broken"))


def _seconds(job: Job) -> float:
    config: Any = version_graph(job.version_id).specs[job.key].config
    return config.milliseconds / 1000


class NoopExecutor:
    """Does nothing, on a host."""

    async def execute(self, job: Job, desk: Desk) -> Outcome:
        return Done()


class SlowExecutor:
    """Waits, on a host."""

    async def execute(self, job: Job, desk: Desk) -> Outcome:
        await asyncio.sleep(await desk.db(_seconds, job))
        return Done()


class BlockingExecutor:
    """Waits, blocking a worker."""

    def execute(self, job: Job) -> Outcome:
        time.sleep(_seconds(job))
        return Done()


class DeadlyExecutor:
    """Kills the process it runs in."""

    async def execute(self, job: Job, desk: Desk) -> Outcome:
        await asyncio.sleep(await desk.db(_seconds, job))
        os.kill(os.getpid(), signal.SIGKILL)
        return Done()


class BrokenExecutor:
    """Raises, or fails as a provider would."""

    async def execute(self, job: Job, desk: Desk) -> Outcome:
        seconds = await desk.db(_seconds, job)
        if seconds:
            return Failed("rate_limited", "Too many requests.", transient=True, retry_after_s=seconds)
        raise ZeroDivisionError("a bug in a node")


def _spec(kind: str, executor: type, lane: Lane = Lane.HOST) -> ExecutorSpec:
    return ExecutorSpec(kind, f"{__name__}.{executor.__name__}", lane)


EXECUTORS = (
    _spec("noop", NoopExecutor),
    _spec("slow", SlowExecutor),
    _spec("blocking", BlockingExecutor, Lane.WORKER),
    _spec("deadly", DeadlyExecutor),
    _spec("broken", BrokenExecutor),
)
