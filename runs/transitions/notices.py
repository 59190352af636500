"""Telling people, in the transaction of the status itself: whom a node names, of what, and when it is over.

Told are active members who see the run (of a personal one its owner alone), whom the node names for this moment, and
who want to hear of it; never the person whose own act it was. A gate of somebody who left falls to the space's admins.
A wait for a consent is told to its executor as well, since nobody else can give it. As soon as the version stands
otherwise what was told of it is settled, whoever did it (ADR 0028).
"""

from typing import Any

from runs import sql
from runs.states import NodeStatus, WaitingFor
from workflows.document import NodeSpec
from workflows.template_file.specs import EXECUTOR, INITIATOR

MOMENTS = {NodeStatus.WAITING: "waiting", NodeStatus.DONE: "done", NodeStatus.FAILED: "failed"}

# A person who is deleted in this instant is waited for and left out, instead of breaking the transition.
TELL = """
WITH fact AS (
    SELECT %s::bigint AS run_id, %s::bigint AS version_id, %s::text AS kind, %s::text AS waiting_for, %s::int AS actor,
           %s::int[] AS ids, %s::text[] AS names, %s::int[] AS heirs_of
)
INSERT INTO runs_notification (user_id, run_id, node_run_id, kind, waiting_for, actor_id, created_at)
SELECT u.id, r.id, fact.version_id, fact.kind, fact.waiting_for, fact.actor, clock_timestamp()
FROM fact JOIN runs_run r ON r.id = fact.run_id JOIN spaces_membership m ON m.space_id = r.space_id
JOIN auth_user u ON u.id = m.user_id AND u.is_active
WHERE (r.visibility = 'space' OR u.id = r.initiator_id) AND u.id IS DISTINCT FROM fact.actor
  AND (u.id = ANY(fact.ids) OR u.username = ANY(fact.names)
       OR m.role = 'admin' AND EXISTS (
           SELECT 1 FROM unnest(fact.heirs_of) AS named(id) WHERE NOT EXISTS (
               SELECT 1 FROM spaces_membership x JOIN auth_user y ON y.id = x.user_id AND y.is_active
               WHERE x.space_id = r.space_id AND x.user_id = named.id)))
  AND NOT EXISTS (
      SELECT 1 FROM runs_notificationsetting s WHERE s.user_id = u.id
      AND NOT CASE fact.kind WHEN 'waiting' THEN s.waiting WHEN 'done' THEN s.done ELSE s.failed END)
FOR KEY SHARE OF u
ON CONFLICT DO NOTHING
"""
SETTLE = """
UPDATE runs_notification SET settled_at = clock_timestamp(), settled_by_id = %s
WHERE node_run_id = %s AND settled_at IS NULL
"""
REWORD = "UPDATE runs_notification SET waiting_for = %s WHERE node_run_id = %s AND settled_at IS NULL"


def tell(run_id: int, initiator_id: int, node: Any, spec: NodeSpec, *, by: int | None) -> None:
    """Tell of the status that a node version (a `ledger.Latest`) has now; no statement where the node tells nobody."""
    kind = MOMENTS.get(NodeStatus(node.status))
    if kind is None or node.waiting_for == WaitingFor.PIPELINE:
        return
    words = {rule.who for rule in spec.notify if kind in rule.on}
    consents = node.waiting_for == WaitingFor.CONSENT
    ids = {initiator_id} if INITIATOR in words else set()
    ids |= {node.executor_id} if EXECUTOR in words or consents else set()
    names = words - {INITIATOR, EXECUTOR}
    if not ids and not names:
        return
    heirs_of = ids if kind == "waiting" and not consents else ()
    facts = (run_id, node.id, kind, node.waiting_for, by, sorted(ids), sorted(names), sorted(heirs_of))
    sql.later(TELL, facts)


def settle(node_run_id: int, *, by: int | None) -> None:
    """Note that what was told of a node version is over."""
    sql.later(SETTLE, (by, node_run_id))


def reword(node_run_id: int, waiting_for: str) -> None:
    """Say of a version that still waits for what it waits now."""
    sql.later(REWORD, (waiting_for, node_run_id))
