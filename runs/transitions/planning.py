"""The plan of an act from the rows of a run: under its lock for the act itself, without it for the dialog before.

Both go through `chosen_plan`, so a person is asked about the very plan that is executed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from runs import reruns, sql
from runs.errors import ActRefused, PlanChanged
from runs.reruns import Plan, Reason, Used, VersionState, Why
from runs.transitions.ledger import Latest, Ledger, look_at

INPUTS = "SELECT key, inputs FROM runs_noderun WHERE run_id = %s AND is_latest"
OUTPUTS = """
SELECT n.key, o.name, o.sha256 FROM runs_noderun n JOIN runs_outputvalue o ON o.node_run_id = n.id AND o.is_current
WHERE n.run_id = %s AND n.is_latest
"""
REASON_CHARS = 200
ACTS = ("done", "confirm", "restart", "retry")  # with a plan


@dataclass(frozen=True)
class Choice:
    """What a person chose of what is offered. `again`: computed again though it could be reused. `reuse`: nothing else
    of the offered is reused; None leaves that to `again`. `seen`: the digest of the plan that they saw, if one.
    """

    again: frozenset[str] = frozenset()
    reuse: frozenset[str] | None = None
    seen: str = ""


NO_CHOICE = Choice()


def chosen_plan(ledger: Ledger, act: str, key: str, choice: Choice) -> Plan:
    """Plan an act on the latest version of a node. Raises PlanChanged where another plan was seen, and ActRefused."""
    node = ledger.nodes[key]
    rerun = act != "done" or had_results(node)
    versions, current = facts(ledger, with_inputs=rerun)
    graph = ledger.plan.graph
    match act:
        case "restart":
            plan = reruns.restart(graph, versions, key)
        case "retry":
            plan = reruns.retry(graph, versions, key)
        case _:
            plan = _accepted(ledger, versions, current, key, choice)
    if choice.seen and choice.seen != plan.digest(versions):
        raise PlanChanged(_("What this would do has changed since you saw it; here it is now."))
    return plan


def latest_of(ledger: Ledger, key: str, number: int) -> Latest:
    """Give the version that a person means. Raises ActRefused for an old one, which is history."""
    node = ledger.nodes.get(key)
    if node is None:
        raise ActRefused(_("This run has no node “%(key)s”.") % {"key": key})
    if node.number != number:
        text = _("Version %(old)s of this node is history; version %(new)s is current.")
        raise ActRefused(text % {"old": number, "new": node.number})
    return node


def plan_now(run_id: int, act: str, key: str, number: int, choice: Choice = NO_CHOICE) -> tuple[Plan, str]:
    """Give the plan of an act as things stand, and its digest, without locking anything. Raises ActRefused."""
    ledger = look_at(run_id)
    latest_of(ledger, key, number)
    act = "done" if act == "confirm" else act
    plan = chosen_plan(ledger, act, key, choice)
    return plan, plan.digest(facts(ledger, with_inputs=False)[0])


def had_results(node: Latest) -> bool:
    """Say whether an acceptance of this version comes after results of the node, its own or of an older version."""
    return node.number > 1 or node.accepted_at is not None


def facts(ledger: Ledger, *, with_inputs: bool) -> tuple[dict[str, VersionState], dict[tuple[str, str], str]]:
    """Describe the latest versions for a plan, and the hashes of what they give now.

    Without inputs no query; a first acceptance compares none.
    """
    inputs: dict[str, Any] = {}
    current: dict[tuple[str, str], str] = {}
    if with_inputs:
        given, outputs = sql.batch((INPUTS, (ledger.run_id,)), (OUTPUTS, (ledger.run_id,)))
        inputs = {key: json.loads(text) if isinstance(text, str) else text for key, text in given}
        current = {(key, name): sha256 for key, name, sha256 in outputs}
    versions = {
        key: VersionState(
            status=node.status,
            accepted=node.accepted_at is not None,
            cancelled_with=node.cancelled_with,
            number=node.number,
            inputs=_used(ledger, key, inputs.get(key, {})) if with_inputs else (),
        )
        for key, node in ledger.nodes.items()
    }
    return versions, current


def in_words(reason: Reason) -> str:
    """Word why a version is kept, as it is stored."""
    about = ", ".join(reason.about)
    if reason.why == Why.UNCHANGED and about:
        text = f"its inputs did not change: {about}"
        return text if len(text) <= REASON_CHARS else "its inputs did not change"
    return "it takes nothing from what changed"


def _accepted(
    ledger: Ledger,
    versions: dict[str, VersionState],
    current: dict[tuple[str, str], str],
    key: str,
    choice: Choice,
) -> Plan:
    rerun = had_results(ledger.nodes[key])
    graph = ledger.plan.graph

    def plan(again: frozenset[str]) -> Plan:
        return reruns.after_accept(graph, versions, key, rerun=rerun, current=current, again=again)

    if not choice.again and choice.reuse is None:
        return plan(frozenset())
    offered = frozenset(plan(frozenset()).offered)
    _refuse_unoffered(sorted((choice.again | (choice.reuse or frozenset())) - offered))
    again = choice.again if choice.reuse is None else choice.again | (offered - choice.reuse)
    chosen = plan(again)
    _refuse_unoffered(sorted((choice.reuse or frozenset()) - set(chosen.reuse)))
    return chosen


def _refuse_unoffered(keys: Sequence[str]) -> None:
    if keys:
        text = _("There is nothing to choose about %(names)s: it is not among what can be reused in this plan.")
        raise ActRefused(text % {"names": ", ".join(keys)})


def _used(ledger: Ledger, key: str, inputs: dict[str, Any]) -> tuple[Used, ...]:
    """List the references of a node with the hashes that its version was given."""
    references = [(item.name, item.source) for item in ledger.plan.specs[key].inputs if item.source is not None]
    return tuple(Used(source, str(inputs.get(name, {}).get("sha256", ""))) for name, source in references)
