"""One transaction on one run: lock it, move its parts, write the events last.

The run row is locked first and the sequence row last, everywhere; that orders the events of a run and
keeps text streams of other runs flowing (ADR 0011). Only this package writes a status.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from runs import scheduling, sql
from runs.errors import IllegalTransition, StaleTransition
from runs.graphs import VersionGraph, version_graph
from runs.states import NODE_TERMINAL, NODE_TRANSITIONS, RUN_TERMINAL, MessageStatus, NodeStatus
from runs.transitions import notices
from runs.transitions.events import Event, append_run_events, notify_work
from runs.transitions.messages import close_message

LOCK = """
SELECT id, version_id, space_id, initiator_id, status, inputs FROM runs_run WHERE id = %s FOR NO KEY UPDATE
"""
LOOK = "SELECT id, version_id, space_id, initiator_id, status, inputs FROM runs_run WHERE id = %s"
LATEST = """
SELECT id, key, number, status, waiting_for, node_type, executor_id, accepted_at, error_kind, cancelled_with
FROM runs_noderun WHERE run_id = %s AND is_latest
"""


# What says how a version ended; the next move wipes it.
NO_END: dict[str, Any] = {
    "error_kind": "", "error": "", "error_detail": "", "error_retryable": False, "cancelled_with": "",
}  # fmt: skip


@dataclass
class Latest:
    """The latest version of a node, as locked. `key` and `number` name it; the rest follows the row."""

    id: int
    key: str
    number: int
    status: str
    waiting_for: str
    node_type: str
    executor_id: int
    accepted_at: Any
    error_kind: str
    cancelled_with: str


@dataclass
class Ledger:
    """The open transaction. `nodes` holds the latest version of every node, by key."""

    run_id: int
    version_id: int
    space_id: int
    initiator_id: int
    status: str
    run_inputs: Any
    nodes: dict[str, Latest] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    closing: list[dict[str, Any]] = field(default_factory=list)
    wake_hosts: bool = False
    cancelled_attempts: list[int] = field(default_factory=list)

    @property
    def plan(self) -> VersionGraph:
        """The graph and node specifications of the run's version."""
        return version_graph(self.version_id)

    def asked(self, key: str) -> dict[str, Any]:
        """Give the inputs asked at start for a node: input name → entry."""
        if isinstance(self.run_inputs, str):  # JSON comes as text from plain SQL
            self.run_inputs = json.loads(self.run_inputs)
        entries: dict[str, Any] = self.run_inputs.get(key, {})
        return entries

    def statuses(self) -> dict[str, str]:
        """Give node key → status of its latest version."""
        return {key: node.status for key, node in self.nodes.items()}

    def event(self, kind: str, node: Latest | None = None, *, by: int | None = None, **data: Any) -> None:
        """Note what happened; it is written, numbered and announced when the ledger closes."""
        if node is not None:
            data = {"n": node.key, "v": node.number, **data}
        message_id = data.pop("message_id", None)
        self.events.append(Event(self.run_id, kind, node.id if node else None, message_id, by, data))

    def move(
        self, node: Latest, to: NodeStatus, *, by: int | None = None, waiting_for: str = "", **columns: Any
    ) -> None:
        """Move a node version along one arrow of the state machine, by compare-and-set.

        `columns`: further columns of the row to set with it. Raises IllegalTransition where the machine has no
        such arrow (a bug) and StaleTransition where the row moved meanwhile.
        """
        if to not in NODE_TRANSITIONS[NodeStatus(node.status)]:
            raise IllegalTransition(f"{node.key} v{node.number}: {node.status} → {to}")
        columns = {**NO_END, **columns}
        sets = "".join(f", {name} = %s" for name in columns)
        # By the clock: now() is the begin of the transaction, from before it held the run.
        sql.later(
            f"""UPDATE runs_noderun SET status = %s, waiting_for = %s,
                    finished_at = CASE WHEN %s THEN clock_timestamp() END,
                    started_at = CASE WHEN %s THEN COALESCE(started_at, clock_timestamp()) ELSE started_at END{sets}
                WHERE id = %s AND status = %s""",  # noqa: S608  (names from our own calls)
            (to, waiting_for, to in NODE_TERMINAL, to == NodeStatus.RUNNING, *columns.values(), node.id, node.status),
            one=f"{node.key} v{node.number} is no longer {node.status}",
        )
        if node.status in notices.MOMENTS:
            notices.settle(node.id, by=by)
        node.status, node.waiting_for, node.cancelled_with = to, waiting_for, columns["cancelled_with"]
        notices.tell(self.run_id, self.initiator_id, node, self.plan.specs[node.key], by=by)
        extra = {"w": waiting_for} if waiting_for else {}
        self.event("node.status", node, by=by, status=to.value, **extra)

    def wait_for(self, node: Latest, waiting_for: str, *, by: int | None = None) -> None:
        """Let a waiting version wait for something else; its status stays."""
        sql.later(
            "UPDATE runs_noderun SET waiting_for = %s, error = '' WHERE id = %s AND status = 'waiting'",
            (waiting_for, node.id),
            one=f"{node.key} v{node.number} waits no longer",
        )
        node.waiting_for = waiting_for
        notices.reword(node.id, waiting_for)
        self.event("node.status", node, by=by, status=node.status, w=waiting_for)

    def close_message_of(self, attempt_id: int, status: MessageStatus) -> None:
        """End the message that an attempt still streams, keeping the text it has."""
        self.closing.append({"attempt_id": attempt_id, "status": status})

    def close(self) -> None:
        """Store the verdict, end messages, write the events. The sequence row is locked from here on."""
        if self.nodes:
            self._store_verdict()
        if self.closing:
            sql.row("SELECT seq FROM runs_runsequence WHERE run_id = %s FOR UPDATE", (self.run_id,))
            for message in self.closing:
                ended = close_message(**message)
                if ended is not None:
                    self.events.append(ended.event(self.run_id))
        append_run_events(self.run_id, self.events)
        notify_work(claim=self.wake_hosts, cancelled=self.cancelled_attempts)
        sql.flush()

    def _store_verdict(self) -> None:
        verdict = scheduling.verdict(self.statuses().values())
        if verdict != self.status:
            self.status = verdict
            sql.count(
                "UPDATE runs_run SET status = %s, finished_at = CASE WHEN %s THEN now() END WHERE id = %s",
                (verdict, verdict in RUN_TERMINAL, self.run_id),
            )
            self.event("run.status", status=verdict.value)


def look_at(run_id: int) -> Ledger:
    """Read a run as `open_run` does, without its lock: for what only looks. Nothing of it is ever written."""
    found, nodes = sql.batch((LOOK, (run_id,)), (LATEST, (run_id,)))
    ledger = Ledger(*found[0])
    ledger.nodes = {row[1]: Latest(*row) for row in nodes}
    return ledger


@contextmanager
def open_run(run_id: int) -> Iterator[Ledger]:
    """Lock a run and open its ledger; everything commits together or not at all."""
    try:
        with transaction.atomic():
            found, nodes = sql.batch((LOCK, (run_id,)), (LATEST, (run_id,)))
            if not found:
                raise StaleTransition(f"run {run_id} does not exist")
            ledger = Ledger(*found[0])
            ledger.nodes = {row[1]: Latest(*row) for row in nodes}
            yield ledger
            ledger.close()
    finally:
        sql.forget()
