"""PURE. What may start now, and how a run stands: functions of the graph and the latest statuses.

Time, rows and queues are not here. Readiness and the verdict follow the product's decisions,
section 1: no fail-fast, a join waits for all its ancestors.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from runs.states import NODE_ACTIVE, NodeStatus, RunStatus


class Ancestry(Protocol):
    """The part of a graph that scheduling needs (`workflows.graph.Graph` has it)."""

    @property
    def order(self) -> tuple[str, ...]: ...

    def ancestors(self, key: str) -> frozenset[str]: ...

    def descendants(self, key: str) -> frozenset[str]: ...

    def children(self, key: str) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Plan:
    """What follows from the statuses: node keys that may start, in graph order, and the run's verdict."""

    ready: tuple[str, ...]
    verdict: RunStatus


def verdict(statuses: Collection[str]) -> RunStatus:
    """Judge a run by the statuses of its latest node versions; `O(nodes)`."""
    present = set(statuses)
    if present & NODE_ACTIVE:
        return RunStatus.RUNNING
    if NodeStatus.WAITING in present:
        return RunStatus.WAITING
    if NodeStatus.FAILED in present:
        return RunStatus.FAILED
    if NodeStatus.CANCELLED in present:
        return RunStatus.CANCELLED
    return RunStatus.DONE


def ready(graph: Ancestry, statuses: Mapping[str, str], among: Iterable[str] | None = None) -> tuple[str, ...]:
    """Name the pending nodes whose ancestors are all done, in graph order.

    `statuses`: node key → status of its latest version, every node of the graph present.
    `among`: look only at these keys (a finished node can only free its children).
    """
    wanted = set(graph.order if among is None else among)
    return tuple(
        key
        for key in graph.order
        if key in wanted
        and statuses[key] == NodeStatus.PENDING
        and all(statuses[other] == NodeStatus.DONE for other in graph.ancestors(key))
    )


def plan(graph: Ancestry, statuses: Mapping[str, str]) -> Plan:
    """Give what is ready and the verdict that holds once the ready nodes are queued."""
    now = ready(graph, statuses)
    after = {**statuses, **dict.fromkeys(now, NodeStatus.QUEUED)}
    return Plan(ready=now, verdict=verdict(after.values()))
