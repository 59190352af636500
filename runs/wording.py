"""Statuses in words, with the icon and the tone that always stand beside them. Presentation only.

Tones: work = the machine works, person = waits for a person, clock = waits for a clock, ok, bad, off = reused,
skipped or cancelled; empty = not reached.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from runs.agent.addresses import MAX_URL_CHARS
from runs.states import WAITING_FOR_PERSON, AttemptStatus, NodeStatus, RunStatus, WaitingFor
from workflows.template_file.specs import EXECUTOR, INITIATOR


@dataclass(frozen=True)
class StatusLabel:
    """What a badge shows. `spin`: the icon turns while something works."""

    word: str
    icon_name: str
    tone: str = ""
    spin: bool = False


def run_label(status: str, *, mine: bool = False) -> StatusLabel:
    """Word a run's status. `mine`: it waits for the person who looks."""
    match status:
        case RunStatus.RUNNING:
            return StatusLabel(_("Running"), "loader-circle", "work", spin=True)
        case RunStatus.WAITING:
            return StatusLabel(_("Waiting for you") if mine else _("Waiting"), "hourglass", "person")
        case RunStatus.DONE:
            return StatusLabel(pgettext("status", "Done"), "check", "ok")
        case RunStatus.FAILED:
            return StatusLabel(_("Failed"), "triangle-alert", "bad")
        case _:
            return StatusLabel(_("Cancelled"), "ban", "off")


def node_label(status: str, waiting_for: str = "", *, mine: bool = False) -> StatusLabel:
    """Word a node version's status. `mine`: the person who looks may do what it waits for."""
    match status:
        case NodeStatus.PENDING:
            return StatusLabel(_("Not reached"), "circle-dashed")
        case NodeStatus.QUEUED:
            return StatusLabel(_("Queued"), "clock", "work")
        case NodeStatus.RUNNING:
            return StatusLabel(_("Running"), "loader-circle", "work", spin=True)
        case NodeStatus.RETRYING:
            return StatusLabel(_("Trying again soon"), "rotate-cw", "clock")
        case NodeStatus.WAITING:
            return _waiting_label(waiting_for, mine=mine)
        case NodeStatus.DONE:
            return StatusLabel(pgettext("status", "Done"), "check", "ok")
        case NodeStatus.FAILED:
            return StatusLabel(_("Failed"), "triangle-alert", "bad")
        case NodeStatus.CANCELLED:
            return StatusLabel(_("Cancelled"), "ban", "off")
        case _:
            return StatusLabel(_("Skipped"), "skip-forward", "off")


def _waiting_label(waiting_for: str, *, mine: bool) -> StatusLabel:
    match waiting_for:
        case WaitingFor.PIPELINE:
            return StatusLabel(_("Waiting for the pipeline"), "clock", "clock")
        case WaitingFor.STOPPED:
            return StatusLabel(_("Stopped"), "circle-stop", "person")
        case WaitingFor.OUTPUTS:
            return StatusLabel(_("Output missing"), "circle-alert", "person")
        case WaitingFor.CONSENT:
            return StatusLabel(_("Waiting for consent"), "user-check", "person")
        case WaitingFor.DONE:
            return StatusLabel(_("Reopened"), "hourglass", "person")
        case _:
            return StatusLabel(_("Waiting for you") if mine else _("To be confirmed"), "hourglass", "person")


def attempt_label(status: str) -> StatusLabel:
    """Word an attempt's status."""
    match status:
        case AttemptStatus.QUEUED:
            return StatusLabel(_("Queued"), "clock", "clock")
        case AttemptStatus.RUNNING:
            return StatusLabel(_("Running"), "loader-circle", "work", spin=True)
        case AttemptStatus.SUCCEEDED:
            return StatusLabel(pgettext("attempt", "Succeeded"), "check", "ok")
        case AttemptStatus.FAILED:
            return StatusLabel(_("Failed"), "triangle-alert", "bad")
        case AttemptStatus.LOST:
            return StatusLabel(pgettext("attempt", "Lost with its worker"), "refresh-cw", "clock")
        case _:
            return StatusLabel(_("Cancelled"), "ban", "off")


def waits_for_person(status: str, waiting_for: str) -> bool:
    """Say whether only a person can make it go on."""
    return status == NodeStatus.WAITING and waiting_for in WAITING_FOR_PERSON


def who_label(who: str) -> str:
    """Word whom a node tells; a member by username."""
    return {INITIATOR: _("the initiator"), EXECUTOR: _("the executor")}.get(who, who)


def address_fault(fault: str) -> str:
    """Say to a person why a text is no address of a link (`runs.agent.addresses`), and what to do."""
    match fault:
        case "long":
            text = _("The address has more than %(limit)s characters; give a shorter one.")
            return text % {"limit": f"{MAX_URL_CHARS:,}"}
        case "hidden":
            return _("The address holds spaces or characters that cannot be seen; copy it again, without them.")
        case "login":
            return _("The address holds a user name or a password; give it without them.")
        case _:
            return _("A link begins with https:// or http:// and names a host; write the whole address.")


def moment_label(moment: str) -> str:
    """Word the moment of which a node tells."""
    return {"waiting": _("it waits"), "done": _("it is done"), "failed": _("it failed")}.get(moment, moment)


def effect_text(kind: str, target: str) -> str:
    """Word an outward act of a tool."""
    match kind:
        case "export":
            return _("exported to %(place)s") % {"place": target}
        case "link":
            return _("link %(address)s") % {"address": target}
        case _:
            return f"{kind} {target}"


NODE_ICONS = {
    "task": ("task", "sparkles"),
    "trigger.schedule": ("trigger", "clock"),
    "trigger.codebase": ("trigger", "git-branch"),
    "pipeline": ("pipeline", "workflow"),
}
ARTIFACT_ICONS = {"file": "file-text", "code": "code", "image": "image", "link": "link", "text": "file-text"}


def node_icon(node_type: str) -> tuple[str, str]:
    """Give the kind (its tint) and the icon of a node type."""
    return NODE_ICONS.get(node_type, ("task", "square"))
