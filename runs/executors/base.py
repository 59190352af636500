"""What an executor is given and what it gives back.

A host executor is async and shares its process with many others: it must never block. A worker executor is
sync and alone in its worker. Neither writes a status; `runs/execution.py` turns an Outcome into a transition.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from runs.desk import Desk


@dataclass(frozen=True)
class Job:
    """A claimed attempt: everything that names it. `number` is the fencing token."""

    attempt_id: int
    number: int
    node_run_id: int
    run_id: int
    version_id: int
    key: str
    node_version: int
    node_type: str
    message_id: int | None


@dataclass(frozen=True)
class OutputChoice:
    """A value for one output: a text, or an artifact by its id; `sha256` is of the content."""

    name: str
    type: str
    text: str
    artifact_id: int | None
    sha256: str
    reason: str
    kept: bool = False


@dataclass(frozen=True)
class Spent:
    """Tokens of one attempt. `cost_nanos`: what they cost, in billionths of the currency's unit; None: no price."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_nanos: int | None = None


@dataclass(frozen=True)
class Done:
    """The turn is over. `missing`: one sentence on required outputs that nothing matched, else empty."""

    outputs: tuple[OutputChoice, ...] = ()
    missing: str = ""
    spent: Spent = field(default_factory=Spent)


@dataclass(frozen=True)
class Failed:
    """The turn failed. `transient`: trying again makes sense, after `retry_after_s` where the provider said so."""

    kind: str
    message: str
    detail: str = ""
    transient: bool = False
    retry_after_s: float | None = None
    spent: Spent = field(default_factory=Spent)


@dataclass(frozen=True)
class Dropped:
    """The attempt is no longer ours (cancelled, stopped, lost): nothing to write."""


Outcome = Done | Failed | Dropped


class HostExecutor(Protocol):
    """Executes on an asyncio host."""

    async def execute(self, job: Job, desk: "Desk") -> Outcome:
        """Do the node's work; raise nothing but cancellation and bugs."""


class WorkerExecutor(Protocol):
    """Executes alone in a django-q2 worker."""

    def execute(self, job: Job) -> Outcome:
        """Do the node's work, blocking as long as it takes."""
