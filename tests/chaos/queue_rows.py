"""Queue messages that come twice or never: rows of the queue's table are copied and deleted behind its back."""

import contextlib
import random
import threading

import psycopg

from tests.chaos.system import Database

LOOK_S = 0.03
PRESENT = "SELECT id, key, payload FROM django_q_ormq ORDER BY id"
COPY = "INSERT INTO django_q_ormq (key, payload, lock) VALUES (%s, %s, clock_timestamp()) RETURNING id"
DELETE = "DELETE FROM django_q_ormq WHERE id = %s RETURNING id"


class Meddler(threading.Thread):
    """Sees the rows as they come; delivers some again (also long after they were done), lets some vanish."""

    def __init__(
        self, database: Database, rng: random.Random, *, duplicates: int, deletes: int, every_s: float
    ) -> None:
        super().__init__(name="meddler", daemon=True)
        self._database, self._rng, self._every_s = database, rng, every_s
        self._wanted = [*["duplicate"] * duplicates, *["delete"] * deletes]
        rng.shuffle(self._wanted)
        self._seen: dict[str, str] = {}  # payload → key
        self.counts = {"duplicate": 0, "delete": 0}
        self.ended = threading.Event()

    @property
    def left(self) -> int:
        return len(self._wanted)

    def run(self) -> None:
        waited = 0.0
        while self._wanted and not self.ended.wait(LOOK_S):
            waited += LOOK_S
            with contextlib.suppress(psycopg.Error):
                rows = self._database.rows(PRESENT)
                self._seen |= {payload: key for _id, key, payload in rows}
                if waited > self._every_s and self._do(self._wanted[0], [row[0] for row in rows]):
                    self.counts[self._wanted.pop(0)] += 1
                    waited = self._rng.uniform(0, self._every_s)
        self._database.close()

    def _do(self, what: str, ids: list[int]) -> bool:
        if what == "delete":
            return bool(ids) and bool(self._database.rows(DELETE, (self._rng.choice(ids),)))
        if not self._seen:
            return False
        payload = self._rng.choice(list(self._seen))
        return bool(self._database.rows(COPY, (self._seen[payload], payload)))
