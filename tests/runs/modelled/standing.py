"""How a modelled run stands, and what follows by itself from an act: new versions, reuse, readiness."""

import copy
from collections.abc import Iterable
from dataclasses import replace
from typing import Self

from tests.runs.modelled.propagation import after_acceptance
from tests.runs.modelled.script import Design, Step
from tests.runs.modelled.versions import Try, Version, verdict


class Standing:
    """One run."""

    def __init__(self, designs: Iterable[Design]) -> None:
        self.designs = {design.key: design for design in designs}
        self.above: dict[str, set[str]] = {}
        for design in self.designs.values():  # in an order in which what is above comes first
            self.above[design.key] = set(design.above).union(*(self.above[key] for key in design.above))
        self.below = {key: {other for other, above in self.above.items() if key in above} for key in self.designs}
        self.consented = False
        self.versions = {key: [Version(1, named=design.named)] for key, design in self.designs.items()}
        self._settle()

    def latest(self, key: str) -> Version:
        return self.versions[key][-1]

    @property
    def verdict(self) -> str:
        return verdict(self.latest(key).status for key in self.designs)

    def stale(self) -> set[str]:
        """Name the nodes whose latest version was given something that its (direct) source gives no more."""
        return {
            key for key in self.designs
            if any(self.latest(source).output != was for source, was in self.latest(key).given.items())
        }  # fmt: skip

    def clone(self) -> Self:
        twin = copy.copy(self)
        twin.versions = {
            key: [replace(v, given=dict(v.given), tries=[replace(t) for t in v.tries]) for v in versions]
            for key, versions in self.versions.items()
        }
        return twin

    def _state(self) -> tuple[object, ...]:
        latest = [(key, self.latest(key)) for key in self.designs]
        return tuple((key, v.number, v.status, v.accepted, v.swept, v.output) for key, v in latest)

    def _plan(self, step: Step) -> frozenset[tuple[str, str, int]]:
        """Tell what an act would stop, make anew and keep now, with the numbers of the versions."""
        if step.act == "restart":
            renew, kept = {step.key} | self._dead({step.key}), set[str]()
            cancel = {key for key in {step.key, *self.below[step.key]} if self.latest(key).in_flight}
        elif step.act in ("done", "confirm"):
            renew, kept = self._consequences(step.key, frozenset({step.again} - {""}))
            renew |= self._dead(renew, without=step.key)
            cancel = {key for key in renew if self.latest(key).in_flight}
        else:
            return frozenset()
        parts = {"cancel": cancel, "renew": renew, "kept": kept}
        return frozenset((name, key, self.latest(key).number) for name, keys in parts.items() for key in keys)

    def _consequences(self, key: str, chosen: frozenset[str] = frozenset()) -> tuple[set[str], set[str]]:
        """Tell what the acceptance of a node makes anew, and what it keeps."""
        version = self.latest(key)
        latest = {other: self.latest(other) for other in self.designs} | {key: replace(version, status="done")}
        again = version.accepted or version.number > 1
        return after_acceptance(self.designs, latest, self.below[key], again=again, chosen=chosen)

    # --- What follows ------------------------------------------------------------------------------------------------
    def _queue(self, version: Version, one: Try) -> None:
        version.move("queued")
        version.tries.append(one)
        self._hold(version)

    def _hold(self, version: Version) -> None:
        """Let what would begin wait, where its executor does not let it."""
        if version.named and not self.consented:
            version.drop_try()
            version.move("waiting", "consent")

    def _accept(self, key: str, *, has_room: bool = False, chosen: frozenset[str] = frozenset()) -> None:
        anew, kept = self._consequences(key, chosen)
        self.latest(key).accepted = True
        self.latest(key).took = self.latest(key).output
        self.latest(key).move("done")
        for other in kept:
            self.latest(other).kept += 1
        self._renew(anew, without=key)
        self._settle(has_room=has_room)

    def _renew(self, keys: set[str], *, without: str = "") -> None:
        """Give nodes new versions, and what would hold them up."""
        for key in keys | self._dead(keys, without=without):
            self._cancel_flight(key)
            self.versions[key].append(Version(self.latest(key).number + 1, named=self.designs[key].named))

    def _dead(self, keys: set[str], *, without: str = "") -> set[str]:
        """Name the cancelled, never accepted nodes above these."""
        above = {other for key in keys for other in self.above[key]} - {without}
        return {o for o in above if self.latest(o).status == "cancelled" and not self.latest(o).accepted}

    def _cancel_flight(self, key: str) -> None:
        version = self.latest(key)
        if version.in_flight:
            version.drop_try()
            version.move("cancelled")
            version.swept = True

    def _settle(self, *, has_room: bool = False) -> None:
        """Begin what is pending below nothing but done; `has_room`: the worker that just got free takes it at once."""
        for key in self.ready():
            self._begin(self.designs[key], self.latest(key), has_room=has_room)

    def ready(self) -> list[str]:
        done = {key for key in self.designs if self.latest(key).status == "done"}
        return [key for key in self.designs if self.latest(key).status == "pending" and self.above[key] <= done]

    def _begin(self, design: Design, version: Version, *, has_room: bool) -> None:
        given = {source: self.latest(source).output for source, _is_required in design.reads}
        if any(is_required and given[source] is None for source, is_required in design.reads):
            version.move("failed")
            return
        version.given, version.questions = given, 1 if design.talks else 0
        if version.named and not self.consented:
            version.move("waiting", "consent")
            return
        version.move("running" if has_room else "queued")
        version.tries.append(Try(version.status, version.questions or None))
