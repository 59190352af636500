"""PURE. Which acts the state of a node version takes: one table, asked by what refuses and by what offers.

Not here: who may act (`runs/access.py`), that only the latest version takes acts, and how a refusal is worded
(`runs/transitions/refusing.py`). Source: the product's decisions, section 1.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from runs.states import NODE_ACTIVE, NODE_TERMINAL, NodeStatus, WaitingFor

Act = Literal["say", "stop", "accept", "restart", "retry_turn", "cancel"]

ABOUT_TALK: frozenset[Act] = frozenset({"say", "retry_turn"})
UNBEGUN = frozenset({NodeStatus.PENDING, NodeStatus.QUEUED})
BROKEN = frozenset({NodeStatus.FAILED, NodeStatus.CANCELLED})
CUT_SHORT = frozenset({WaitingFor.STOPPED, WaitingFor.OUTPUTS})
NO_GATE = frozenset({WaitingFor.CONSENT, WaitingFor.PIPELINE})


class Why(StrEnum):
    """Why a version does not take an act."""

    WORKING = "working"
    IDLE = "idle"
    CONSENT = "consent"
    UNBEGUN = "unbegun"
    UNBROKEN = "unbroken"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    NO_GATE = "no gate"
    ENDED = "ended"


@dataclass(frozen=True)
class Talk:
    """How far the conversation is. `question`: the message that its last turn answers, asked for or not yet.

    `ran`: it had an attempt. `answered`: the last turn has its answer.
    """

    question: int | None = None
    ran: bool = False
    answered: bool = False


@dataclass(frozen=True)
class Stand:
    """How a node version stands. `talk`: only the acts of `ABOUT_TALK` ask for it."""

    status: str
    waiting_for: str = ""
    talk: Talk = Talk()


def refusal(act: Act, stand: Stand) -> Why | None:
    """Say why a version that stands like this does not take an act; None where it does."""
    match act:
        case "say":
            return _say(stand)
        case "stop":
            return None if stand.status in NODE_ACTIVE else Why.IDLE
        case "accept":
            return _accept(stand)
        case "restart":
            return Why.UNBEGUN if stand.status in UNBEGUN else None
        case "retry_turn":
            return _retry_turn(stand)
        case "cancel":
            return Why.ENDED if stand.status in NODE_TERMINAL else None


def takes(act: Act, stand: Stand) -> bool:
    """Say whether a version that stands like this takes an act."""
    return refusal(act, stand) is None


def _say(stand: Stand) -> Why | None:
    if stand.status in NODE_ACTIVE:
        return Why.WORKING
    if stand.waiting_for == WaitingFor.CONSENT:
        return Why.CONSENT
    return Why.UNBEGUN if stand.status == NodeStatus.PENDING or stand.talk.question is None else None


def _accept(stand: Stand) -> Why | None:
    if stand.status == NodeStatus.DONE:
        return Why.ACCEPTED
    if stand.status in NODE_ACTIVE:
        return Why.WORKING
    if stand.waiting_for == WaitingFor.CONSENT:
        return Why.CONSENT
    return None if stand.status == NodeStatus.WAITING and stand.waiting_for not in NO_GATE else Why.NO_GATE


def _retry_turn(stand: Stand) -> Why | None:
    is_cut_short = stand.status == NodeStatus.WAITING and stand.waiting_for in CUT_SHORT
    if stand.status not in BROKEN and not is_cut_short:
        return Why.UNBROKEN
    if stand.talk.question is None and not stand.talk.ran:
        return Why.UNBEGUN
    return Why.ANSWERED if stand.talk.answered else None
