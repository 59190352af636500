"""What a reference model is made of: node versions, their attempts, and what somebody saw when they decided."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.runs.modelled.script import MISSING, Design

OK, NOTHING, REFUSED, FORBIDDEN = "ok", "nothing", "refused", "forbidden"
ACTIVE = ("queued", "running", "retrying")
ENDED = ("done", "failed", "cancelled")
DEATHS_ALONE, LOSSES_ALONE, TRIES = 3, 10, 3


@dataclass
class Try:
    """An attempt: one try of a worker at one question (None: the node does not talk). `delayed`: not before a pause."""

    status: str
    question: int | None
    tries: int = 1
    alone: bool = False
    loss: str = ""
    delayed: bool = False


@dataclass
class Version:
    """A node version. `given`: upstream node → what it gave when this version began.

    `swept`: cancelled together with the run or by a re-run, not for itself. `kept`: how often it was reused. `chosen`:
    a person chose the output; `took`: what was accepted last. `left`: the questions that were said again, and all that
    followed them. `files`: the contents of its one file, revision by revision. `effects`: what was done outside.
    """

    number: int
    status: str = "pending"
    waiting_for: str = ""
    accepted: bool = False
    output: str | None = None
    given: dict[str, str | None] = field(default_factory=dict)
    swept: bool = False
    killer: bool = False
    kept: int = 0
    questions: int = 0
    tries: list[Try] = field(default_factory=list)
    named: bool = False
    chosen: bool = False
    took: str | None = None
    left: frozenset[int] = frozenset()
    files: tuple[str, ...] = ()
    effects: frozenset[str] = frozenset()

    @property
    def in_flight(self) -> bool:
        return self.status in ACTIVE or self.status == "waiting"

    def move(self, status: str, waiting_for: str = "") -> None:
        self.status, self.waiting_for, self.swept, self.killer = status, waiting_for, False, False

    def store(self, content: str) -> None:
        """Write the file; the same again is no new revision."""
        if self.files[-1:] != (content,):
            self.files += (content,)

    def drop_try(self) -> None:
        """Cancel the live attempt, if there is one."""
        if self.tries and self.tries[-1].status in ("queued", "running"):
            self.tries[-1].status = "cancelled"


@dataclass(frozen=True)
class Aim:
    """What somebody saw when they decided: a version's number, its output, its last attempt.

    `question`: the message that they say again, 0 for none of this version's. `picked`: the content of the file that
    they choose. `plan`: what the act would have done then; `state`: how the whole run stood.
    """

    number: int = 0
    attempt: int = 0
    output: str | None = None
    question: int = 0
    picked: str | None = None
    plan: frozenset[tuple[str, str, int]] = frozenset()
    state: tuple[object, ...] = ()


def verdict(statuses: Iterable[str]) -> str:
    """Judge a run by the statuses of its latest versions."""
    present = set(statuses)
    if present & set(ACTIVE):
        return "running"
    return next((status for status in ("waiting", "failed", "cancelled") if status in present), "done")


def said(design: Design, how: str) -> tuple[str | None, bool]:
    """What a turn gives: its text, if any, and whether a required output is missing."""
    if design.gives == "" or (how == MISSING and design.gives == "maybe"):
        return None, False
    return (None, True) if how == MISSING else (how, False)
