"""Act on a node: `node_act ID NODE say TEXT | stop | confirm | done | restart | retry_turn | cancel --user NAME`."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from runs.actions import nodes
from runs.actions.chat import say
from runs.commands import FAILED_STATUSES, RunCommand, acting, add_wait, find_run, result_of
from runs.models import NodeRun, Run
from runs.waiting import wait_for_node
from spaces.commands import Misused, Result, find_user, suggestion

ACTS: dict[str, Callable[..., Any]] = {
    "stop": nodes.stop,
    "confirm": nodes.confirm,
    "done": nodes.done,
    "restart": nodes.restart,
    "retry_turn": nodes.retry_turn,
    "cancel": nodes.cancel_node,
}


class Command(RunCommand):
    """Prints the run after the act; with --wait when the node is no longer at work."""

    help = gettext_lazy("Do one act on the latest version of a node, as a person.")  # type: ignore[assignment]

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help=_("the run's id"))
        parser.add_argument("node", help=_("the node's key"))
        parser.add_argument("act", choices=["say", *ACTS])
        parser.add_argument("text", nargs="?", help=_("what to say"))
        parser.add_argument("--user", required=True, help=_("who does it"))
        add_wait(parser, _("wait until the node is no longer at work"))

    def run(self, options: dict[str, Any]) -> Result:
        act, text, key = options["act"], options["text"], options["node"]
        if (act == "say") != (text is not None):
            raise Misused(_("Write: say TEXT.") if act == "say" else _("Only say takes a text."))
        user = find_user(options["user"])
        run = find_run(options["id"], user)
        node_run = _find_node(run, key)
        acting(lambda: _act(act, node_run, user, text), run)
        if options["wait"] is None:
            return result_of(run.pk)

        def failed(report: dict[str, Any]) -> str:
            status = report["nodes"][key][-1]["status"]
            wanted = act == "cancel" or status not in FAILED_STATUSES
            return "" if wanted else _("node %(key)s is %(status)s") % {"key": key, "status": status}

        return result_of(run.pk, in_time=wait_for_node(run.pk, key, options["wait"]), failed=failed)


def _find_node(run: Run, key: str) -> NodeRun:
    latest = NodeRun.objects.filter(run=run, is_latest=True).select_related("run")
    node_run = latest.filter(key=key).first()
    if node_run is None:
        known = suggestion(key, latest.values_list("key", flat=True))
        raise Misused(_("The run has no node %(key)s") % {"key": key} + known)
    return node_run


def _act(act: str, node_run: NodeRun, user: User, text: str | None) -> None:
    if act == "say":
        say(node_run=node_run, by=user, text=text or "")
    else:
        ACTS[act](node_run=node_run, by=user)
