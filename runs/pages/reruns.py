"""What an act on a node would do, before it is done: the plan in words, what it repeats outside, what it may cost."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from runs.executors import executor_spec
from runs.graphs import VersionGraph, version_graph
from runs.models import Attempt, NodeRun, Run, SideEffect
from runs.money import Cost, document_of
from runs.possible_acts import takes
from runs.reruns import Plan, Reason, Why
from runs.states import AttemptStatus
from runs.transitions.outputs import outputs_sha256
from runs.transitions.planning import Choice, plan_now
from runs.transitions.refusing import stand_of
from runs.wording import effect_text

HISTORY_RUNS = 20  # of the same template: enough for a median, and one short index scan
TONES = {"reused": "off", "kept": "off", "again": "work", "later": "work"}


@dataclass(frozen=True)
class PlanRow:
    """One node of a plan. `fate`: reused, again, later (when the new version is accepted) or kept.

    `is_offered`: the person may choose; `is_chosen`: they want it computed again. `stops`: it works now and is stopped.
    """

    key: str
    title: str
    number: int
    fate: str
    reason: str
    stops: bool = False
    is_offered: bool = False
    is_chosen: bool = False

    @property
    def tone(self) -> str:
        """Reused things are grey, work is blue."""
        return TONES[self.fate]


@dataclass(frozen=True)
class EffectRow:
    """An outward act of a node that runs again: its new version may do it again."""

    title: str
    kind: str
    target: str

    @property
    def words(self) -> str:
        """Say what was done."""
        return effect_text(self.kind, self.target)


@dataclass(frozen=True)
class Expected:
    """Medians of finished attempts of the same nodes, summed. `unknown`: titles of nodes without history.

    `cost`: of those whose model had a price then; None where no model had one.
    """

    input_tokens: int
    output_tokens: int
    seconds: float
    cost: Cost | None
    runs: int
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class PlanPage:
    """The dialog of an act: what it does, its ways, and the digest that the act carries."""

    run: Run
    node: NodeRun
    title: str
    act: str
    ways: tuple[str, ...]
    rows: tuple[PlanRow, ...]
    effects: tuple[EffectRow, ...]
    expected: Expected | None
    digest: str
    outputs: str


def plan_page(node: NodeRun, act: str, choice: Choice, user: Any) -> PlanPage:
    """Plan an act on a node version. Raises ActRefused for an old one and for a choice of what is not offered."""
    run = node.run
    seen = outputs_sha256(node.pk)  # before the plan: an acceptance of older outputs is refused
    plan, digest = plan_now(run.pk, act, node.key, node.number, choice)
    graph = version_graph(run.version_id)
    numbers = dict(NodeRun.objects.filter(run=run, is_latest=True).values_list("key", "number"))
    running = [*plan.renew, *plan.later, *([node.key] if act == "retry" else [])]
    return PlanPage(
        run=run,
        node=node,
        title=graph.specs[node.key].title,
        act=act,
        ways=_ways(node, act),
        rows=tuple(_rows(plan, graph, numbers)),
        effects=_effects(run, graph, [key for key in running if key != node.key or act == "restart"]),
        expected=_expected(run, graph, running, user),
        digest=digest,
        outputs=seen,
    )


def plan_document(page: PlanPage) -> dict[str, Any]:
    """Give a plan as the commands print it."""
    fields = ("key", "number", "fate", "reason", "stops", "is_offered")
    names = ("node", "version", "fate", "reason", "stops", "offered")
    expected = page.expected
    return {
        "act": page.act,
        "node": page.node.key,
        "version": page.node.number,
        "plan": page.digest,
        "nodes": [{n: getattr(row, f) for n, f in zip(names, fields, strict=True)} for row in page.rows],
        "effects": [{"node": row.title, "kind": row.kind, "target": row.target} for row in page.effects],
        "expected": None if expected is None else {
            "tokens": {"input": expected.input_tokens, "output": expected.output_tokens},
            "seconds": expected.seconds,
            "cost": document_of(expected.cost),
            "runs": expected.runs,
            "no_history": list(expected.unknown),
        },
    }  # fmt: skip


def plan_text(page: PlanPage) -> str:
    """Write a plan for people, a line for each node."""
    lines = [f"{page.act} {page.node.key} v{page.node.number}"]
    lines += [f"  {row.key} v{row.number}  {row.fate}: {row.reason}" for row in page.rows]
    lines += [f"  ! {_('may be done again')}: {row.title}: {row.words}" for row in page.effects]
    return "\n".join(lines)


def reason_text(reason: Reason, titles: Mapping[str, str]) -> str:
    """Word a reason of a plan."""
    about = _(", ").join(_named(item, titles) for item in reason.about)
    match reason.why:
        case Why.STARTED:
            return _("starts anew with an empty conversation")
        case Why.CHANGED:
            return _("its input changed: %(names)s") % {"names": about}
        case Why.SOURCE:
            return _("its input is computed again: %(names)s") % {"names": about}
        case Why.CHOSEN:
            return _("you chose it")
        case Why.FAILED:
            return _("it failed, so there is nothing to keep")
        case Why.CANCELLED:
            return _("it is stopped or was cancelled, so there is nothing to keep")
        case Why.WITH_RUN:
            return _("it was cancelled with the run")
        case Why.NEEDED:
            return _("it was cancelled and never done, and is needed by %(names)s") % {"names": about}
        case Why.MAY_CHANGE:
            return _("unless its inputs come out the same: %(names)s") % {"names": about}
        case Why.UNUSED:
            return _("it takes nothing from what runs again")
        case _ if about:
            return _("its inputs did not change: %(names)s") % {"names": about}
        case _:
            return _("it takes nothing from what changed")


def _named(item: str, titles: Mapping[str, str]) -> str:
    key, _dot, output = item.partition(".")
    title = titles.get(key, key)
    return _("%(output)s of %(node)s") % {"output": output, "node": title} if output else title


def _ways(node: NodeRun, act: str) -> tuple[str, ...]:
    """List the two ways of a re-run where both fit this version: with its conversation, or without."""
    if act not in ("restart", "retry") or not executor_spec(node.node_type).converses:
        return ()
    return ("retry" if takes("retry_turn", stand_of(node)) else "say", "restart")


def _rows(plan: Plan, graph: VersionGraph, numbers: Mapping[str, int]) -> Iterator[PlanRow]:
    titles = {key: spec.title for key, spec in graph.specs.items()}
    fates = dict.fromkeys(plan.kept, "kept") | dict.fromkeys(plan.later, "later")
    fates |= dict.fromkeys(plan.reuse, "reused") | dict.fromkeys(plan.renew, "again")
    for key in graph.graph.order:
        if key in fates:
            yield PlanRow(
                key=key,
                title=titles[key],
                number=numbers[key],
                fate=fates[key],
                reason=reason_text(plan.reasons[key], titles),
                stops=key in plan.cancel,
                is_offered=key in plan.offered,
                is_chosen=key in plan.offered and key in plan.renew,
            )


def _effects(run: Run, graph: VersionGraph, keys: Collection[str]) -> tuple[EffectRow, ...]:
    done = SideEffect.objects.filter(node_run__run=run, node_run__is_latest=True, node_run__key__in=keys)
    rows = done.values_list("node_run__key", "kind", "target").order_by("node_run__position", "id")
    return tuple(EffectRow(graph.specs[key].title, kind, target) for key, kind, target in rows)


def _expected(run: Run, graph: VersionGraph, keys: Collection[str], user: Any) -> Expected | None:
    """Look at the last runs of the same template that the person sees; None where nothing would run."""
    if not keys:
        return None
    same = Run.objects.visible_to(user).filter(version__workflow_id=run.version.workflow_id)
    recent = list(same.order_by("-id").values_list("id", flat=True)[:HISTORY_RUNS])
    finished = Attempt.objects.filter(
        node_run__run_id__in=recent, node_run__key__in=keys, status=AttemptStatus.SUCCEEDED, started_at__isnull=False
    )
    found: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    costs: dict[str, list[int]] = defaultdict(list)
    for key, tokens_in, tokens_out, cost, began, ended in finished.values_list(
        "node_run__key", "input_tokens", "output_tokens", "cost_nanos", "started_at", "finished_at"
    ):
        seconds = (ended - began).total_seconds() if began and ended else 0.0
        found[key].append((tokens_in, tokens_out, seconds))
        if cost is not None:
            costs[key].append(cost)
    middle = [[median(column) for column in zip(*rows, strict=True)] for rows in found.values()]
    return Expected(
        input_tokens=round(sum(row[0] for row in middle)),
        output_tokens=round(sum(row[1] for row in middle)),
        seconds=round(sum(row[2] for row in middle), 1),
        cost=_expected_cost(found, costs),
        runs=len(recent),
        unknown=tuple(graph.specs[key].title for key in graph.graph.order if key in keys and key not in found),
    )


def _expected_cost(
    found: Mapping[str, Sequence[tuple[int, int, float]]], costs: Mapping[str, Sequence[int]]
) -> Cost | None:
    """Sum the medians of what is known; a node that used tokens and has no cost makes it an "at least"."""
    if not costs:
        return None
    lacks = any(key not in costs and any(row[0] or row[1] for row in rows) for key, rows in found.items())
    return Cost(round(sum(median(known) for known in costs.values())), is_partial=lacks)
