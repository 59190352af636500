"""A reference model of a run: what the product's rules say a run must look like after every act, in plain Python.

Written from the product's description (a run; rules that always hold) and the decisions on states and acts, not from
the engine. It knows no rows, locks or clocks. What a step aims at is taken before it is applied, as people and workers
do: `aim` reads, `apply` decides whether that still counts.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.runs.modelled.script import Step
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
        return Aim(version.number, len(version.tries), version.output, plan, state)

    def apply(self, step: Step, aim: Aim, told: str = "") -> str:
        """Do a step; returns OK, NOTHING (a worker's hint without effect), REFUSED or FORBIDDEN.

        `told`: what came of it, for where the rules leave both open.
        """
        if step.is_person and step.who == "viewer":
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

    # --- People ------------------------------------------------------------------------------------------------------
    def _say(self, step: Step, aim: Aim) -> str:
        version = self.latest(step.key)
        if version.status in (*ACTIVE, "pending") or version.questions == 0:
            return REFUSED
        version.questions += 1
        self._queue(version, Try("queued", version.questions))
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
        if not (version.status in ("failed", "cancelled") or stopped) or not version.tries:
            return REFUSED
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
        if version is None or one is None or one.status != "queued" or version.status != "queued":
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
        version.output = text or version.output
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
            version.tries.append(Try("queued", one.question, one.tries + 1, one.alone))
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
        return OK

    def _expire(self, step: Step, aim: Aim) -> str:
        return self._lose(replace(step, how="silence"), aim)

    def _due(self, step: Step, aim: Aim) -> str:
        version = self.latest(step.key)
        if version.status != "retrying":
            return NOTHING
        version.move("queued")
        return OK

    def _speak(self, step: Step, aim: Aim) -> str:
        return OK if self._running(step, aim)[1] and self.designs[step.key].talks else NOTHING

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
