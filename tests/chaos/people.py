"""A person at the web pages: starts runs, talks, accepts, restarts, cancels, whatever the web process goes through."""

import contextlib
import hashlib
import random
import threading
import time
from typing import Any

import httpx2
import psycopg

from tests.chaos.system import Database, Seeded
from tests.processes.aime_harness import Aime

TOKEN = "c" * 32
TRY_S = 180.0
OUTPUTS = "SELECT name, sha256 FROM runs_outputvalue WHERE node_run_id = %s AND is_current ORDER BY name"
TALKING = """
SELECT r.public_id, n.id, n.key, n.number, n.status, n.waiting_for, n.accepted_at IS NOT NULL, n.node_type
FROM runs_noderun n JOIN runs_run r ON r.id = n.run_id JOIN workflows_workflowversion v ON v.id = r.version_id
JOIN workflows_workflow w ON w.id = v.workflow_id
WHERE w.slug = %s AND n.is_latest AND n.status <> 'pending' ORDER BY n.id
"""


class Person:
    """Somebody who is signed in. Requests wait for a web process that is being replaced."""

    def __init__(self, aime: Aime, seeded: Seeded, name: str = "builder") -> None:
        self._base = f"http://127.0.0.1:{aime.port}"
        self._cookies = {"sessionid": seeded.sessions[name], "csrftoken": TOKEN}

    def post(self, path: str, data: dict[str, Any] | None = None) -> int:
        """Post a form once; gives the status, 0 when no answer came (it may have been done or not)."""
        headers = {"X-CSRFToken": TOKEN}
        try:
            with httpx2.Client(base_url=self._base, cookies=self._cookies, timeout=10) as client:
                return client.post(f"/s/demo/{path}", data=data or {}, headers=headers).status_code
        except httpx2.HTTPError:
            return 0

    def insist(self, path: str, data: dict[str, Any] | None = None) -> int:
        """Post until it is answered by the application."""
        deadline = time.monotonic() + TRY_S
        while (status := self.post(path, data)) in (0, 500, 502, 503) and time.monotonic() < deadline:
            time.sleep(0.3)
        return status

    def start(self, slug: str) -> None:
        status = self.insist(f"workflows/{slug}/start/")
        assert status in (302, 409), f"starting {slug}: {status}"


class Talker(threading.Thread):
    """Goes through the nodes of the talk runs and does what their state allows, drawn by seed.

    With `calm` set it only brings the runs to an end: accepts what waits, tries again what stopped.
    """

    def __init__(self, person: Person, database: Database, slug: str, rng: random.Random, acts: int) -> None:
        super().__init__(name="talker", daemon=True)
        self._person, self._database, self._slug, self._rng, self._left = person, database, slug, rng, acts
        self.calm, self.ended = threading.Event(), threading.Event()
        self.done: dict[str, int] = {}

    def run(self) -> None:
        while not self.ended.wait(self._rng.uniform(0.2, 0.9)):
            with contextlib.suppress(psycopg.Error):
                self._look()
        self._database.close()

    def _look(self) -> None:
        nodes = self._database.rows(TALKING, (self._slug,))
        if not nodes:
            return
        for node in nodes if self.calm.is_set() else [self._rng.choice(nodes)]:
            verb = self._calm_verb(node) if self.calm.is_set() or self._left <= 0 else self._any_verb(node)
            if verb:
                self._act(verb, node)

    @staticmethod
    def _calm_verb(node: tuple[Any, ...]) -> str | None:
        status, waiting_for = node[4], node[5]
        if status in ("failed", "cancelled") or waiting_for == "stopped":
            return "retries"
        return {"confirm": "confirmations", "done": "completions"}.get(waiting_for)

    def _any_verb(self, node: tuple[Any, ...]) -> str | None:
        converses = node[7] == "task"
        match node[4]:
            case "waiting":
                return self._rng.choice(["say", "say", "restarts", self._calm_verb(node), self._calm_verb(node)])
            case "running" | "queued" | "retrying" if converses:
                return self._rng.choice([*[None] * 7, "stops", "cancellations", "restarts"])
            case "done" if converses:
                return self._rng.choice([None, None, None, "say", "restarts"])
            case "failed" | "cancelled" if converses:
                return self._rng.choice(["retries", "say", "restarts"])
        return None

    def _act(self, verb: str, node: tuple[Any, ...]) -> None:
        run, node_id, key, number = node[:4]
        data: dict[str, Any] = {"version": number}
        if verb in ("confirmations", "completions"):
            found = self._database.rows(OUTPUTS, (node_id,))
            joined = "\n".join(f"{name} {sha256}" for name, sha256 in found)
            data["outputs"] = hashlib.sha256(joined.encode()).hexdigest() if found else ""
        if verb == "say":
            data["text"] = "Once more, please. 再来一次 🙏"
        path = "messages/new" if verb == "say" else verb
        status = self._person.post(f"runs/{run}/nodes/{key}/{path}/", data)
        answer = "ok" if status in (200, 302) else str(status)
        self.done[f"{verb} {answer}"] = self.done.get(f"{verb} {answer}", 0) + 1
        if answer == "ok":
            self._left -= 1
