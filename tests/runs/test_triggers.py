"""A trigger in a run started by hand: what is asked, what becomes its outputs, and what happens to what nobody gave."""

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from runs.access import standing
from runs.actions.runs import start_run
from runs.errors import InvalidInputs
from runs.execution import execute, store_outcome
from runs.executors.base import Done
from runs.models import Message, OutputValue, Run
from runs.pages.panel import panel
from runs.start_inputs import check_inputs, title_of, wrong_values
from spaces.models import Space
from tests.factories import make_run, make_workflow
from tests.runs.engine import node, statuses, take_one
from workflows.asked import asked_inputs, asked_values
from workflows.document import Document, from_json
from workflows.graph import validate
from workflows.models import Workflow

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-<b>1</b>\n+2\n"


class SameThread:
    """A desk whose database is right here, in the thread and transaction of the test."""

    async def db(self, call: Any, *args: Any) -> Any:
        return call(*args)


def task(key: str, *inputs: dict[str, Any]) -> dict[str, Any]:
    words = " ".join(f"{{{{ {given['name']} }}}}" for given in inputs)
    return {"key": key, "type": "task", "title": key.title(), "prompt": f"Do {words}.", "inputs": list(inputs)}


def refers(name: str, source: str, type_: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "from": source, **more}


def weekly(*inputs: dict[str, Any], zone: str = "Asia/Shanghai") -> dict[str, Any]:
    trigger = {"key": "monday", "type": "trigger.schedule", "title": "Monday", "cron": "0 9 * * 1", "zone": zone}
    return {"aime": 1, "name": "Weekly", "nodes": [trigger, task("write", *inputs)], "edges": [["monday", "write"]]}


def pushed(*inputs: dict[str, Any]) -> dict[str, Any]:
    trigger = {"key": "change", "type": "trigger.codebase", "title": "Change", "connection": "main"}
    return {"aime": 1, "name": "Pushed", "nodes": [trigger, task("check", *inputs)], "edges": [["change", "check"]]}


@pytest.fixture
def published(engine_space: Space, builder: User) -> Any:
    return lambda document: make_workflow(document, space=engine_space, owner=builder)


def fire(run: Run, key: str) -> None:
    """Execute the trigger as a host does."""
    job = take_one(run, key)
    with pytest.raises(StopIteration) as ended:
        execute(job, SameThread()).send(None)  # type: ignore[arg-type]  # it waits for nothing, so one step is all
    assert isinstance(ended.value.value, Done), ended.value.value
    store_outcome(job, ended.value.value)


def outputs(run: Run, key: str) -> dict[str, tuple[str, str, str]]:
    values = OutputValue.objects.filter(node_run=node(run, key), is_current=True)
    return {value.name: (value.type, value.text, value.reason) for value in values}


# --- What is asked --------------------------------------------------------------------------------------------------
def test_schedule_asks_for_its_time_which_is_now_in_its_zone() -> None:
    document = from_json(weekly(refers("since", "monday.time")))
    (question,) = asked_inputs(document, NOON)
    assert (question.name, question.default, question.required) == ("time", "2026-11-22T12:00:00+08:00", False)
    assert question.label == "The moment it was due, ISO 8601 with the zone"


def test_codebase_event_requires_only_what_a_node_would_fail_without() -> None:
    document = from_json(pushed(refers("diff", "change.diff", "code"), refers("who", "change.author", required=False)))
    questions = {question.name: question for question in asked_inputs(document, NOON)}
    assert [name for name, question in questions.items() if question.required] == ["diff"]
    assert list(questions) == [
        "diff", "repository", "branch", "commit", "author", "title", "link", "changed_files",
    ]  # fmt: skip
    assert (questions["diff"].type, questions["link"].type) == ("code", "link")


def test_name_that_an_input_has_too_is_asked_under_the_trigger() -> None:
    document = from_json(pushed({"name": "branch", "type": "text", "ask": True}))
    names = [question.name for question in asked_inputs(document)]
    assert "change.branch" in names and "branch" in names
    entries, problems = check_inputs(document, {"branch": "mine", "change.branch": "main"})
    assert problems == []
    assert (entries["check"]["branch"]["value"], entries["change"]["branch"]["value"]) == ("mine", "main")


def test_place_and_plain_name_answer_the_same_value() -> None:
    document = from_json(pushed())
    for name in ("commit", "change.commit"):
        entries, problems = check_inputs(document, {name: "abc"})
        assert (entries, problems) == ({"change": {"commit": entries["change"]["commit"]}}, [])
    assert {value.place for value in asked_values(document)} >= {"change.commit"}


def test_wrong_value_of_an_event_is_said_at_its_own_name() -> None:
    document = from_json(pushed(refers("diff", "change.diff", "code")))
    assert set(wrong_values(document, {"link": "ftp://x", "title": "T"})) == {"link"}
    _entries, problems = check_inputs(document, {"brunch": "main"})
    assert problems == ["The template asks for no input “brunch” (did you mean “branch”?).", "diff is required."]


def test_run_is_named_by_its_first_text_then_by_the_event() -> None:
    document = from_json(pushed({"name": "goal", "type": "text", "ask": True, "required": False}))
    given = {"branch": "main", "title": "Fix the login"}
    assert title_of(document, check_inputs(document, given)[0]) == "Fix the login"
    assert title_of(document, check_inputs(document, {**given, "goal": "Ship it"})[0]) == "Ship it"
    assert title_of(document, check_inputs(document, {"branch": "main"})[0]) == "Pushed"


# --- What comes out -------------------------------------------------------------------------------------------------
def test_given_values_become_outputs_with_their_reason(published: Any, builder: User) -> None:
    workflow = published(pushed(refers("diff", "change.diff", "code"), refers("branch", "change.branch")))
    given = {"repository": "team/app", "branch": "main", "diff": DIFF, "link": "https://example.org/c/1"}
    run = make_run(workflow, by=builder, inputs=given)
    fire(run, "change")
    assert outputs(run, "change") == {
        "repository": ("text", "team/app", "Given at start"),
        "branch": ("text", "main", "Given at start"),
        "link": ("link", "https://example.org/c/1", "Given at start"),
        "diff": ("code", DIFF, "Given at start"),
    }
    assert statuses(run) == "change1:done check1:queued"
    resolved = node(run, "check").inputs
    assert (resolved["diff"]["value"], resolved["diff"]["source"]) == (DIFF, "change.diff")
    assert DIFF in Message.objects.get(node_run=node(run, "check")).text


def test_trigger_has_no_conversation_and_needs_no_model(published: Any, builder: User) -> None:
    run = make_run(published(weekly()), by=builder)
    job = take_one(run, "monday")
    assert job.message_id is None
    assert not Message.objects.exists()


@pytest.mark.parametrize("given", [{}, {"time": ""}, {"time": "2026-01-05T09:00:00+08:00"}])
def test_time_is_the_start_of_the_run_unless_given(published: Any, builder: User, given: dict[str, str]) -> None:
    run = make_run(published(weekly(refers("since", "monday.time"))), by=builder, inputs=given)
    fire(run, "monday")
    _type, text, reason = outputs(run, "monday")["time"]
    if given.get("time"):
        assert (text, reason) == (given["time"], "Given at start")
    else:
        assert text.endswith("+08:00")
        assert abs((datetime.fromisoformat(text) - run.started_at).total_seconds()) < 60
        assert reason == "The moment the run was started"
    assert node(run, "write").inputs["since"]["value"] == text


def test_optional_input_of_a_value_nobody_gave_is_empty(published: Any, builder: User) -> None:
    run = make_run(published(pushed(refers("files", "change.changed_files", required=False))), by=builder)
    fire(run, "change")
    assert node(run, "check").inputs["files"]["value"] == ""
    assert statuses(run) == "change1:done check1:queued"


def test_value_that_a_node_needs_is_refused_before_the_run_starts(published: Any, builder: User) -> None:
    workflow: Workflow = published(pushed(refers("diff", "change.diff", "code")))
    assert workflow.live_version is not None
    with pytest.raises(InvalidInputs, match="diff is required"):
        start_run(version=workflow.live_version, by=builder, inputs={"branch": "main"})
    assert not Run.objects.exists()


def test_trigger_without_a_value_that_nobody_needs_is_not_open(published: Any, builder: User) -> None:
    run = make_run(published(pushed()), by=builder)
    fire(run, "change")
    shown = panel(run, node(run, "change"), standing(builder, run), with_messages=True)
    assert not any(output.required for output in shown.outputs)
    assert (shown.acts.say, shown.acts.restart, shown.converses) == (False, True, False)


def test_restarted_trigger_gives_the_same_values_again(published: Any, builder: User) -> None:
    from runs.actions.nodes import restart

    run = make_run(published(pushed()), by=builder, inputs={"commit": "abc"})
    fire(run, "change")
    restart(node_run=node(run, "change"), by=builder)
    fire(run, "change")
    assert node(run, "change").number == 2
    assert outputs(run, "change")["commit"][1] == "abc"


# --- Commands, publishing -------------------------------------------------------------------------------------------
def test_command_takes_the_values_of_a_trigger(published: Any, builder: User, tmp_path: Any) -> None:
    workflow = published(pushed(refers("diff", "change.diff", "code")))
    patch = tmp_path / "x.diff"
    patch.write_text(DIFF)
    out = StringIO()
    call_command(
        "start_run", workflow.slug, "--space", "engine", "--user", "builder", "--input", f"diff=@{patch}",
        "--input", "change.branch=main", "--json", stdout=out,
    )  # fmt: skip
    run = Run.objects.get(public_id=json.loads(out.getvalue())["id"])
    assert run.inputs["change"]["diff"]["value"] == DIFF
    assert run.inputs["change"]["branch"]["value"] == "main"


def problems(document: Document) -> list[tuple[str, str, str]]:
    return [(problem.path, problem.severity, problem.message) for problem in validate(document, usernames=[])]


def test_trigger_that_does_not_fire_yet_is_a_warning() -> None:
    assert problems(from_json(weekly())) == [
        ("nodes[0].type", "warning", "Schedules do not start runs yet; until then this workflow starts by hand only")
    ]
    assert problems(from_json(pushed())) == [
        (
            "nodes[0].type", "warning",
            "Codebase events do not start runs yet; until then this workflow starts by hand only",
        )
    ]  # fmt: skip


def test_pipeline_still_blocks_publishing() -> None:
    document = weekly()
    document["nodes"][1] = {"key": "write", "type": "pipeline", "title": "Build", "connection": "ci", "job": "all"}
    assert ("nodes[1].type", "error", "Pipelines cannot be started yet") in problems(from_json(document))
