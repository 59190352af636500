"""The installation under test: a real `manage.py supervise`, llmock as its model, and a look into its database."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psycopg
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Match, Reply
from llmock.testing import LLMockServer

from aime_project import data_dir as places
from tests.processes.aime_harness import Aime
from tests.processes.queue_harness import ROOT, wait_until

SETTINGS = "tests.process_settings"


class TalkingModel:
    """llmock with one answer for each model name."""

    def __init__(self, stories: dict[str, str], *, pace_ms: int) -> None:
        self._server = LLMockServer()
        self._stories, self._pace_ms = stories, pace_ms

    def __enter__(self) -> Self:
        self._server.start()
        mock = LLMock(self._server).reset().tool_mode("off").pace(self._pace_ms)
        for name, text in self._stories.items():
            mock.add(Reply(text=text, times=None, match=Match(model=name)))
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.stop()

    def env(self) -> dict[str, str]:
        """Point an installation at it."""
        name = next(iter(self._stories))
        return {"OPENAI_BASE_URL": self._server.base_url("openai"), "OPENAI_API_KEY": "none", "AIME_MODEL": name}


@dataclass
class Database:
    """A connection that comes back after every restart of the server."""

    data_dir: Path
    _connection: psycopg.Connection[Any] | None = field(default=None, init=False)

    def rows(self, query: Any, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Execute one statement; raises psycopg.Error while the server is away."""
        try:
            if self._connection is None or self._connection.closed:
                address = places.database_address(self.data_dir)
                info = f"host={address.socket_dir} user={address.user} dbname={address.name} connect_timeout=5"
                self._connection = psycopg.connect(info, autocommit=True)
            cursor = self._connection.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error:
            self.close()
            raise

    def patient_rows(
        self, query: Any, parameters: Sequence[Any] = (), *, timeout_s: float = 120
    ) -> list[tuple[Any, ...]]:
        """The same, waiting for a server that is away. Only for statements that may be repeated."""
        found: list[list[tuple[Any, ...]]] = []

        def answered() -> bool:
            try:
                found.append(self.rows(query, parameters))
            except psycopg.Error:
                return False
            return True

        assert wait_until(answered, timeout_s), "the database did not come back"
        return found[0]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


@dataclass(frozen=True)
class Seeded:
    """`slugs`: lower-case workflow name → slug; `sessions`: user name → session key."""

    slugs: dict[str, str]
    sessions: dict[str, str]


def seed_system(aime: Aime, documents: list[dict[str, Any]]) -> Seeded:
    """Publish workflows in the demo space and sign everybody in."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.chaos.seeding"],
        cwd=ROOT,
        env=aime.env(),
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    return Seeded(**json.loads(result.stdout.splitlines()[-1]))


def hosts_up(database: Database, number: int = 2) -> bool:
    """Say whether all hosts beat."""
    query = "SELECT count(*) FROM runs_host WHERE state = 'up' AND heartbeat_at > clock_timestamp() - interval '4 s'"
    try:
        return bool(database.rows(query)[0][0] == number)
    except psycopg.Error:
        return False
