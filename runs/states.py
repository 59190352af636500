"""PURE. The state machine: statuses of a run, a node version and an attempt, and what may follow what.

The whole machine on one screen; `docs/state-machine.md` is generated from it. Only
`runs/transitions.py` writes these statuses. Source: the product's decisions, section 1.
"""

from collections.abc import Iterable
from enum import StrEnum


class RunStatus(StrEnum):
    """What a run is doing, stored as the scheduler's verdict."""

    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class NodeStatus(StrEnum):
    """What a node version is doing. `skipped` is reserved for conditions; nothing sets it yet."""

    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class AttemptStatus(StrEnum):
    """One try of a worker at a turn; final once terminal."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"


class WaitingFor(StrEnum):
    """What a waiting node version waits for."""

    CONFIRM = "confirm"
    DONE = "done"
    CONSENT = "consent"
    STOPPED = "stopped"
    OUTPUTS = "outputs"
    PIPELINE = "pipeline"


class CancelledWith(StrEnum):
    """What took a cancelled node version along. All but a person's act on the node alone let it come back by itself."""

    NODE = "node"
    RUN = "run"
    RERUN = "rerun"


class MessageStatus(StrEnum):
    """How a message stands. Only a streaming one still has deltas; interrupted ones are out of the context."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


class Lane(StrEnum):
    """Where an attempt is executed: on an asyncio host, or alone in a worker's process."""

    HOST = "host"
    WORKER = "worker"


N, A = NodeStatus, AttemptStatus

NODE_TRANSITIONS: dict[NodeStatus, frozenset[NodeStatus]] = {
    N.PENDING: frozenset({N.QUEUED, N.RUNNING, N.WAITING, N.CANCELLED}),
    N.QUEUED: frozenset({N.RUNNING, N.WAITING, N.FAILED, N.CANCELLED}),
    N.RUNNING: frozenset({N.WAITING, N.RETRYING, N.QUEUED, N.DONE, N.FAILED, N.CANCELLED}),
    N.RETRYING: frozenset({N.QUEUED, N.FAILED, N.CANCELLED}),
    N.WAITING: frozenset({N.QUEUED, N.DONE, N.FAILED, N.CANCELLED}),
    N.DONE: frozenset({N.QUEUED}),
    N.FAILED: frozenset({N.QUEUED}),
    N.CANCELLED: frozenset({N.QUEUED}),
    N.SKIPPED: frozenset(),
}

ATTEMPT_TRANSITIONS: dict[AttemptStatus, frozenset[AttemptStatus]] = {
    A.QUEUED: frozenset({A.RUNNING, A.CANCELLED}),
    A.RUNNING: frozenset({A.SUCCEEDED, A.FAILED, A.LOST, A.CANCELLED}),
    A.SUCCEEDED: frozenset(),
    A.FAILED: frozenset(),
    A.LOST: frozenset(),
    A.CANCELLED: frozenset(),
}

NODE_TERMINAL = frozenset({N.DONE, N.FAILED, N.CANCELLED, N.SKIPPED})
NODE_ACTIVE = frozenset({N.QUEUED, N.RUNNING, N.RETRYING})
ATTEMPT_TERMINAL = frozenset({A.SUCCEEDED, A.FAILED, A.LOST, A.CANCELLED})
ATTEMPT_LIVE = frozenset({A.QUEUED, A.RUNNING})
RUN_TERMINAL = frozenset({RunStatus.DONE, RunStatus.FAILED, RunStatus.CANCELLED})
RUN_UNFINISHED = frozenset(RunStatus) - RUN_TERMINAL
WAITING_FOR_PERSON = frozenset(WaitingFor) - {WaitingFor.PIPELINE}


def values(statuses: Iterable[StrEnum]) -> list[str]:
    """Give the plain texts in a fixed order, for constraints and migrations."""
    return sorted(status.value for status in statuses)


def choices(statuses: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Give `choices` of a model field in the order of the enumeration."""
    return [(status.value, status.value) for status in statuses]
