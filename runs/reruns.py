"""PURE. What a re-run touches: which latest versions are cancelled, which nodes get a new version.

One plan serves done, restart and continuing a cancelled run (the product's decisions, section 1). Here every
downstream result is recomputed; reuse of unchanged ones is planned by the same function later.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from runs.scheduling import Ancestry
from runs.states import NODE_ACTIVE, NodeStatus


@dataclass(frozen=True)
class VersionState:
    """What the plan needs of a latest version. `with_run`: it was cancelled when the whole run was."""

    status: str
    accepted: bool = False
    with_run: bool = False

    @property
    def in_flight(self) -> bool:
        """Say whether it works or waits."""
        return self.status in NODE_ACTIVE or self.status == NodeStatus.WAITING


@dataclass(frozen=True)
class Plan:
    """Node keys in graph order. `cancel`: stop what is in flight; `renew`: make a new version."""

    cancel: tuple[str, ...]
    renew: tuple[str, ...]


def after_accept(graph: Ancestry, versions: Mapping[str, VersionState], key: str, *, rerun: bool) -> Plan:
    """Plan what follows when a version of `key` is accepted.

    `rerun`: the node had results before (a new version, or a reopened one), so everything downstream that was
    reached is recomputed. On a first acceptance only what a run's cancellation took along is made anew: a node
    that a person cancelled by itself stays cancelled.
    """
    below = [other for other in graph.order if other in graph.descendants(key)]
    stale = [other for other in below if _is_stale(versions[other], rerun=rerun)]
    renew = _with_cancelled_ancestors(graph, versions, {*stale}, without={key})
    return Plan(
        cancel=tuple(other for other in graph.order if other in renew and versions[other].in_flight),
        renew=tuple(other for other in graph.order if other in renew),
    )


def restart(graph: Ancestry, versions: Mapping[str, VersionState], key: str) -> Plan:
    """Plan a fresh start of `key`: it and its never-done cancelled ancestors are renewed, work below is stopped."""
    below = graph.descendants(key)
    renew = _with_cancelled_ancestors(graph, versions, {key}, without=set())
    stopped = {key, *below}
    return Plan(
        cancel=tuple(other for other in graph.order if other in stopped and versions[other].in_flight),
        renew=tuple(other for other in graph.order if other in renew),
    )


def _is_stale(version: VersionState, *, rerun: bool) -> bool:
    if version.status == NodeStatus.PENDING:
        return False  # it will take the new outputs anyway
    return rerun or version.with_run


def _with_cancelled_ancestors(
    graph: Ancestry, versions: Mapping[str, VersionState], keys: set[str], *, without: set[str]
) -> set[str]:
    above = {other for key in keys for other in graph.ancestors(key)} - without
    dead = {other for other in above if versions[other].status == NodeStatus.CANCELLED and not versions[other].accepted}
    return keys | dead
