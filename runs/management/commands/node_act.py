"""Act on a node: `node_act ID NODE say TEXT | stop | confirm | done | restart | retry_turn | cancel --user NAME`.

`say TEXT --attach FILE` sends a file with it, `--instead-of MESSAGE` starts again from an earlier message.
With `--plan` it prints what the act would do, and does nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from runs.actions import nodes
from runs.actions.chat import say
from runs.commands import FAILED_STATUSES, RunCommand, acting, add_wait, find_run, result_of
from runs.models import NodeRun, Run
from runs.pages.reruns import plan_document, plan_page, plan_text
from runs.start_inputs import UPLOAD_MAX_BYTES, Upload
from runs.transitions.planning import NO_CHOICE, Choice
from runs.waiting import wait_for_node
from spaces.commands import Misused, Result, find_user, suggestion

ACTS: dict[str, Callable[..., Any]] = {"stop": nodes.stop, "cancel": nodes.cancel_node}
PLANNED: dict[str, Callable[..., Any]] = {
    "confirm": nodes.confirm,
    "done": nodes.done,
    "restart": nodes.restart,
    "retry_turn": nodes.retry_turn,
}


class Command(RunCommand):
    """Prints the run after the act; with --wait when the node is no longer at work."""

    help = gettext_lazy("Do one act on the latest version of a node, as a person.")  # type: ignore[assignment]

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help=_("the run's id"))
        parser.add_argument("node", help=_("the node's key"))
        parser.add_argument("act", choices=["say", *ACTS, *PLANNED])
        parser.add_argument("text", nargs="?", help=_("what to say"))
        parser.add_argument("--user", required=True, help=_("who does it"))
        parser.add_argument("--node-version", type=int, dest="number", help=_("the node version; else the latest"))
        parser.add_argument("--plan", action="store_true", help=_("print what the act would do, and do nothing"))
        parser.add_argument("--seen", default="", metavar="PLAN", help=_("refuse when the plan is another one now"))
        parser.add_argument("--reuse", metavar="KEY,KEY", help=_("keep these of what is offered, nothing else"))
        parser.add_argument("--rerun", metavar="KEY,KEY", help=_("compute these of what is offered again"))
        parser.add_argument("--attach", action="append", metavar="FILE", help=_("a file to send with what is said"))
        parser.add_argument("--instead-of", default="", metavar="MESSAGE", help=_("the message that this one replaces"))
        add_wait(parser, _("wait until the node is no longer at work"))

    def run(self, options: dict[str, Any]) -> Result:
        act, text, key = options["act"], options["text"], options["node"]
        if (act == "say") != (text is not None):
            raise Misused(_("Write: say TEXT.") if act == "say" else _("Only say takes a text."))
        if act != "say" and (options["attach"] or options["instead_of"]):
            raise Misused(_("Only say takes --attach and --instead-of."))
        user = find_user(options["user"])
        run = find_run(options["id"], user)
        node_run = _find_node(run, key, options["number"])
        choice = _choice(options)
        if act not in PLANNED and (choice != NO_CHOICE or options["plan"]):
            raise Misused(_("This act has no plan; leave --plan, --seen, --reuse and --rerun out."))
        if options["plan"]:
            return acting(lambda: _plan(node_run, act, choice, user), run)
        if act == "say":
            uploads = [_upload(path) for path in options["attach"] or ()]
            said = {"text": text, "uploads": uploads, "instead_of": options["instead_of"]}
            acting(lambda: say(node_run=node_run, by=user, **said), run)
        else:
            acting(lambda: _act(act, node_run, user, choice), run)
        if options["wait"] is None:
            return result_of(run.pk)

        def failed(report: dict[str, Any]) -> str:
            status = report["nodes"][key][-1]["status"]
            wanted = act == "cancel" or status not in FAILED_STATUSES
            return "" if wanted else _("node %(key)s is %(status)s") % {"key": key, "status": status}

        return result_of(run.pk, in_time=wait_for_node(run.pk, key, options["wait"]), failed=failed)


def _find_node(run: Run, key: str, number: int | None) -> NodeRun:
    versions = NodeRun.objects.filter(run=run).select_related("run")
    latest = versions.filter(is_latest=True)
    node_run = (latest if number is None else versions.filter(number=number)).filter(key=key).first()
    if node_run is None and number is not None and latest.filter(key=key).exists():
        raise Misused(_("Node %(key)s has no version %(number)d.") % {"key": key, "number": number})
    if node_run is None:
        known = suggestion(key, latest.values_list("key", flat=True))
        raise Misused(_("The run has no node %(key)s") % {"key": key} + known)
    return node_run


def _choice(options: dict[str, Any]) -> Choice:
    reuse = None if options["reuse"] is None else _keys(options["reuse"])
    return Choice(again=_keys(options["rerun"] or ""), reuse=reuse, seen=options["seen"])


def _keys(text: str) -> frozenset[str]:
    return frozenset(key.strip() for key in text.split(",") if key.strip())


def _plan(node_run: NodeRun, act: str, choice: Choice, user: User) -> Result:
    page = plan_page(node_run, act.removesuffix("_turn"), choice, user)
    return Result(plan_document(page), plan_text(page))


def _act(act: str, node_run: NodeRun, user: User, choice: Choice) -> None:
    if act in PLANNED:
        PLANNED[act](node_run=node_run, by=user, choice=choice)
    else:
        ACTS[act](node_run=node_run, by=user)


def _upload(path: str) -> Upload:
    try:
        with Path(path).open("rb") as file:
            return Upload(Path(path).name, file.read(UPLOAD_MAX_BYTES + 1))  # one more is refused, a device never ends
    except OSError as error:
        raise Misused(_("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}) from error
