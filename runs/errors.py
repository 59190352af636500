"""Refusals of the runs app.

RunsError
├── ActRefused        the act does not fit the state now (409); the message says what would
│   └── PlanChanged   … it would do something else than what the person saw; the fresh plan is beside it
├── ActForbidden      the person may see the run but not do this (403)
├── InvalidInputs     values given at start do not fit the template (422)
├── IllegalTransition the state machine has no such arrow: a bug
└── StaleTransition   someone else moved the row first: drop the work, never retry
"""

from collections.abc import Sequence


class RunsError(Exception):
    """Something about a run cannot be done."""


class ActRefused(RunsError):
    """The act does not fit the state now; the message says which one would."""


class PlanChanged(ActRefused):
    """The act would do something else than the plan that the person saw."""


class ActForbidden(RunsError):
    """The person may see this run but not act on it."""


class IllegalTransition(RunsError):
    """The state machine has no such arrow."""


class StaleTransition(RunsError):
    """The row is no longer in the expected status; somebody else won."""


class InvalidInputs(RunsError):
    """The values given at start do not fit the template. `problems`: every reason, one sentence each (422)."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))
