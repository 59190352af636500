"""The rows of a ticket, all of one moment, in seven queries however long the run was: the oldest are left out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from runs.graphs import VersionGraph, version_graph
from runs.models import Attempt, NodeRun, OutputValue, Run, RunEvent, SideEffect, ToolCall
from runs.reports import one_moment

MOST_EVENTS = 2000
MOST_ATTEMPTS = 1000
MOST_CALLS = 1000
MOST_EFFECTS = 1000


@dataclass(frozen=True)
class Facts:
    """What is known of a run. By node version id: `attempts`, `calls` and `effects` oldest first, `outputs` by name.

    `left_out`: of which kinds of rows only the newest are here.
    """

    run: Run
    graph: VersionGraph
    versions: tuple[NodeRun, ...]
    attempts: dict[int, list[Attempt]]
    outputs: dict[int, list[OutputValue]]
    calls: dict[int, list[ToolCall]]
    effects: dict[int, list[SideEffect]]
    events: tuple[RunEvent, ...]
    left_out: tuple[str, ...]

    def title(self, key: str) -> str:
        """Give the title of a node."""
        return self.graph.specs[key].title


def read(run: Run) -> Facts:
    """Read a run that was loaded with permission."""
    with one_moment():
        run = Run.objects.select_related("space", "version__workflow", "initiator", "cancelled_by").get(pk=run.pk)
        versions = NodeRun.objects.filter(run=run).select_related("executor", "accepted_by")
        values = OutputValue.objects.filter(node_run__run=run, is_current=True)
        attempts = Attempt.objects.filter(node_run__run=run).order_by("-id")[: MOST_ATTEMPTS + 1]
        calls = ToolCall.objects.filter(message__node_run__run=run).select_related("message").order_by("-id")
        effects = SideEffect.objects.filter(node_run__run=run).select_related("attempt").order_by("-id")
        events = RunEvent.objects.filter(run=run).select_related("actor", "message__author").order_by("-seq")
        rows: dict[str, list[Any]] = {
            "versions": list(versions.order_by("position", "number")),
            "outputs": list(values.select_related("artifact", "chosen_by").order_by("name")),
            "attempts": list(attempts),
            "tool_calls": list(calls.defer("arguments", "result", "message__text", "message__parts")[: MOST_CALLS + 1]),
            "outward_acts": list(effects[: MOST_EFFECTS + 1]),
            "events": list(events.defer("message__text", "message__parts")[: MOST_EVENTS + 1]),
        }
    most = {"attempts": MOST_ATTEMPTS, "tool_calls": MOST_CALLS, "outward_acts": MOST_EFFECTS, "events": MOST_EVENTS}
    return Facts(
        run=run,
        graph=version_graph(run.version_id),
        versions=tuple(rows["versions"]),
        attempts=_by_version(reversed(rows["attempts"][:MOST_ATTEMPTS])),
        outputs=_by_version(rows["outputs"]),
        calls=_calls(reversed(rows["tool_calls"][:MOST_CALLS])),
        effects=_by_version(reversed(rows["outward_acts"][:MOST_EFFECTS])),
        events=tuple(reversed(rows["events"][:MOST_EVENTS])),
        left_out=tuple(name for name, limit in most.items() if len(rows[name]) > limit),
    )


def _by_version(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.node_run_id].append(row)
    return found


def _calls(rows: Iterable[ToolCall]) -> dict[int, list[ToolCall]]:
    found: dict[int, list[ToolCall]] = defaultdict(list)
    for call in rows:
        found[call.message.node_run_id].append(call)
    return found
