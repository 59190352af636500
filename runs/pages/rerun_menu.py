"""From which nodes a run may be run again, for the head of its page: the failed, the one that is shown, the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from runs.pages.overview import NodeRow
from runs.possible_acts import Stand, takes
from runs.states import NodeStatus


@dataclass(frozen=True)
class RerunChoice:
    """One node to run again from. `refusal`: why not, empty where it may be."""

    node: NodeRow
    refusal: str = ""


@dataclass(frozen=True)
class RerunMenu:
    """The choices; `usual`: the first node that failed, where that may be run again."""

    choices: tuple[RerunChoice, ...] = ()
    usual: NodeRow | None = None

    @property
    def is_offered(self) -> bool:
        """Say whether there is a node from which this person may run the run again."""
        return any(not choice.refusal for choice in self.choices)


def rerun_menu(nodes: Sequence[NodeRow], selected: str) -> RerunMenu:
    """Order the latest versions of a run's nodes, which come in graph order. `selected`: the node that is shown.

    Nobody who only watches has any choice.
    """
    if not any(row.may_act for row in nodes):
        return RerunMenu()
    ordered = sorted(nodes, key=lambda row: (row.status != NodeStatus.FAILED, row.key != selected))
    choices = tuple(RerunChoice(row, _refusal(row)) for row in ordered)
    failed = (choice.node for choice in choices if choice.node.status == NodeStatus.FAILED and not choice.refusal)
    return RerunMenu(choices, usual=next(failed, None))


def _refusal(row: NodeRow) -> str:
    if not row.may_act:
        return _("you may only watch it")
    if not takes("restart", Stand(row.status)):
        return _("it has not begun")
    return ""
