"""Liveness and readiness, for probes, `make run` and people.

`/health` says that the web process answers, and touches nothing else. `/health/ready` answers 200 when a run can be
worked on, else 503 naming what is missing. Open to everybody, so no address, key or name is in it. Ages are by the
database's clock.
"""

from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aime_project import model_probe

STALE_S = 10.0  # hosts and the supervisor beat every 2 s
_AGES = """
    SELECT extract(epoch FROM clock - (SELECT max(heartbeat_at) FROM runs_host WHERE state = 'up'))::float,
           extract(epoch FROM clock - (SELECT max(beat_at) FROM runs_heartbeat WHERE name = 'supervisor'))::float,
           extract(epoch FROM clock - (SELECT min(queued_at) FROM runs_attempt WHERE status = 'queued'))::float
      FROM clock_timestamp() AS clock
"""


class Condition(NamedTuple):
    """One thing that has to work: its problem, or nothing."""

    name: str
    problem: str = ""


@require_safe
@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    """Say that this process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """Say whether runs can be worked on, else what is missing."""
    conditions, ages = _database()
    conditions.append(Condition("model", model_probe.problem(settings.AIME_MODEL)))
    missing = [f"{condition.name}: {condition.problem}" for condition in conditions if condition.problem]
    report = {"status": "not ready" if missing else "ready", "missing": missing, "age_s": ages}
    return JsonResponse(report, status=503 if missing else 200)


def _database() -> tuple[list[Condition], dict[str, Any]]:
    """Look at the database, and in it at the heartbeats and the oldest queued attempt."""
    try:
        if not migrations_are_applied():
            return [Condition("database", "migrations are not applied: run `manage.py migrate`")], {}
        with connection.cursor() as cursor:
            cursor.execute(_AGES)
            host_s, supervisor_s, queued_s = cursor.fetchone()
    except DatabaseError:
        return [Condition("database", "does not answer")], {}
    ages = {"host": host_s, "supervisor": supervisor_s, "oldest_queued_attempt": queued_s}
    return [_beat("queue hosts", host_s), _beat("supervisor", supervisor_s)], ages


def _beat(name: str, age_s: float | None) -> Condition:
    if age_s is None:
        return Condition(name, "not running")
    return Condition(name, f"no heartbeat for {age_s:.0f} s" if age_s > STALE_S else "")


_applied = {"seen": False}


def migrations_are_applied() -> bool:
    """Say whether the database has every table; once true, it stays so for the life of this process."""
    if not _applied["seen"]:
        executor = MigrationExecutor(connection)
        _applied["seen"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _applied["seen"]
