"""What failed in a run, in plain words: the sentence, whether trying again makes sense, the errors behind it."""

from dataclasses import dataclass
from datetime import datetime

from runs.failures import Advice, advice
from runs.models import NodeRun
from runs.states import NodeStatus
from runs.tickets.reading import Facts


@dataclass(frozen=True)
class Cause:
    """One try that ended badly. `said`: the provider's own words."""

    attempt: int
    try_number: int
    at: datetime | None
    kind: str
    text: str
    said: str


@dataclass(frozen=True)
class Failure:
    """A node whose latest version failed. `chain`: oldest first; `holds_up`: titles of the nodes that wait for it."""

    key: str
    title: str
    number: int
    node_run_id: int
    sentence: str
    kind: str
    detail: str
    advice: Advice
    chain: tuple[Cause, ...]
    holds_up: tuple[str, ...]


def failures(facts: Facts) -> tuple[Failure, ...]:
    """Name what failed, in graph order. Old versions are history; what they died of stands with them."""
    latest = {version.key: version for version in facts.versions if version.is_latest}
    failed = [version for version in latest.values() if version.status == NodeStatus.FAILED]
    return tuple(_failure(facts, version, latest) for version in failed)


def chain(facts: Facts, version: NodeRun) -> tuple[Cause, ...]:
    """Give the tries of a version's last turn that ended badly, oldest first."""
    attempts = facts.attempts.get(version.pk, [])
    turn = attempts[-1].message_id if attempts else None
    return tuple(
        Cause(
            attempt=attempt.number,
            try_number=attempt.try_number,
            at=attempt.finished_at,
            kind=attempt.error_kind or attempt.loss,
            text=attempt.error,
            said=attempt.error_detail,
        )
        for attempt in attempts
        if attempt.message_id == turn and (attempt.error_kind or attempt.loss)
    )


def _failure(facts: Facts, version: NodeRun, latest: dict[str, NodeRun]) -> Failure:
    below = facts.graph.graph.descendants(version.key)
    held = [key for key in facts.graph.graph.order if key in below and latest[key].status == NodeStatus.PENDING]
    return Failure(
        key=version.key,
        title=facts.title(version.key),
        number=version.number,
        node_run_id=version.pk,
        sentence=version.error,
        kind=version.error_kind,
        detail=version.error_detail,
        advice=advice(version.error_kind, retryable=version.error_retryable),
        chain=chain(facts, version),
        holds_up=tuple(facts.title(key) for key in held),
    )
