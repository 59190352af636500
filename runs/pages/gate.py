"""The gate of a node version: the outputs that an acceptance passes on, and which act accepts them."""

from dataclasses import dataclass

from runs.models import NodeRun
from runs.possible_acts import Stand, takes
from runs.states import WaitingFor


@dataclass(frozen=True)
class Gate:
    """What stands before the next nodes. `outputs_sha256`: what the person saw; the server accepts nothing else.

    `act`: "confirm" a version never accepted, "done" a reopened one. `missing`: required outputs without a value.
    `is_asked`: the agent has finished and the gate is what the node waits for.
    """

    act: str
    outputs_sha256: str
    missing: tuple[str, ...]
    is_asked: bool
    may_act: bool

    @property
    def is_open(self) -> bool:
        """Say whether it can be passed now by this person."""
        return self.may_act and not self.missing


def gate_of(node: NodeRun, outputs_sha256: str, *, missing: tuple[str, ...], may_act: bool) -> Gate | None:
    """Describe the gate of a waiting, latest version; None where there is none."""
    if not has_gate(node):
        return None
    return Gate(
        act="confirm" if node.accepted_at is None else "done",
        outputs_sha256=outputs_sha256,
        missing=missing,
        is_asked=node.waiting_for in (WaitingFor.CONFIRM, WaitingFor.DONE),
        may_act=may_act,
    )


def has_gate(node: NodeRun) -> bool:
    """Say whether a person may accept the outputs of this version now."""
    return node.is_latest and takes("accept", Stand(node.status, node.waiting_for))
