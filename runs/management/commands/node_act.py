"""Act on a node: `node_act ID NODE say TEXT | choose OUTPUT | stop | confirm | done | restart | retry_turn | cancel`.

`say TEXT --attach FILE` sends a file with it, `--instead-of MESSAGE` starts again from an earlier message.
`choose OUTPUT` changes one at the gate: `--artifact NAME[@REVISION]`, `--text TEXT` (or `@FILE`), `--link URL`,
`--file PATH`.
With `--plan` it prints what the act would do, and does nothing.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from runs.actions import nodes
from runs.actions.chat import say
from runs.command_choices import add_choices, check_choices, choose
from runs.command_files import read_upload
from runs.commands import FAILED_STATUSES, RunCommand, acting, add_wait, find_run, result_of
from runs.models import NodeRun, Run
from runs.pages.reruns import plan_document, plan_page, plan_text
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
WORDED = {"say": gettext_lazy("Write: say TEXT."), "choose": gettext_lazy("Write: choose OUTPUT.")}


class Command(RunCommand):
    """Prints the run after the act; with --wait when the node is no longer at work."""

    help = gettext_lazy("Do one act on the latest version of a node, as a person.")  # type: ignore[assignment]

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help=_("the run's id"))
        parser.add_argument("node", help=_("the node's key"))
        parser.add_argument("act", choices=["say", "choose", *ACTS, *PLANNED])
        parser.add_argument("text", nargs="?", help=_("what to say; or the output to choose"))
        parser.add_argument("--user", required=True, help=_("who does it"))
        parser.add_argument("--node-version", type=int, dest="number", help=_("the node version; else the latest"))
        parser.add_argument("--plan", action="store_true", help=_("print what the act would do, and do nothing"))
        parser.add_argument("--seen", default="", metavar="PLAN", help=_("refuse when the plan is another one now"))
        parser.add_argument("--reuse", metavar="KEY,KEY", help=_("keep these of what is offered, nothing else"))
        parser.add_argument("--rerun", metavar="KEY,KEY", help=_("compute these of what is offered again"))
        parser.add_argument("--attach", action="append", metavar="FILE", help=_("a file to send with what is said"))
        parser.add_argument("--instead-of", default="", metavar="MESSAGE", help=_("the message that this one replaces"))
        add_choices(parser)
        add_wait(parser, _("wait until the node is no longer at work"))

    def run(self, options: dict[str, Any]) -> Result:
        act, key = options["act"], options["node"]
        _check(options)
        user = find_user(options["user"])
        run = find_run(options["id"], user)
        node_run = _find_node(run, key, options["number"])
        choice = _choice(options)
        if act not in PLANNED and (choice != NO_CHOICE or options["plan"]):
            raise Misused(_("This act has no plan; leave --plan, --seen, --reuse and --rerun out."))
        if options["plan"]:
            return acting(lambda: _plan(node_run, act, choice, user), run)
        if act == "say":
            uploads = [read_upload(path) for path in options["attach"] or ()]
            said = {"text": options["text"], "uploads": uploads, "instead_of": options["instead_of"]}
            acting(lambda: say(node_run=node_run, by=user, **said), run)
        elif act == "choose":
            acting(lambda: choose(node_run, user, options), run)
        else:
            acting(lambda: _act(act, node_run, user, choice), run)
        if options["wait"] is None:
            return result_of(run.pk)

        def failed(report: dict[str, Any]) -> str:
            status = report["nodes"][key][-1]["status"]
            wanted = act == "cancel" or status not in FAILED_STATUSES
            return "" if wanted else _("node %(key)s is %(status)s") % {"key": key, "status": status}

        return result_of(run.pk, in_time=wait_for_node(run.pk, key, options["wait"]), failed=failed)


def _check(options: dict[str, Any]) -> None:
    """Refuse options that the act does not take. Raises Misused."""
    act = options["act"]
    if (act in WORDED) != (options["text"] is not None):
        raise Misused(str(WORDED[act]) if act in WORDED else _("Only say and choose take a text or a name."))
    if act != "say" and (options["attach"] or options["instead_of"]):
        raise Misused(_("Only say takes --attach and --instead-of."))
    check_choices(options)


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
