"""What the commands on runs share: finding a run, the document and text they print, refusals as exit codes."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.http import Http404
from django.utils.translation import gettext as _

from runs.access import get_run_or_404
from runs.errors import ActForbidden, ActRefused, InvalidInputs
from runs.models import Run
from runs.reports import run_report
from runs.states import NodeStatus, RunStatus
from spaces.commands import EXIT_OK, EXIT_REFUSED, EXIT_TIME_OVER, JsonCommand, Misused, Refused, Result
from workflows.models import Visibility

T = TypeVar("T")

VALUE_CHARS = 100
FAILED_STATUSES = (RunStatus.FAILED, RunStatus.CANCELLED)


class RunCommand(JsonCommand):
    """A command whose document is the report of one run."""

    failed_document: ClassVar[dict[str, Any]] = {
        "id": None, "status": None, "template": None, "version": None, "initiator": None, "cost": None, "nodes": {},
    }  # fmt: skip


def add_wait(parser: CommandParser, help_text: str) -> None:
    """Declare `--wait SECONDS`."""
    parser.add_argument("--wait", type=seconds, metavar="SECONDS", help=help_text)


def find_run(public_id: str, user: User | None = None) -> Run:
    """Return a run by its id, as `user` may see it; without a user it must not be a personal one. Raises Misused."""
    try:
        if user is not None:
            return get_run_or_404(user, public_id)
        return Run.objects.get(public_id=public_id, visibility=Visibility.SPACE)
    except (Http404, Run.DoesNotExist):
        if user is not None:
            text = _("There is no run %(id)s for %(user)s.") % {"id": public_id, "user": user.get_username()}
        else:
            text = _("There is no run %(id)s that its space sees; a personal one needs --user.") % {"id": public_id}
        raise Misused(text) from None


def acting(act: Callable[[], T], run: Run | None = None) -> T:
    """Do an act; a refusal ends the command, with the run as it is."""
    try:
        return act()
    except InvalidInputs as refused:
        raise Refused("\n".join(refused.problems), {"problems": list(refused.problems)}) from refused
    except (ActRefused, ActForbidden) as refused:
        raise Refused(str(refused), run_report(run.pk) if run else None) from refused


def result_of(run_id: int, *, in_time: bool = True, failed: Callable[[dict[str, Any]], str] | None = None) -> Result:
    """Print a run. `failed`: gives the reason why what was waited for failed, from the report; empty: it did not."""
    report = run_report(run_id)
    text = run_text(report)
    if not in_time:
        return Result(report, text, EXIT_TIME_OVER, _("time is over; the run is still at work"))
    reason = failed(report) if failed else ""
    return Result(report, text, EXIT_REFUSED if reason else EXIT_OK, reason)


def run_failed(report: dict[str, Any]) -> str:
    """Say that the whole run failed or was cancelled; empty when not."""
    return _("the run is %(status)s") % {"status": report["status"]} if report["status"] in FAILED_STATUSES else ""


def run_text(report: dict[str, Any]) -> str:
    """Write a report for people: a line for the run, one for each node's latest version and what it gave."""
    lines = [f"{report['id']}  {report['status']}  {report['template']} v{report['version']}  {report['initiator']}"]
    if cost := report["cost"]:
        lines[0] += f"  {'' if cost['complete'] else '≥ '}{cost['amount']} {cost['currency']}"
    for key, versions in report["nodes"].items():
        node = versions[-1]
        status = f"{node['status']} ({node['waiting_for']})" if node["waiting_for"] else node["status"]
        marks = ", ".join(mark for mark in ("stale", "reused") if node[mark])
        lines.append(f"  {key} v{node['version']}  {status}" + (f"  [{marks}]" if marks else ""))
        if node["error"] and node["status"] != NodeStatus.DONE:
            lines.append(f"    ! {node['error']}")
        lines += [f"    {name} = {_shown(output)}" for name, output in node["outputs"].items()]
    return "\n".join(lines)


def _shown(output: dict[str, Any]) -> str:
    text = output["artifact"] or " ".join(str(output["value"] or "").split())
    return text if len(text) <= VALUE_CHARS else text[: VALUE_CHARS - 1] + "…"


def seconds(text: str) -> float:
    """Read a time to wait; argparse reports the ValueError as a wrong value."""
    value = float(text)
    if not 0 <= value < 1e9:
        raise ValueError(text)
    return value
