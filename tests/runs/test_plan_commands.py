"""Plans on the command line: `node_act … --plan`, `--reuse`, `--rerun`, `--seen`."""

import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from runs.models import Run
from runs.transitions import acts
from tests.runs.conftest import StartRun
from tests.runs.engine import drain, statuses, turn
from tests.runs.graphs import giving

pytestmark = pytest.mark.django_db
BEFORE = "a1:waiting/done b1:done c1:done d1:done"


@pytest.fixture
def run(start: StartRun, builder: User) -> Run:
    """A run that was done; its first node was reopened and gave the same again."""
    graph = "a → b → d; a → c"
    run = start(graph, node_type="task", nodes=giving(graph))
    drain(run, out="1")
    acts.say(run.pk, "a", 1, by=builder.pk, text="Are you sure?")
    turn(run, "a", out="1")
    assert statuses(run) == BEFORE
    return run


def call(run: Run, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Act on node a with --json; the exit code and the document."""
    out = io.StringIO()
    try:
        call_command(
            "node_act", run.public_id, "a", *arguments, "--user", "builder", "--json", stdout=out, stderr=io.StringIO()
        )
    except CommandError as exc:
        return exc.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_plan_is_printed_and_nothing_done(run: Run) -> None:
    code, document = call(run, "done", "--plan", "--rerun", "b")
    assert code == 0
    assert {row["node"]: row["fate"] for row in document["nodes"]} == {"b": "again", "c": "reused", "d": "again"}
    assert (document["act"], document["node"], document["version"], len(document["plan"])) == ("done", "a", 1, 64)
    assert document["expected"]["no_history"] == [] and document["effects"] == []
    assert statuses(run) == BEFORE


@pytest.mark.parametrize(
    ("choice", "after"),
    [
        ((), "a1:done b1:done c1:done d1:done"),
        (("--rerun", "b"), "a1:done b2:queued c1:done d2:pending"),
        (("--reuse", "b, d"), "a1:done b1:done c2:queued d1:done"),
        (("--reuse", ""), "a1:done b2:queued c2:queued d2:pending"),
    ],
)
def test_choice_is_done(run: Run, choice: tuple[str, ...], after: str) -> None:
    assert call(run, "done", *choice)[0] == 0
    assert statuses(run) == after


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("done", "--reuse", "d"), 1, "nothing to choose about d"),
        (("done", "--rerun", "zebra"), 1, "nothing to choose about zebra"),
        (("done", "--seen", "0" * 64), 1, "has changed since you saw it"),
        (("stop", "--plan"), 2, "has no plan"),
        (("cancel", "--rerun", "b"), 2, "has no plan"),
        (("done", "--node-version", "7"), 2, "has no version 7"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    run: Run, arguments: tuple[str, ...], code: int, error: str
) -> None:
    answered, document = call(run, *arguments)
    assert answered == code
    assert error in document["error"]
    assert statuses(run) == BEFORE


def test_plan_for_people_is_a_line_for_each_node(run: Run) -> None:
    out = io.StringIO()
    call_command("node_act", run.public_id, "a", "restart", "--plan", "--user", "builder", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "restart a v1"
    assert "  b v1  later: unless its inputs come out the same: out of A" in lines
