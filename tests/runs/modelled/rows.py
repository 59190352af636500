"""All rows of one run at one moment, in one query, and the same facts as a model tells them."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connection

from runs.staleness import stale_inputs
from tests.runs.modelled.model import Model
from tests.runs.modelled.script import LETTERS

Rows = dict[int, dict[str, Any]]
CONTENTS = {sha256(letter.encode()).hexdigest(): letter for letter in LETTERS}
ACCEPTED = {sha256(f"out {digest}".encode()).hexdigest(): letter for digest, letter in CONTENTS.items()}

LOOK = """
SELECT r.status, s.seq,
  (SELECT json_agg(to_jsonb(n) ORDER BY n.id) FROM runs_noderun n WHERE n.run_id = r.id),
  (SELECT json_agg(to_jsonb(a) ORDER BY a.id) FROM runs_attempt a JOIN runs_noderun n ON n.id = a.node_run_id
   WHERE n.run_id = r.id),
  (SELECT json_agg(to_jsonb(m) ORDER BY m.id) FROM runs_message m JOIN runs_noderun n ON n.id = m.node_run_id
   WHERE n.run_id = r.id),
  (SELECT json_agg(to_jsonb(o) ORDER BY o.id) FROM runs_outputvalue o JOIN runs_noderun n ON n.id = o.node_run_id
   WHERE n.run_id = r.id),
  (SELECT json_agg(to_jsonb(u) ORDER BY u.id) FROM runs_reuse u JOIN runs_noderun n ON n.id = u.node_run_id
   WHERE n.run_id = r.id),
  (SELECT json_agg(to_jsonb(t) ORDER BY t.id) FROM runs_notification t WHERE t.run_id = r.id),
  (SELECT json_build_array(count(*), max(e.seq)) FROM runs_runevent e WHERE e.run_id = r.id),
  (SELECT count(*) FROM runs_messagedelta d WHERE d.run_id = r.id),
  (SELECT json_object_agg(key, seq) FROM (
     SELECT n.key, max(e.seq) AS seq FROM runs_runevent e JOIN runs_noderun n ON n.id = e.node_run_id
     WHERE e.run_id = r.id AND e.kind = 'node.status' AND e.data->>'status' = 'done' GROUP BY n.key) AS ended),
  (SELECT json_agg(to_jsonb(f) ORDER BY f.id) FROM runs_artifact f JOIN runs_noderun n ON n.id = f.node_run_id
   WHERE n.run_id = r.id),
  (SELECT json_agg(to_jsonb(x) ORDER BY x.id) FROM runs_sideeffect x JOIN runs_noderun n ON n.id = x.node_run_id
   WHERE n.run_id = r.id),
  EXISTS (SELECT FROM workflows_executorconsent c JOIN workflows_workflowversion w ON w.workflow_id = c.workflow_id
          WHERE w.id = r.version_id AND c.revoked_at IS NULL), r.initiator_id
FROM runs_run r JOIN runs_runsequence s ON s.run_id = r.id WHERE r.id = %s
"""


@dataclass(frozen=True)
class Picture:
    """The rows, each by its id. `events`, `deltas`: how many there are; `last`: the last number given out.

    `done_at`: node → the number of the last event that said it is done. `consented`: the executor lets nodes run.
    """

    status: str
    last: int
    nodes: Rows
    attempts: Rows
    messages: Rows
    outputs: Rows
    reuses: Rows
    notices: Rows
    files: Rows
    effects: Rows
    consented: bool
    initiator: int
    events: int
    deltas: int
    done_at: dict[str, int]

    def latest(self) -> dict[str, dict[str, Any]]:
        return {row["key"]: row for row in self.nodes.values() if row["is_latest"]}

    def attempts_of(self, node_id: int) -> list[dict[str, Any]]:
        return [row for row in self.attempts.values() if row["node_run_id"] == node_id]

    def output_of(self, node_id: int) -> str | None:
        current = self.current_output(node_id)
        return CONTENTS.get(current["sha256"], "?") if current else None

    def current_output(self, node_id: int) -> dict[str, Any] | None:
        current = (o for o in self.outputs.values() if o["node_run_id"] == node_id and o["is_current"])
        return next(current, None)

    def of(self, name: str, node_id: int) -> list[dict[str, Any]]:
        """Give the rows of a table that belong to a node version, the oldest first."""
        return [row for row in getattr(self, name).values() if row["node_run_id"] == node_id]


def look(run_id: int) -> Picture:
    """Read everything of a run."""
    found = connection.connection.execute(LOOK, (run_id,), prepare=True).fetchone()
    status, last, nodes, attempts, messages, outputs, reuses, notices, events, deltas, done_at, *more = found
    files, effects, consented, initiator = more
    tables = (nodes, attempts, messages, outputs, reuses, notices, files, effects)
    by_id: list[Rows] = [{row["id"]: row for row in rows or ()} for rows in tables]
    return Picture(
        status, last, *by_id, consented=consented, initiator=initiator, events=events[0], deltas=deltas,
        done_at=done_at or {},
    )  # fmt: skip


Facts = dict[str, Any]


def told_by_rows(picture: Picture) -> Facts:
    """Tell the state of a run from its rows, as `told_by_model` does from a model."""
    facts: Facts = {"run": picture.status, "consented": picture.consented}
    for row in picture.nodes.values():
        questions = [m for m in picture.of("messages", row["id"]) if m["role"] == "user"]
        current = picture.current_output(row["id"])
        facts[f"{row['key']} v{row['number']}"] = {
            "status": row["status"], "waiting_for": row["waiting_for"], "accepted": row["accepted_at"] is not None,
            "output": picture.output_of(row["id"]), "questions": len(questions),
            "given": {entry["source"].split(".")[0]: CONTENTS.get(entry["sha256"]) for entry in row["inputs"].values()},
            "attempts": [a["status"] for a in picture.attempts_of(row["id"])],
            "kept": len(picture.of("reuses", row["id"])),
            "chosen": current is not None and current["chosen_by_id"] is not None,
            "took": ACCEPTED.get(row["accepted_sha256"]),
            "left": [n for n, m in enumerate(questions, 1) if m["superseded_by_id"] is not None],
            "files": [CONTENTS.get(artifact["sha256"], "?") for artifact in picture.of("files", row["id"])],
            "effects": sorted(effect["key"] for effect in picture.of("effects", row["id"])),
        }  # fmt: skip
    return facts | {"stale": _stale(picture)}


def told_by_model(model: Model) -> Facts:
    """Tell the state of a run that the rules demand."""
    facts: Facts = {"run": model.verdict, "consented": model.consented}
    for key, versions in model.versions.items():
        for version in versions:
            facts[f"{key} v{version.number}"] = {
                "status": version.status, "waiting_for": version.waiting_for, "accepted": version.accepted,
                "output": version.output, "questions": version.questions, "given": version.given,
                "attempts": [one.status for one in version.tries], "kept": version.kept, "chosen": version.chosen,
                "took": version.took, "left": sorted(version.left), "files": list(version.files),
                "effects": sorted(version.effects),
            }  # fmt: skip
    return facts | {"stale": sorted(model.stale())}


def _stale(picture: Picture) -> list[str]:
    latest = picture.latest()
    keys = {row["id"]: key for key, row in latest.items()}
    current = {
        (keys[o["node_run_id"]], o["name"]): o["sha256"]
        for o in picture.outputs.values() if o["is_current"] and o["node_run_id"] in keys
    }  # fmt: skip
    return sorted(key for key, row in latest.items() if stale_inputs(row["inputs"], current))
