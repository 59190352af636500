"""A long history, written straight into the benchmark's own database: runs, ten node versions and attempts of each.

Nothing of it was ever run, so nothing of it is queued or running. Texts are drawn from a small stock of words of which
one is in every title, some are in few, and one in three; the rest is Chinese.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from runs.history.terms import search_text, terms
from spaces.ids import encode
from spaces.models import Membership, Space
from tests.factories import document_of, make_workflow
from workflows.models import WorkflowVersion

NODES = 10
TEMPLATES = 24
PEOPLE = 12
EVERY_S = 600
EVERYWHERE, RARE, NOWHERE, CHINESE = "release", "zebra", "quagmire", "发票"
STOCK = [
    "login", "export", "invoice", "payment", "search", "mobile", "cache", "登录", "导出", "支付", "性能", "报表",
    "接口", "迁移", "权限",
]  # fmt: skip
STATUSES = ("done",) * 180 + ("failed",) * 10 + ("cancelled",) * 7 + ("waiting",) * 3
RUN_COLUMNS = (
    "public_id, space_id, version_id, visibility, title, initiator_id, inputs, status, trigger, executor_ids, "
    "search_text, search_terms, started_at, finished_at, cancelled_by_id, cancelled_at"
)
HALF = NODES // 2  # the node at which what has not gone through stands
NODE_ROWS = f"""
INSERT INTO runs_noderun (run_id, key, number, is_latest, position, node_type, status, waiting_for, executor_id, inputs,
                          error_kind, error, error_detail, error_retryable, accepted_sha256, created_at, started_at,
                          finished_at)
SELECT id, 'n' || place, 1, true, place, 'noop', status, CASE status WHEN 'waiting' THEN 'confirm' ELSE '' END,
       executor, '{{}}', '', CASE status WHEN 'failed' THEN 'It broke.' ELSE '' END, '', false, '', started_at,
       CASE WHEN status <> 'pending' THEN started_at END, CASE WHEN status NOT IN ('pending', 'waiting') THEN ended END
FROM (
    SELECT r.id, place, r.executor_ids[1] AS executor, r.started_at, COALESCE(r.finished_at, r.started_at) AS ended,
           CASE WHEN r.status = 'done' OR place < {HALF} THEN 'done' WHEN place = {HALF} THEN r.status
                ELSE 'pending' END AS status
    FROM runs_run r, generate_series(0, {NODES - 1}) AS place WHERE r.version_id = ANY(%s)
) AS made
"""
ATTEMPT_ROWS = """
INSERT INTO runs_attempt (node_run_id, number, try_number, status, lane, quarantine, available_at, queued_at, woken_at,
                          started_at, finished_at, loss, error_kind, error, error_detail, input_tokens, output_tokens)
SELECT n.id, 1, 1, CASE n.status WHEN 'failed' THEN 'failed' WHEN 'cancelled' THEN 'cancelled' ELSE 'succeeded' END,
       'host', false, n.started_at, n.started_at, n.started_at, n.started_at, n.started_at, '', '', '', '',
       1000 + n.id %% 900, n.id %% 300
FROM runs_noderun n JOIN runs_run r ON r.id = n.run_id AND r.version_id = ANY(%s) WHERE n.status <> 'pending'
"""

SEQUENCES = "INSERT INTO runs_runsequence (run_id, seq) SELECT id, 0 FROM runs_run WHERE version_id = ANY(%s)"


def write_history(space: Space, owner: User, count: int) -> None:
    """Write `count` runs of a space, the newest one now. Foreign keys are not checked: all of them are right."""
    people = [owner, *(_member(space, number) for number in range(PEOPLE - 1))]
    graph = " → ".join(f"n{place}" for place in range(NODES))
    flows = [
        make_workflow(document_of(graph, node_type="noop"), space=space, owner=owner, slug=f"history-{number}")
        for number in range(TEMPLATES)
    ]
    versions = list(WorkflowVersion.objects.filter(workflow__in=flows).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DROP INDEX run_search")
        with cursor.copy(f"COPY runs_run ({RUN_COLUMNS}) FROM STDIN") as copy:
            for row in _runs(space.pk, [person.pk for person in people], versions, count):
                copy.write_row(row)
        cursor.execute("CREATE INDEX run_search ON runs_run USING gin (search_terms)")  # at once is faster
        cursor.execute(SEQUENCES, [versions])
        cursor.execute(NODE_ROWS, [versions])
        cursor.execute(ATTEMPT_ROWS, [versions])
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM (ANALYZE) runs_run, runs_noderun, runs_attempt, runs_runsequence")


def _member(space: Space, number: int) -> User:
    user = User.objects.create_user(f"colleague{number}")
    Membership.objects.create(space=space, user=user, role="builder")
    return user


def _runs(space_id: int, people: list[int], versions: list[int], count: int) -> Iterator[tuple[Any, ...]]:
    """Give the rows, oldest first; every hundredth is a personal one of somebody."""
    chance = random.Random(count)
    now = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(count):
        started = now - timedelta(seconds=EVERY_S * (count - number))
        ended = started + timedelta(seconds=chance.randrange(30, 4000))
        status = chance.choice(STATUSES)
        by = people[min(int(chance.expovariate(0.5)), len(people) - 1)]  # few start most
        inputs = {"n0": {"goal": {"type": "text", "value": _text(chance, number)}}}
        title = f"{EVERYWHERE} {number}: {' '.join(chance.sample(STOCK, 3))}"
        text = search_text(title, inputs)
        is_cancelled = status == "cancelled"
        yield (
            encode(int(started.timestamp() * 1000), chance.getrandbits(80)), space_id, chance.choice(versions),
            "personal" if number % 100 == 99 else "space", title, by, json.dumps(inputs), status, "manual",
            [chance.choice(people)], text, terms(text), started, None if status == "waiting" else ended,
            by if is_cancelled else None, ended if is_cancelled else None,
        )  # fmt: skip


def _text(chance: random.Random, number: int) -> str:
    """Write an input of some sentences; one in three names what is Chinese, one in a thousand what is rare."""
    words = chance.choices(STOCK, k=16)
    if number % 3 == 0:
        words.insert(3, CHINESE)
    if number % 1000 == 500:
        words.insert(5, RARE)
    return " ".join(words)
