"""A reference model of a run: what the product's rules say a run must look like after every act, in plain Python.

Written from the product's description (a run; rules that always hold) and the decisions on states and acts, not from
the engine. It knows no rows, locks or clocks. What a step aims at is taken before it is applied, as people and workers
do: `aim` reads, `apply` decides whether that still counts.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.runs.modelled.script import CONSENT_ACTS, EXECUTOR, Step
from tests.runs.modelled.standing import Standing
from tests.runs.modelled.versions import (
    ACTIVE,
    DEATHS_ALONE,
    ENDED,
    FORBIDDEN,
    LOSSES_ALONE,
    NOTHING,
    OK,
    REFUSED,
    TRIES,
    Aim,
    Try,
    Version,
    said,
)  # fmt: skip


class Model(Standing):
    """One run, and everything that can be done to it."""

    # --- What somebody sees, and what comes of it ---------------------------------------------------------------------
    def aim(self, step: Step) -> Aim:
        """Read what a step is about, as its person or worker does before it acts."""
        if step.key == "":
            return Aim()
        versions = self.versions[step.key]
        version = versions[0] if step.which == "first" else versions[-1]
        plan, state = (self._plan(step), self._state()) if step.planned else (frozenset(), ())
        picked = {"pick first": version.files[:1], "pick last": version.files[-1:]}.get(step.how, ())
        return Aim(
            version.number, len(version.tries), version.output, _question(step, version), next(iter(picked), None),
            plan, state,
        )  # fmt: skip

    def apply(self, step: Step, aim: Aim, told: str = "") -> str:
        """Do a step; returns OK, NOTHING (a worker's hint without effect), REFUSED or FORBIDDEN.

        `told`: what came of it, for where the rules leave both open.
        """
        if step.act in CONSENT_ACTS:
            return self._consent(given=step.act == "give")
        if step.is_person and not self._may_act(step):
            return FORBIDDEN
        if step.act == "cancel_run":
            return self._cancel_run()
        if step.act == "wait":
            return NOTHING
        if step.is_person and aim.number != self.latest(step.key).number:
            return REFUSED
        if step.planned and self._is_other_plan(step, aim, told):
            return REFUSED
        act: Callable[[Step, Aim], str] = getattr(self, f"_{step.act}")
        return act(step, aim)

    def _may_act(self, step: Step) -> bool:
        """The initiator and admins may everything, an executor in their own nodes, who only looks nothing."""
        if step.who == EXECUTOR:
            return step.act != "cancel_run" and self.designs[step.key].named
        return step.who != "viewer"

    # --- People ------------------------------------------------------------------------------------------------------
    def _consent(self, *, given: bool) -> str:
        """What waits for it begins; without it what is queued waits, and what runs goes on to its end."""
        if self.consented == given:
            return NOTHING
        self.consented = given
        for version in (self.latest(key) for key in self.designs):
            if given and version.waiting_for == "consent":
                last = version.tries[-1] if version.tries else Try("", version.questions or None)
                self._queue(version, replace(last, status="queued", loss=""))
            elif not given and version.status in ("queued", "retrying"):
                self._hold(version)
        return OK

    def _say(self, step: Step, aim: Aim) -> str:
        version = self.latest(step.key)
        if version.status in (*ACTIVE, "pending") or version.questions == 0 or version.waiting_for == "consent":
            return REFUSED
        version.questions += 1
        if step.upload:
            version.store(step.upload)
        self._queue(version, Try("queued", version.questions))
        return OK

    def _resend(self, step: Step, aim: Aim) -> str:
        """Say a person's message again: the conversation goes on from there, what followed it stays to be read."""
        version = self.latest(step.key)
        if aim.question < 2 or aim.question in version.left:  # none, the task's own, or one that was replaced
            return REFUSED
        said = self._say(step, aim)
        if said == OK:
            version.left |= frozenset(range(aim.question, version.questions))
        return said

    def _choose(self, step: Step, aim: Aim) -> str:
        """Choose an output at the gate: it is what an acceptance takes, until a newer turn gives another."""
        version, design = self.latest(step.key), self.designs[step.key]
        at_gate = version.status == "waiting" and version.waiting_for != "consent"
        way, _space, what = step.how.partition(" ")
        fits = design.gives != "" and (way == "write") == (design.kind == "text")
        picked = aim.picked if way == "pick" else what
        if not at_gate or not fits or picked is None:
            return REFUSED
        if way == "new":
            version.store(picked)
        version.output, version.chosen = picked, True
        if version.waiting_for == "outputs":
            version.move("waiting", "done" if version.accepted else "confirm")
        return OK

    def _stop(self, step: Step, aim: Aim) -> str:
        version = self.latest(step.key)
        if version.status not in ACTIVE:
            return REFUSED
        version.drop_try()
        version.move("waiting", "stopped")
        return OK

    def _confirm(self, step: Step, aim: Aim) -> str:
        return self._accept_by_person(step, aim, reopened=False)

    def _done(self, step: Step, aim: Aim) -> str:
        return self._accept_by_person(step, aim, reopened=True)

    def _restart(self, step: Step, aim: Aim) -> str:
        if self.latest(step.key).status in ("pending", "queued"):
            return REFUSED
        for key in {step.key, *self.below[step.key]}:
            self._cancel_flight(key)
        self._renew({step.key})
        self._settle()
        return OK

    def _retry_turn(self, step: Step, aim: Aim) -> str:
        version = self.latest(step.key)
        stopped = version.status == "waiting" and version.waiting_for in ("stopped", "outputs")
        if not (version.status in ("failed", "cancelled") or stopped):
            return REFUSED
        if not version.tries and version.questions == 0:
            return REFUSED  # there is no turn; one that waited for a consent is a turn with a question
        question = version.questions or None
        if any(one.status == "succeeded" and one.question == question for one in version.tries):
            return REFUSED  # every turn has exactly one effective result
        self._queue(version, Try("queued", question, alone=version.killer))
        return OK

    def _cancel_node(self, step: Step, aim: Aim) -> str:
        version = self.latest(step.key)
        if version.status in ENDED:
            return REFUSED
        version.drop_try()
        version.move("cancelled")
        return OK

    def _cancel_run(self) -> str:
        if self.verdict in ENDED:
            return REFUSED
        for key in self.designs:
            version = self.latest(key)
            if version.status not in ENDED:
                version.drop_try()
                version.move("cancelled")
                version.swept = True
        return OK

    def _accept_by_person(self, step: Step, aim: Aim, *, reopened: bool) -> str:
        version = self.latest(step.key)
        is_missing = self.designs[step.key].gives == "must" and version.output is None
        is_other = step.how == "wrong" or (step.how == "right" and aim.output != version.output)
        if version.waiting_for == "consent":
            return REFUSED
        if version.status != "waiting" or version.accepted != reopened or is_missing or is_other:
            return REFUSED
        chosen = frozenset({step.again} - {""})
        if not chosen <= self._consequences(step.key)[1]:
            return REFUSED
        self._accept(step.key, chosen=chosen)
        return OK

    def _is_other_plan(self, step: Step, aim: Aim, told: str) -> bool:
        """Say whether the act would do something else than its person saw.

        Where other reasons lead to the same, refusing is as right as acting.
        """
        if aim.state == self._state():
            return False
        return aim.plan != self._plan(step) or told == REFUSED

    # --- Workers and time --------------------------------------------------------------------------------------------
    def _claim(self, step: Step, aim: Aim) -> str:
        version, one = self._attempt(step, aim)
        if version is None or one is None or one.status != "queued" or version.status != "queued" or one.delayed:
            return NOTHING
        one.status = "running"
        version.move("running")
        return OK

    def _finish(self, step: Step, aim: Aim) -> str:
        version, one = self._running(step, aim)
        if version is None or one is None:
            return NOTHING
        design = self.designs[step.key]
        text, is_missing = said(design, step.how)
        if is_missing and not (design.confirm or version.accepted):
            one.status = "failed"
            version.move("failed")
            return OK
        one.status = "succeeded"
        if text is not None:
            version.output, version.chosen = text, False
            if design.kind == "file":
                version.store(text)
        if is_missing:
            version.move("waiting", "outputs")
        elif version.accepted:
            version.move("waiting", "done")
        elif design.confirm:
            version.move("waiting", "confirm")
        else:
            self._accept(step.key, has_room=step.room)
        return OK

    def _turn(self, step: Step, aim: Aim) -> str:
        """A claim and, where that attempt runs now, its end."""
        self._claim(step, aim)
        return self._finish(step, aim)

    def _fail(self, step: Step, aim: Aim) -> str:
        version, one = self._running(step, aim)
        if version is None or one is None:
            return NOTHING
        one.status = "failed"
        if step.how == "transient" and one.tries < TRIES:
            version.move("retrying")
            version.tries.append(Try("queued", one.question, one.tries + 1, one.alone, delayed=True))
            self._hold(version)
        else:
            version.move("failed")
        return OK

    def _lose(self, step: Step, aim: Aim) -> str:
        version, one = self._running(step, aim)
        if version is None or one is None:
            return NOTHING
        one.status, one.loss = "lost", step.how
        alone = [t.loss for t in version.tries if t.alone and t.question == one.question]
        deaths, losses = alone.count("death"), alone.count("death") + alone.count("silence")
        if one.alone and step.how != "shutdown" and (deaths >= DEATHS_ALONE or losses >= LOSSES_ALONE):
            version.move("failed")
            version.killer = True
        else:
            version.move("queued")
            version.tries.append(Try("queued", one.question, one.tries, one.alone or step.how != "shutdown"))
            self._hold(version)
        return OK

    def _expire(self, step: Step, aim: Aim) -> str:
        return self._lose(replace(step, how="silence"), aim)

    def _due(self, step: Step, aim: Aim) -> str:
        version = self.latest(step.key)
        if version.tries and aim.number == version.number and aim.attempt == len(version.tries):
            version.tries[-1].delayed = False  # the pause is over, also where the turn waits in the queue again
        if version.status != "retrying":
            return NOTHING
        version.move("queued")
        return OK

    def _speak(self, step: Step, aim: Aim) -> str:
        return OK if self._running(step, aim)[1] and self.designs[step.key].talks else NOTHING

    def _outward(self, step: Step, aim: Aim) -> str:
        """An outward act of a tool; where the worker dies before it is recorded, it is not known to have been done."""
        version, one = self._running(step, aim)
        if version is None or one is None or not self.designs[step.key].talks:
            return NOTHING
        act, _space, is_lost = step.how.partition(" ")
        if not is_lost:
            version.effects |= {act}
        return OK

    def _late(self, step: Step, aim: Aim) -> str:
        """Whatever attempts that have ended still say."""
        return NOTHING

    def _attempt(self, step: Step, aim: Aim) -> tuple[Version | None, Try | None]:
        version = self.latest(step.key)
        if aim.attempt == 0 or version.number != aim.number:
            return None, None
        return version, version.tries[aim.attempt - 1]

    def _running(self, step: Step, aim: Aim) -> tuple[Version | None, Try | None]:
        version, one = self._attempt(step, aim)
        return (version, one) if one is not None and one.status == "running" else (None, None)


def _question(step: Step, version: Version) -> int:
    """Find the message that a person says again: the task's own, their first or last one, or one that was replaced."""
    last = version.questions if version.questions > 1 else 0
    where = {
        "own": min(1, version.questions),
        "first": min(2, last),
        "last": last,
        "left": min(version.left, default=0),
    }
    return where.get(step.how, 0)
