"""Beginning: a run's first node versions, new versions, and what is ready gets its attempt.

Everything a node needs to start commits with the transition that made it ready, wake-up included.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from runs import scheduling, sql
from runs.conversation import opening_text
from runs.executors import executor_spec
from runs.executors.base import Job
from runs.inputs import InputMissing, resolve_inputs
from runs.queue import execute_attempt_later
from runs.states import AttemptStatus, Lane, NodeStatus, WaitingFor
from runs.transitions import notices
from runs.transitions.consenting import may_run
from runs.transitions.ledger import LATEST, Latest, Ledger
from spaces.ids import new_id
from workflows.template_file.specs import INITIATOR

INSERT_MESSAGE = """
INSERT INTO runs_message (public_id, node_run_id, ordinal, role, author_id, text, parts, status, delta_count,
                          created_at, finished_at)
SELECT %s, %s, COALESCE(max(ordinal), 0) + 1, 'user', %s, %s, '{}', 'complete', 0, now(), now()
FROM runs_message WHERE node_run_id = %s RETURNING id
"""
INSERT_ATTEMPT = """
INSERT INTO runs_attempt (node_run_id, number, message_id, try_number, status, lane, quarantine, available_at,
                          queued_at, woken_at, loss, error_kind, error, error_detail, input_tokens, output_tokens)
SELECT %s, COALESCE(max(number), 0) + 1, %s, %s, %s, %s, %s, now() + make_interval(secs => %s), now(), now(),
       '', '', '', '', 0, 0
FROM runs_attempt WHERE node_run_id = %s RETURNING id
"""
INSERT_RUNNING = """
INSERT INTO runs_attempt (node_run_id, number, message_id, try_number, status, lane, quarantine, available_at,
                          queued_at, woken_at, started_at, heartbeat_at, lease_expires_at, host,
                          loss, error_kind, error, error_detail, input_tokens, output_tokens)
SELECT %s, COALESCE(max(number), 0) + 1, %s, 1, 'running', 'host', false, now(), now(), now(), clock_timestamp(),
       now(), clock_timestamp() + make_interval(secs => %s), %s, '', '', '', '', 0, 0
FROM runs_attempt WHERE node_run_id = %s RETURNING id, number
"""
INSERT_NODES = """
INSERT INTO runs_noderun (run_id, key, number, is_latest, position, node_type, status, waiting_for, executor_id,
                          inputs, error_kind, error, error_detail, error_retryable, accepted_sha256, created_at)
SELECT %s, key, 1, true, place - 1, node_type, 'pending', '', executor_id, '{}', '', '', '', false, '', now()
FROM unnest(%s::text[], %s::text[], %s::int[]) WITH ORDINALITY AS node(key, node_type, executor_id, place)
"""
PEOPLE = "SELECT username, id FROM auth_user WHERE username = ANY(%s)"
NEW_VERSION = """
WITH old AS (
    UPDATE runs_noderun SET is_latest = false WHERE id = %s
    RETURNING run_id, key, number, position, node_type, executor_id
)
INSERT INTO runs_noderun (run_id, key, number, is_latest, position, node_type, status, waiting_for, executor_id,
                          inputs, error_kind, error, error_detail, error_retryable, accepted_sha256, created_at)
SELECT run_id, key, number + 1, true, position, node_type, 'pending', '', executor_id,
       '{}', '', '', '', false, '', now() FROM old
RETURNING id, number
"""


@dataclass
class HandOff:
    """A host that can start what becomes ready at once, in the same commit.

    `free`: its slots. `model`: whether it may start model calls; not where the endpoint is limited, because others
    may have waited longer.
    """

    host: UUID
    lease_s: float
    free: int
    model: bool = True
    jobs: list[Job] = field(default_factory=list)

    def takes(self, node_type: str) -> bool:
        """Say whether this host may start a node of that type now."""
        spec = executor_spec(node_type)
        return self.free > len(self.jobs) and spec.lane == Lane.HOST and (self.model or not spec.converses)


def begin(ledger: Ledger, *, by: int) -> None:
    """Make the first version of every node of a fresh run and queue what is ready."""
    order = ledger.plan.graph.order
    types = [ledger.plan.specs[key].type for key in order]
    executors = _executors(ledger)
    sql.count(INSERT_NODES, (ledger.run_id, list(order), types, [executors[key] for key in order]))
    ledger.nodes = {row[1]: Latest(*row) for row in sql.rows(LATEST, (ledger.run_id,))}
    ledger.event("run.started", by=by)
    settle(ledger)


def _executors(ledger: Ledger) -> dict[str, int]:
    """Find who each node runs as. KeyError for a name that is nobody's (`start_run` refuses it before)."""
    named = {key: spec.executor for key, spec in ledger.plan.specs.items() if spec.executor != INITIATOR}
    people: dict[str, int] = dict(sql.rows(PEOPLE, (sorted(set(named.values())),))) if named else {}
    return {key: people[named[key]] if key in named else ledger.initiator_id for key in ledger.plan.specs}


def settle(ledger: Ledger, hand_off: HandOff | None = None, *, among: Iterable[str] | None = None) -> None:
    """Start every node that is ready (`among` these only); one whose inputs cannot be resolved fails at once."""
    for key in scheduling.ready(ledger.plan.graph, ledger.statuses(), among):
        promote(ledger, ledger.nodes[key], hand_off)


def promote(ledger: Ledger, node: Latest, hand_off: HandOff | None = None) -> None:
    """Resolve a ready node's inputs and queue its first attempt, or hand it to the host that just got free.

    One whose executor has not consented waits instead.
    """
    spec = ledger.plan.specs[node.key]
    try:
        inputs = resolve_inputs(ledger.run_id, spec, ledger.asked(node.key)) if spec.inputs else {}
    except InputMissing as missing:
        ledger.move(node, NodeStatus.QUEUED)
        ledger.move(node, NodeStatus.FAILED, error_kind="input_missing", error=str(missing))
        return
    columns: dict[str, Any] = {"inputs": json.dumps(inputs)} if inputs else {}
    message_id = None
    if executor_spec(node.node_type).converses:
        message_id = insert_message(node, opening_text(spec, inputs), by=None)
    if not may_run(ledger, node):
        ledger.move(node, NodeStatus.WAITING, waiting_for=WaitingFor.CONSENT, **columns)
    elif hand_off is not None and hand_off.takes(node.node_type):
        ledger.move(node, NodeStatus.RUNNING, **columns)
        hand_off.jobs.append(_start(ledger, node, message_id, hand_off))
    else:
        ledger.move(node, NodeStatus.QUEUED, **columns)
        queue_attempt(ledger, node, message_id=message_id)
    if message_id is not None:
        ledger.event("message.added", node, message_id=message_id)


def _start(ledger: Ledger, node: Latest, message_id: int | None, hand_off: HandOff) -> Job:
    found = sql.row(INSERT_RUNNING, (node.id, message_id, hand_off.lease_s, hand_off.host, node.id))
    assert found is not None, "an aggregate always gives a row"
    return Job(
        attempt_id=found[0], number=found[1], node_run_id=node.id, run_id=ledger.run_id,
        version_id=ledger.version_id, key=node.key, node_version=node.number, node_type=node.node_type,
        message_id=message_id,
    )  # fmt: skip


def renew(ledger: Ledger, key: str, *, by: int | None) -> Latest:
    """Give a node a new pending version; the old one stays readable for ever."""
    old = ledger.nodes[key]
    found = sql.row(NEW_VERSION, (old.id,))
    assert found is not None, "the ledger holds the latest version"
    notices.settle(old.id, by=by)
    node = Latest(found[0], key, found[1], NodeStatus.PENDING, "", old.node_type, old.executor_id, None, "", "")
    ledger.nodes[key] = node
    ledger.event("node.version", node, by=by, status=NodeStatus.PENDING.value)
    return node


def insert_message(node: Latest, text: str, *, by: int | None) -> int:
    """Add a message to a node version's conversation: a person's, or the task's own (`by` None)."""
    found = sql.row(INSERT_MESSAGE, (new_id(), node.id, by, text, node.id))
    assert found is not None, "an aggregate always gives a row"
    return int(found[0])


def queue_attempt(
    ledger: Ledger,
    node: Latest,
    *,
    message_id: int | None,
    try_number: int = 1,
    quarantine: bool = False,
    delay_s: float = 0,
) -> int:
    """Add the next attempt of a node version and its wake-up, part of this transaction."""
    lane = Lane.WORKER if quarantine else executor_spec(node.node_type).lane
    values = (node.id, message_id, try_number, AttemptStatus.QUEUED, lane, quarantine, delay_s, node.id)
    found = sql.row(INSERT_ATTEMPT, values)
    assert found is not None, "an aggregate always gives a row"
    attempt_id = int(found[0])
    if lane == Lane.WORKER and not delay_s:
        execute_attempt_later(attempt_id)
    ledger.wake_hosts = ledger.wake_hosts or (lane == Lane.HOST and not delay_s)
    return attempt_id
