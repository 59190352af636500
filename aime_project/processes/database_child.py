"""The supervisor's view of the database: the embedded one as a child, or somebody else's server (`DATABASE_URL`)."""

import time

from django.conf import settings

from aime_project import data_dir as places
from aime_project.processes.embedded_postgres import EmbeddedPostgres
from aime_project.processes.instance import CannotStart
from aime_project.processes.postgres_errors import PostgresError
from aime_project.processes.terminal import Terminal

AGAIN_S = 5.0  # after a start that failed


class DatabaseChild:
    """Start, revive and stop the embedded database; do nothing where `DATABASE_URL` names a server."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._server = None if settings.DATABASE_URL else EmbeddedPostgres(settings.AIME_DATA_DIR)
        self._again_at = 0.0

    @property
    def pid(self) -> int | None:
        """Give the server's pid while it runs."""
        return self._server.pid if self._server and self._server.poll() is None else None

    @property
    def address(self) -> places.DatabaseAddress | None:
        """Say where the embedded database listens."""
        return self._server.address if self._server else None

    def start(self) -> None:
        """Start it and wait until it answers. Raises CannotStart."""
        if self._server is None:
            return
        if not places.postgres_cluster_dir(settings.AIME_DATA_DIR).exists():
            self._terminal.say("Making the embedded database (a few seconds, once)")
        began = time.monotonic()
        try:
            self._server.start()
        except PostgresError as error:
            raise CannotStart(str(error)) from error
        self._terminal.say(f"database: embedded PostgreSQL up in {time.monotonic() - began:.1f} s")

    def revive(self) -> None:
        """Start it again where it has ended."""
        if self._server is None or self._server.poll() is None or time.monotonic() < self._again_at:
            return
        self._terminal.say(f"database ended with {self._server.poll()}; starting it again")
        try:
            self.start()
        except CannotStart as error:
            self._terminal.say(str(error))
            self._again_at = time.monotonic() + AGAIN_S

    def stop(self) -> None:
        """Stop it; everything committed is kept."""
        if self._server is not None:
            self._server.stop()

    kill = stop  # a fast shutdown takes a tenth of a second and keeps the next start short
