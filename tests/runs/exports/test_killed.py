"""The process that exports is killed when the file is outside and its record is not: one file, one row, nothing twice.

A real host process, the real model adapter on a scripted endpoint; the record is held up by a lock of the test.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from runs.models import Attempt, SideEffect, ToolCall
from runs.recovery import recover_once
from tests.fakes.endpoint import Endpoint, Reply, chunk, text
from tests.processes.queue_harness import ROOT, database_url, wait_until
from tests.runs.conftest import StartRun
from tests.runs.engine import assert_sound, attempt_of, statuses

pytestmark = pytest.mark.django_db(transaction=True)
PROCESS = """
import asyncio, sys, django
from pathlib import Path
django.setup()
from django.conf import settings
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
settings.AIME_MODEL = {**settings.AIME_MODEL, "base_url": sys.argv[2], "api_key": "x", "name": "scripted"}
settings.AIME_EXPORT_DIR = Path(sys.argv[3])
"""
HOST = """
from runs.crew import Crew
from runs.transitions.claiming import claim
async def work():
    crew = Crew()
    crew.open()
    for job in (await crew.desk.db(claim, crew.id, free=1, lease_s=60, max_parallel=0)).jobs:
        crew.start(job)
    await crew.wait_idle()
asyncio.run(work())
"""
WORKER = """
from runs.tasks import execute_attempt
execute_attempt(int(sys.argv[4]))
"""
EXPIRE = "UPDATE runs_attempt SET lease_expires_at = now() - interval '1 minute' WHERE status = 'running'"
WAITING = "SELECT pid FROM pg_locks WHERE relation = 'runs_sideeffect'::regclass AND NOT granted"


def calls(call_id: str, name: str, arguments: dict[str, str]) -> Reply:
    function = {"name": name, "arguments": json.dumps(arguments)}
    delta = {"tool_calls": [{"index": 0, "id": call_id, "type": "function", "function": function}]}
    return Reply([chunk(delta), chunk(finish="tool_calls"), b"data: [DONE]\n\n"])


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A scripted model server in a thread of its own."""
    server, loop, ready = Endpoint(), asyncio.new_event_loop(), threading.Event()

    async def serve() -> None:
        async with server:
            ready.set()
            await ended.wait()

    ended = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    yield server
    loop.call_soon_threadsafe(ended.set)
    thread.join()
    loop.close()


def arguments(code: str, *rest: Any) -> list[str]:
    return [sys.executable, "-c", PROCESS + code, str(connection.settings_dict["NAME"]), *map(str, rest)]


def environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}


def test_host_killed_between_the_file_and_its_record_exports_once(
    start: StartRun, endpoint: Endpoint, tmp_path: Path
) -> None:
    run = start("a", node_type="task", nodes={"a": {"tools": ["files", "exports"]}})
    endpoint.replies = [
        calls("c1", "files_write", {"name": "design.md", "content": "# 设计"}),
        calls("c2", "exports_write", {"name": "design.md"}),
        Reply(text("Done.")),
    ]
    outside = tmp_path / "exports"
    outside.mkdir()
    place = outside / "engine" / run.public_id / "a-v1" / "design.md"
    with psycopg.connect(database_url()) as record:
        record.execute("LOCK TABLE runs_sideeffect IN EXCLUSIVE MODE")
        host = subprocess.Popen(arguments(HOST, endpoint.base_url, outside), cwd=ROOT, env=environment())
        try:
            assert wait_until(place.exists, 120), "the file came outside"
            assert wait_until(lambda: record.execute(WAITING).fetchall(), 120), "its record waits"
            host.send_signal(signal.SIGKILL)
        finally:
            host.kill()
            host.wait()
        record.execute(f"SELECT pg_terminate_backend(pid) FROM ({WAITING}) AS waiting")  # nobody is left to commit
    assert SideEffect.objects.count() == 0
    assert ToolCall.objects.get(call_id="c2").status == "running"
    written = place.stat().st_mtime_ns

    with connection.cursor() as cursor:
        cursor.execute(EXPIRE)
    assert recover_once() == 1
    second = attempt_of(run, "a")
    for _delivery in range(2):  # the second one finds nothing to do
        ended = subprocess.run(arguments(WORKER, endpoint.base_url, outside, second.pk), cwd=ROOT, env=environment(),
                               timeout=300, text=True, capture_output=True)  # fmt: skip
        assert ended.returncode == 0, ended.stderr
    assert statuses(run) == "a1:done"
    assert [path for path in outside.rglob("*") if path.is_file()] == [place]
    assert (place.read_text(), place.stat().st_mtime_ns) == ("# 设计", written)
    row = SideEffect.objects.get()
    assert (row.attempt, row.target) == (second, f"engine/{run.public_id}/a-v1/design.md")
    told = [m["content"] for m in endpoint.bodies[-1]["messages"] if m["role"] == "tool"]
    assert told[-1] == row.result == f"Exported design.md (8 bytes) to {row.target}."
    assert [a.status for a in Attempt.objects.order_by("number")] == ["lost", "succeeded"]
    assert_sound(run)
