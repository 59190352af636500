"""The verdict of chaos can fail: each rule against rows that break it. Constraints against such rows are dropped."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from runs.models import Attempt, Message, NodeRun, Run
from runs.transitions import acts
from tests.chaos import plan, verdict
from tests.factories import make_run, make_space, make_workflow
from tests.runs.turns import answer, take

pytestmark = pytest.mark.django_db

PAPER = {"outputs": [{"name": "paper", "type": "file", "description": "d"}], "model": "story-1"}


def rows(query: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            cursor.execute(statement.replace("%", "%%"), [])


@pytest.fixture
def run(builder: User) -> Run:
    """a → b, both done; c was never reached."""
    workflow = make_workflow("a → b → c", space=make_space(builder=builder), owner=builder)
    run = make_run(workflow)
    answer(run, "a")
    answer(run, "b")
    answer(run, "c")
    return run


def judge() -> set[str]:
    return set(verdict.problems(rows))


def test_good_rows_break_no_rule(run: Run) -> None:
    assert verdict.problems(rows) == {}


SECOND_SUCCESS = """
INSERT INTO runs_attempt (node_run_id, number, message_id, try_number, status, lane, quarantine, available_at,
                          queued_at, woken_at, started_at, finished_at, loss, error_kind, error, error_detail,
                          input_tokens, output_tokens)
SELECT node_run_id, 2, message_id, 1, status, lane, false, now(), now(), now(), now(), now(), '', '', '', '', 0, 0
FROM runs_attempt ORDER BY id LIMIT 1
"""
FIRST_ANSWER = "id = (SELECT min(id) FROM runs_message WHERE role = 'assistant')"
A_DONE = "data->>'n' = 'a' AND data->>'status' = 'done'"
BREAKS: dict[str, list[str]] = {
    "one success per turn at most": [
        "ALTER TABLE runs_attempt DROP CONSTRAINT IF EXISTS attempt_one_success_per_message",
        "DROP INDEX IF EXISTS attempt_one_success_per_message",
        SECOND_SUCCESS,
    ],
    "one success per turn at least": [
        "UPDATE runs_attempt SET status = 'cancelled' WHERE id = (SELECT min(id) FROM runs_attempt)"
    ],
    "one whole answer per successful turn": [f"UPDATE runs_message SET status = 'interrupted' WHERE {FIRST_ANSWER}"],
    "no event number missing": ["DELETE FROM runs_runevent WHERE seq = 3"],
    "no event number doubled": [
        "ALTER TABLE runs_runevent DROP CONSTRAINT event_number_unique",
        "UPDATE runs_runevent SET seq = 3 WHERE seq = 4",
    ],
    "no event number beyond the counter": ["UPDATE runs_runsequence SET seq = seq - 1"],
    "predecessors are done before a node version starts": [
        f"""UPDATE runs_runevent SET data = data || '{{"status": "waiting"}}' WHERE {A_DONE}"""
    ],
    "no run is stuck": ["UPDATE runs_run SET status = 'running', finished_at = NULL"],
    "a finished run has no open node": [
        "UPDATE runs_noderun SET status = 'pending', finished_at = NULL WHERE key = 'c'"
    ],
    "an event tells each node version's status": ["DELETE FROM runs_runevent WHERE data->>'n' = 'c'"],
    "nothing runs in silence": ["UPDATE runs_noderun SET status = 'running', finished_at = NULL WHERE key = 'c'"],
}


@pytest.mark.parametrize("rule", BREAKS)
def test_broken_rows_break_their_rule(run: Run, rule: str) -> None:
    execute(*BREAKS[rule])
    assert rule in judge()


def test_node_without_conversation_that_succeeded_twice_is_found(builder: User) -> None:
    run = make_run(make_workflow("a", node_type="noop", space=make_space(builder=builder), owner=builder))
    node = NodeRun.objects.get(run=run)
    assert "one success per node version without conversation" not in judge()
    for number in (2, 3):
        Attempt.objects.create(node_run=node, number=number, status="succeeded", finished_at=node.created_at)
    assert "one success per node version without conversation" in judge()


def test_start_after_the_cancel_is_found_by_time_and_by_event(builder: User) -> None:
    run = make_run(make_workflow("a → b", space=make_space(builder=builder), owner=builder))
    take(run, "a")
    acts.cancel_run(run.pk, by=builder.pk)
    rule = "nothing starts after a cancel"
    assert rule not in judge()
    execute("UPDATE runs_attempt SET started_at = now() + interval '1 s'")
    assert len(verdict.problems(rows)[rule]) == 1
    execute(
        "UPDATE runs_runsequence SET seq = seq + 1",
        "INSERT INTO runs_runevent (run_id, seq, kind, data, created_at) SELECT run_id, seq, 'node.status',"
        ' \'{"n": "b", "status": "queued"}\', now() FROM runs_runsequence',
    )
    assert len(verdict.problems(rows)[rule]) == 2


def test_attempt_without_heartbeat_is_found(builder: User) -> None:
    run = make_run(make_workflow("a", space=make_space(builder=builder), owner=builder))
    take(run, "a")
    assert not verdict.silent(rows)
    execute("UPDATE runs_attempt SET heartbeat_at = now() - interval '61 s'")
    assert verdict.silent(rows)


@pytest.fixture
def story_run(builder: User) -> Run:
    document = {"nodes": {"a": PAPER}}
    return make_run(make_workflow("a", space=make_space(builder=builder), owner=builder, **document))


@pytest.mark.parametrize(
    ("status", "change", "is_wrong"),
    [
        ("complete", lambda text: text, False),
        ("complete", lambda text: text[:-1], True),
        ("complete", lambda text: text + text[-1], True),
        ("interrupted", lambda text: text[:40], False),
        ("interrupted", lambda text: text[:40] + text[38:60], True),
    ],
)
def test_text_is_compared_with_what_the_model_says(
    story_run: Run, status: str, change: Callable[[str], str], is_wrong: bool
) -> None:
    stories = plan.stories()
    answer(story_run, "a", change(stories["story-1"]))
    Message.objects.filter(role="assistant").update(status=status)
    assert bool(verdict.wrong_texts(rows, stories)) == is_wrong


def test_missing_output_is_found(story_run: Run) -> None:
    answer(story_run, "a", "text")
    NodeRun.objects.update(status="done")
    assert "a done node has each output once, with the answer's bytes" in judge()


@pytest.mark.parametrize("status", ["done", "failed"])
def test_poison_is_judged(builder: User, status: str) -> None:
    assert verdict.poison_problems(rows, same_host=False) == ["there is no poison run"]
    make_run(make_workflow(plan.poison(), space=make_space(builder=builder), owner=builder))
    NodeRun.objects.update(status="done", finished_at="2026-01-01T00:00:00Z")
    error = "Its process died 3 times while it ran alone; the last reason: its process ended by SIGKILL."
    NodeRun.objects.filter(key="deadly").update(status=status, error=error)
    deadly = NodeRun.objects.get(key="deadly")
    for number in (2, 3, 4):
        values = {"status": "lost", "loss": "death", "quarantine": True, "finished_at": deadly.created_at}
        Attempt.objects.create(node_run=deadly, number=number, **values)
    assert bool(verdict.poison_problems(rows, same_host=True)) == (status == "done")
    if status == "failed":
        NodeRun.objects.filter(key="innocent7").update(status="failed", error="It died too.")
        assert verdict.poison_problems(rows, same_host=False) == ["innocent7 is failed: 'It died too.'"]
