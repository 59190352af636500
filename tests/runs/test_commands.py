"""start_run, show_run, node_act and cancel_run: documents, exit codes, waiting, and a database that is not there."""

import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connections

from runs.models import Attempt, Run
from spaces.models import Space
from tests.factories import make_run, make_space, make_workflow
from tests.processes.queue_harness import wait_until
from tests.runs.turns import answer, fail, status_of
from workflows.models import Workflow

ROOT = Path(__file__).resolve().parents[2]
INPUTS = [
    {"name": "goal", "type": "text", "ask": True},
    {"name": "spec", "type": "file", "ask": True, "required": False},
]


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


@pytest.fixture
def workflow(space: Space, builder: User) -> Workflow:
    nodes = {"a": {"inputs": INPUTS}}
    return make_workflow("a → b", space=space, owner=builder, slug="flow", confirm=["a"], nodes=nodes)


@pytest.fixture
def run(workflow: Workflow) -> Run:
    return make_run(workflow, inputs={"goal": "Build it"})


def call(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Call a command with --json; its exit code and its one document."""
    out = io.StringIO()
    try:
        call_command(*arguments, "--json", stdout=out, stderr=io.StringIO())
    except CommandError as exc:
        return exc.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def start(*arguments: str) -> tuple[int, dict[str, Any]]:
    return call("start_run", "flow", "--space", "demo", "--user", "builder", *arguments)


def act(run: Run, *arguments: str, user: str = "builder") -> tuple[int, dict[str, Any]]:
    return call("node_act", run.public_id, *arguments, "--user", user)


# --- start_run --------------------------------------------------------------------------------------------------------
def test_start_run_prints_the_run(workflow: Workflow) -> None:
    code, document = start("--input", "goal=做一个 a=b 页面")
    assert code == 0
    assert set(document) == {"id", "status", "template", "version", "initiator", "cost", "nodes"}
    assert (document["status"], document["template"], document["version"]) == ("running", "flow", 1)
    (node,) = document["nodes"]["a"]
    assert (node["status"], node["inputs"]["goal"]["value"]) == ("queued", "做一个 a=b 页面")


def test_input_from_a_file_is_text_or_upload_by_its_type(workflow: Workflow, tmp_path: Path) -> None:
    (tmp_path / "goal.txt").write_text("目标\n", encoding="utf-8")
    (tmp_path / "规格.bin").write_bytes(b"\xff\x00")
    code, document = start("--input", f"goal=@{tmp_path}/goal.txt", "--input", f"a.spec=@{tmp_path}/规格.bin")
    inputs = document["nodes"]["a"][0]["inputs"]
    assert (code, inputs["goal"]["value"], inputs["spec"]["value"]) == (0, "目标\n", None)
    assert Run.objects.get().inputs["a"]["spec"]["name"] == "规格.bin"


def test_value_that_begins_with_at_is_written_with_two(workflow: Workflow) -> None:
    assert start("--input", "goal=@@team: hello")[1]["nodes"]["a"][0]["inputs"]["goal"]["value"] == "@team: hello"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 1, "goal is required"),
        (("--input", "gaol=x"), 1, "did you mean “goal”"),
        (("--input", "goal=x", "--input", "spec=y"), 1, "spec must be a file"),
        (("--input", "goal"), 2, "NAME=VALUE"),
        (("--input", "goal=x", "--input", "goal=y"), 2, "given twice"),
        (("--input", "goal=@/does/not/exist"), 2, "cannot be read"),
        (("--input", "goal=x", "--input", "spec=@/does/not/exist"), 2, "cannot be read"),
    ],
)
def test_wrong_inputs_end_with_their_reason(
    workflow: Workflow, arguments: tuple[str, ...], code: int, words: str
) -> None:
    got, document = start(*arguments)
    assert (got, document["id"], document["nodes"]) == (code, None, {})
    assert words in document["error"]
    assert not Run.objects.exists()


def test_unknown_names_are_told_and_viewers_refused(workflow: Workflow) -> None:
    goal = ("--input", "goal=x")
    code, document = call("start_run", "flwo", "--space", "demo", "--user", "builder", *goal)
    assert (code, "flow" in document["error"]) == (2, True)
    assert call("start_run", "flow", "--space", "dmeo", "--user", "builder", *goal)[0] == 2
    assert call("start_run", "flow", "--space", "demo", "--user", "nobody", *goal)[0] == 2
    assert call("start_run", "flow", "--space", "demo", "--user", "viewer", *goal)[0] == 1


def test_unpublished_template_is_refused(workflow: Workflow) -> None:
    workflow.live_version = None
    workflow.save(update_fields=["live_version"])
    code, document = start("--input", "goal=x")
    assert (code, "not published" in document["error"]) == (1, True)


# --- waiting ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def later(transactional_db: None) -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Do something half a second after there is work, as a host would, on a connection of its own."""
    threads: list[threading.Thread] = []

    def do(work: Callable[[], Any]) -> None:
        def body() -> None:
            try:
                assert wait_until(Attempt.objects.filter(status="queued").exists, 120)
                time.sleep(0.5)  # the command has begun to wait, or it will find what was done
                work()
            finally:
                connections.close_all()

        threads.append(threading.Thread(target=body))
        threads[-1].start()

    yield do
    for thread in threads:
        thread.join()


def test_start_run_waits_until_a_person_is_needed(later: Any, workflow: Workflow) -> None:
    later(lambda: answer(Run.objects.get(), "a", "Here."))
    code, document = start("--input", "goal=x", "--wait", "120")
    assert (code, document["status"]) == (0, "waiting")
    assert document["nodes"]["a"][0]["messages"][-1]["text"] == "Here."


def test_start_run_that_failed_ends_with_one(later: Any, workflow: Workflow) -> None:
    later(lambda: fail(Run.objects.get(), "a"))
    code, document = start("--input", "goal=x", "--wait", "120")
    assert (code, document["status"], document["nodes"]["a"][0]["error"]) == (1, "failed", "The provider refused.")


def test_time_over_ends_with_three_and_the_run_as_it_is(workflow: Workflow) -> None:
    code, document = start("--input", "goal=x", "--wait", "0.1")
    assert (code, document["status"]) == (3, "running")


def test_node_act_waits_for_its_node_alone(later: Any, run: Run) -> None:
    answer(run, "a")
    later(lambda: answer(run, "a", "Shorter."))
    code, document = act(run, "a", "say", "短一点", "--wait", "120")
    node = document["nodes"]["a"][0]
    assert (code, node["status"], node["waiting_for"]) == (0, "waiting", "confirm")
    assert [message["text"] for message in node["messages"]][-2:] == ["短一点", "Shorter."]
    code, document = act(run, "a", "confirm", "--wait", "120")
    assert (code, document["status"], document["nodes"]["b"][0]["status"]) == (0, "running", "queued")


def test_node_act_whose_turn_fails_ends_with_one(later: Any, run: Run) -> None:
    answer(run, "a")
    later(lambda: fail(run, "a"))
    code, document = act(run, "a", "say", "Again", "--wait", "120")
    assert (code, "failed" in document["nodes"]["a"][0]["status"]) == (1, True)


# --- node_act, show_run, cancel_run -----------------------------------------------------------------------------------
def test_every_act_has_its_word(run: Run) -> None:
    assert act(run, "a", "stop")[1]["nodes"]["a"][0]["waiting_for"] == "stopped"
    assert act(run, "a", "retry_turn")[1]["nodes"]["a"][0]["status"] == "queued"
    answer(run, "a")
    assert act(run, "a", "confirm")[1]["nodes"]["a"][0]["status"] == "done"
    assert act(run, "a", "say", "More")[1]["nodes"]["a"][0]["status"] == "queued"
    answer(run, "a")
    assert act(run, "a", "done")[1]["nodes"]["a"][0]["status"] == "done"
    assert act(run, "a", "restart")[1]["nodes"]["a"][-1]["version"] == 2
    assert act(run, "a", "cancel", "--wait", "5") == (0, call("show_run", run.public_id)[1])


def test_refused_act_names_the_right_one_and_shows_the_run(run: Run) -> None:
    answer(run, "a")
    code, document = act(run, "a", "done")
    assert (code, document["id"], document["status"]) == (1, run.public_id, "waiting")
    assert "confirm" in document["error"]


def test_watching_person_is_refused_and_a_stranger_finds_nothing(run: Run, outsider: User) -> None:
    assert act(run, "a", "stop", user="viewer")[0] == 1
    assert act(run, "a", "stop", user="outsider")[0] == 2
    assert call("cancel_run", run.public_id, "--user", "viewer")[0] == 1
    assert status_of(run, "a") == "queued"


def test_wrong_command_lines_end_with_two(run: Run) -> None:
    for arguments in (("a", "say"), ("a", "stop", "text"), ("z", "stop")):
        code, document = act(run, *arguments)
        assert (code, bool(document["error"])) == (2, True)
    assert call("show_run", "NO" * 13)[0] == 2


def test_cancel_run_prints_the_cancelled_run(run: Run) -> None:
    code, document = call("cancel_run", run.public_id, "--user", "builder")
    assert (code, document["status"]) == (0, "cancelled")
    assert call("cancel_run", run.public_id, "--user", "builder")[0] == 1


def test_text_for_people_is_short_and_names_what_counts(run: Run) -> None:
    fail(run, "a", "The provider refused.")
    out = io.StringIO()
    call_command("show_run", run.public_id, stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == f"{run.public_id}  failed  flow v1  builder"
    assert lines[1:] == ["  a v1  failed", "    ! The provider refused.", "  b v1  pending"]


def test_personal_run_is_shown_to_who_started_it_only(space: Space, builder: User) -> None:
    run = make_run(make_workflow("p", space=space, owner=builder, visibility="personal"))
    code, document = call("show_run", run.public_id)
    assert (code, document["id"]) == (2, None)
    assert "--user" in document["error"]
    assert call("show_run", run.public_id, "--user", "viewer")[0] == 2
    assert call("show_run", run.public_id, "--user", "builder")[1]["id"] == run.public_id


def test_without_a_database_the_command_says_what_to_start(tmp_path: Path) -> None:
    env = {**os.environ, "DATABASE_URL": f"postgresql://nobody@/nothing?host={tmp_path}"}
    env["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    for arguments in (["show_run", "X"], ["start_run", "flow", "--space", "demo", "--user", "builder", "--wait", "5"]):
        command = [sys.executable, "manage.py", *arguments, "--json"]
        ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, timeout=300, check=False)
        assert ended.returncode == 2
        assert "make run" in json.loads(ended.stdout)["error"]
        assert b"make run" in ended.stderr


@pytest.mark.parametrize(
    "name", ["start_run", "show_run", "node_act", "cancel_run", "import_template", "export_template"]
)
def test_help_is_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command(name, "--help")
    assert (ended.value.code, "--json" in capsys.readouterr().out) == (0, True)
