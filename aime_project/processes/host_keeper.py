"""Keep one asyncio host in every slot, beat for the supervisor, and notice a queue that claims nothing.

Ages are by the database's clock. A host that is asked for twice is harmless: the second finds the slot taken.
"""

import platform
import time

import psutil
from django.conf import settings
from django.db import connection
from django_q.brokers import get_broker

from runs.queue import run_host_later

ASK_AGAIN_S = 5.0
STALL_S = 30.0
STALL_AGAIN_S = 60.0  # a queue that was just (re)started gets this long to claim something

BEAT = """
INSERT INTO runs_heartbeat (name, beat_at) VALUES ('supervisor', clock_timestamp())
ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at
"""
FRESH = """
SELECT slot FROM runs_host WHERE state = 'up' AND heartbeat_at >= clock_timestamp() - make_interval(secs => %s)
"""
OURS = "SELECT id, pid FROM runs_host WHERE state <> 'gone' AND machine = %s"
GONE = "UPDATE runs_host SET state = 'gone' WHERE id = ANY(%s)"
# Their leases end now instead of within AIME_LEASE_S; recovery finds them in its next pass.
EXPIRE = "UPDATE runs_attempt SET lease_expires_at = clock_timestamp() WHERE host = ANY(%s) AND status = 'running'"
# Either no host at all, or work that one could take, with room for it, and nothing was taken.
STALLED = """
SELECT (NOT EXISTS (SELECT 1 FROM runs_host WHERE heartbeat_at > clock_timestamp() - make_interval(secs => %(stall_s)s))
        AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => %(stall_s)s))
    OR (EXISTS (SELECT 1 FROM runs_attempt WHERE status = 'queued' AND lane = 'host'
                AND greatest(available_at, queued_at) < clock_timestamp() - make_interval(secs => %(stall_s)s)
                AND (message_id IS NULL OR %(model_up)s AND (%(limit)s = 0 OR %(limit)s >
                     (SELECT count(*) FROM runs_attempt WHERE status = 'running' AND message_id IS NOT NULL))))
        AND (SELECT count(*) FROM runs_attempt WHERE status = 'running') < %(slots)s
        AND NOT EXISTS (SELECT 1 FROM runs_attempt
                        WHERE started_at > clock_timestamp() - make_interval(secs => %(stall_s)s)))
"""


def beat() -> None:
    """Say that the supervisor's loops run."""
    with connection.cursor() as cursor:
        cursor.execute(BEAT)


def bury_hosts() -> int:
    """Note that hosts of this machine whose process has ended are gone; give their number.

    Only a shortcut: without it the slot and the leases come free when their time is over. A wrong guess (two machines
    of one name) costs a lost attempt and is fenced.
    """
    with connection.cursor() as cursor:
        cursor.execute(OURS, [platform.node()[:200]])
        dead = [host for host, pid in cursor.fetchall() if not psutil.pid_exists(pid)]
        if dead:
            cursor.execute(GONE, [dead])
            cursor.execute(EXPIRE, [dead])
    return len(dead)


class HostKeeper:
    """Asks for the hosts that are missing."""

    def __init__(self) -> None:
        self._asked_at: dict[int, float] = {}
        self._queue_started = True

    def queue_started(self) -> None:
        """Hear that the queue was started (anew): what was asked before may be gone with it. Called from anywhere."""
        self._queue_started = True

    def keep(self) -> None:
        """Ask for a host in each slot that has no fresh one, unless the queue still holds what was asked for."""
        if self._queue_started:
            self._queue_started = False
            bury_hosts()
            self._asked_at.clear()
        with connection.cursor() as cursor:
            cursor.execute(FRESH, [settings.AIME_LEASE_S])
            fresh = {slot for (slot,) in cursor.fetchall()}
        now = time.monotonic()
        missing = [slot for slot in range(settings.AIME_HOSTS) if slot not in fresh]
        due = [slot for slot in missing if now - self._asked_at.get(slot, -ASK_AGAIN_S) >= ASK_AGAIN_S]
        if not due or get_broker().queue_size() > 2 * settings.AIME_HOSTS:
            return
        for slot in due:
            run_host_later(slot)
            self._asked_at[slot] = now


class StallWatch:
    """Says when attempts that a host could claim have waited for long and nothing was claimed meanwhile."""

    def __init__(self) -> None:
        self._quiet_until = 0.0
        self.queue_started()

    def queue_started(self) -> None:
        """Give a queue that was just (re)started time to begin."""
        self._quiet_until = time.monotonic() + STALL_AGAIN_S

    def is_stalled(self, *, model_up: bool) -> bool:
        """Look at hosts and attempts; model calls may wait for a model that is not up."""
        if time.monotonic() < self._quiet_until:
            return False
        with connection.cursor() as cursor:
            slots = settings.AIME_HOSTS * settings.AIME_HOST_SLOTS
            limit = settings.AIME_MODEL["max_parallel"]
            cursor.execute(STALLED, {"stall_s": STALL_S, "limit": limit, "slots": slots, "model_up": model_up})
            return bool(cursor.fetchone()[0])
