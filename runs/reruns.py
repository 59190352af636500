"""PURE. What a re-run touches: what is stopped, what gets a new version, what is kept, and why.

One plan serves done, restart, retry and the continuing of a cancelled run (the product's decisions, section 1): the
dialog shows the very plan that the act executes. Hashes decide: a result whose recorded inputs would come out the
same is offered as reused, everything else below is made anew.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from runs.scheduling import Ancestry
from runs.states import NODE_ACTIVE, CancelledWith, NodeStatus

Output = tuple[str, str]  # (node key, output name)
CurrentHashes = Mapping[Output, str]


class Why(StrEnum):
    """Why a node is in a plan; worded in `runs/pages/plan.py`."""

    STARTED = "started"  # it is what the person starts anew
    CHANGED = "changed"  # an input changed
    SOURCE = "source"  # what it takes an input from is computed again
    CHOSEN = "chosen"  # it could be reused, the person wants it computed again
    FAILED = "failed"  # there is no result to keep
    CANCELLED = "cancelled"  # likewise
    WITH_RUN = "with_run"  # it was cancelled with the run, which goes on now
    NEEDED = "needed"  # cancelled and never done, but what runs again needs it
    UNCHANGED = "unchanged"  # its inputs did not change
    UNUSED = "unused"  # it uses nothing that is computed again
    MAY_CHANGE = "may_change"  # it runs again unless its inputs come out the same


@dataclass(frozen=True)
class Reason:
    """A reason and what it speaks of: outputs ("node.output") or node keys."""

    why: Why
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Used:
    """An input taken from an output, and the hash of what was given; empty where nothing was given yet."""

    output: Output
    sha256: str


@dataclass(frozen=True)
class VersionState:
    """What the plan needs of a latest version. `inputs`: its references, in the order of its specification."""

    status: str
    accepted: bool = False
    cancelled_with: str = ""
    number: int = 1
    inputs: tuple[Used, ...] = ()

    @property
    def in_flight(self) -> bool:
        """Say whether it works or waits."""
        return self.status in NODE_ACTIVE or self.status == NodeStatus.WAITING

    @property
    def comes_back(self) -> bool:
        """Say whether it was cancelled together with something else, not by a person's act on it alone."""
        return self.status == NodeStatus.CANCELLED and self.cancelled_with in (CancelledWith.RUN, CancelledWith.RERUN)

    @property
    def is_dead(self) -> bool:
        """Say whether it was cancelled before it ever gave something."""
        return self.status == NodeStatus.CANCELLED and not self.accepted


@dataclass(frozen=True)
class Plan:
    """Node keys in graph order, each with its reason.

    `cancel`: stop what is in flight. `renew`: make a new version now. `reuse`: keep although something above changed,
    `offered`: what could be kept. `later`: decided when the new version is accepted. `kept`: not touched by that.
    """

    cancel: tuple[str, ...] = ()
    renew: tuple[str, ...] = ()
    reuse: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)

    def digest(self, versions: Mapping[str, VersionState]) -> str:
        """Hash what the plan would do to which versions: an act refuses another plan than the one that was seen."""
        parts = [self.cancel, self.renew, self.reuse, self.offered, self.later, self.kept]
        reasons = [(key, reason.why, reason.about) for key, reason in sorted(self.reasons.items())]
        numbers = [(key, versions[key].number) for key in sorted(self.reasons)]
        return hashlib.sha256(json.dumps([parts, reasons, numbers]).encode()).hexdigest()


def after_accept(
    graph: Ancestry,
    versions: Mapping[str, VersionState],
    key: str,
    *,
    rerun: bool,
    current: CurrentHashes,
    again: Collection[str] = (),
) -> Plan:
    """Plan what follows when a version of `key` is accepted.

    `rerun`: the node had results before (a new version, or a reopened one), so each node below that was reached is
    kept or made anew. On a first acceptance only what a cancellation took along comes back: a node that a person
    cancelled by itself stays cancelled. `current`: the outputs that the latest versions give now. `again`: what could
    be reused and is to be computed again all the same.
    """
    renew: dict[str, Reason] = {}
    offered: dict[str, Reason] = {}
    for other in _below(graph, versions, key):
        reason = _renewal(versions, other, {key}, renew, current) if rerun else _return(versions[other])
        if reason is not None:
            renew[other] = reason
        elif rerun:
            offered[other] = Reason(Why.UNCHANGED, tuple(_name(used) for used in versions[other].inputs))
            if other in again:
                renew[other] = Reason(Why.CHOSEN)
    renew |= _needed(graph, versions, renew, without={key})
    return Plan(
        cancel=_in_order(graph, [other for other in renew if versions[other].in_flight]),
        renew=_in_order(graph, renew),
        reuse=_in_order(graph, offered.keys() - renew.keys()),
        offered=_in_order(graph, offered),
        reasons=offered | renew,
    )


def restart(graph: Ancestry, versions: Mapping[str, VersionState], key: str) -> Plan:
    """Plan a fresh start of `key`: it and its never-done cancelled ancestors are renewed, work below is stopped.

    What is below gets its new versions when the new version is accepted; what takes nothing from it is kept then.
    """
    renew = {key: Reason(Why.STARTED)}
    renew |= _needed(graph, versions, renew, without=set())
    stopped = {key, *graph.descendants(key)}
    later, kept = _afterwards(graph, versions, key, stops=True)
    return Plan(
        cancel=_in_order(graph, [other for other in stopped if versions[other].in_flight]),
        renew=_in_order(graph, renew),
        later=_in_order(graph, later),
        kept=_in_order(graph, kept),
        reasons=later | kept | renew,
    )


def retry(graph: Ancestry, versions: Mapping[str, VersionState], key: str) -> Plan:
    """Plan another turn in the same version of `key`: nothing is stopped now; what follows is decided at its end."""
    later: dict[str, Reason] = {}
    kept: dict[str, Reason] = {}
    if versions[key].accepted or versions[key].number > 1:
        later, kept = _afterwards(graph, versions, key, stops=False)
    else:
        later = {other: Reason(Why.WITH_RUN) for other in _below(graph, versions, key) if versions[other].comes_back}
    later |= _needed(graph, versions, later, without={key})
    return Plan(later=_in_order(graph, later), kept=_in_order(graph, kept), reasons=later | kept)


def _return(version: VersionState) -> Reason | None:
    return Reason(Why.WITH_RUN) if version.comes_back else None


def _renewal(
    versions: Mapping[str, VersionState],
    key: str,
    accepted: Collection[str],
    renewed: Collection[str],
    current: CurrentHashes,
) -> Reason | None:
    """Say why a reached node has to be made anew; None where it may be kept.

    What it takes from a node that still works, waits or failed does not count: that node's own acceptance decides.
    """
    version = versions[key]
    if version.status in (NodeStatus.FAILED, NodeStatus.CANCELLED):
        came_back = version.cancelled_with == CancelledWith.RUN
        return Reason(Why.WITH_RUN if came_back else Why(version.status))
    sources = [used for used in version.inputs if used.output[0] in renewed]
    if sources:
        return Reason(Why.SOURCE, tuple(_name(used) for used in sources))
    decided = [u for u in version.inputs if u.output[0] in accepted or versions[u.output[0]].status == NodeStatus.DONE]
    changed = [used for used in decided if current.get(used.output, "") != used.sha256]
    return Reason(Why.CHANGED, tuple(_name(used) for used in changed)) if changed else None


def _afterwards(
    graph: Ancestry, versions: Mapping[str, VersionState], key: str, *, stops: bool
) -> tuple[dict[str, Reason], dict[str, Reason]]:
    """Split what is below into what may run again and what takes nothing from anything that may. `stops`: see Plan."""
    later: dict[str, Reason] = {}
    kept: dict[str, Reason] = {}
    for other in _below(graph, versions, key):
        version = versions[other]
        taken = tuple(_name(used) for used in version.inputs if used.output[0] == key or used.output[0] in later)
        if version.status == NodeStatus.CANCELLED:
            later[other] = Reason(Why.WITH_RUN if version.cancelled_with == CancelledWith.RUN else Why.CANCELLED)
        elif version.status == NodeStatus.FAILED:
            later[other] = Reason(Why.FAILED)
        elif stops and version.in_flight:
            later[other] = Reason(Why.CANCELLED)
        elif taken:
            later[other] = Reason(Why.MAY_CHANGE, taken)
        else:
            kept[other] = Reason(Why.UNUSED)
    return later, kept


def _needed(
    graph: Ancestry, versions: Mapping[str, VersionState], renew: Collection[str], *, without: Collection[str]
) -> dict[str, Reason]:
    """Find the cancelled, never-done ancestors of what will run: without them it would wait for ever."""
    needed: dict[str, Reason] = {}
    for key in renew:
        for other in graph.ancestors(key) - set(without) - set(renew):
            if versions[other].is_dead:
                needed[other] = Reason(Why.NEEDED, (*needed.get(other, Reason(Why.NEEDED)).about, key))
    return {key: Reason(reason.why, _in_order(graph, reason.about)) for key, reason in needed.items()}


def _below(graph: Ancestry, versions: Mapping[str, VersionState], key: str) -> Iterator[str]:
    """Give what is below and was reached, in graph order; a pending version takes the new outputs anyway."""
    below = graph.descendants(key)
    return (other for other in graph.order if other in below and versions[other].status != NodeStatus.PENDING)


def _in_order(graph: Ancestry, keys: Collection[str]) -> tuple[str, ...]:
    return tuple(key for key in graph.order if key in keys)


def _name(used: Used) -> str:
    return ".".join(used.output)
