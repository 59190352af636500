"""The conversation that an attempt continues from, read from rows: what is in it, and what is still to be run."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from runs.agent.parts import Part, Text, ToolResult, ToolUse, parts_to_json, text_of
from runs.artifacts import store_blob
from runs.conversation import INTERRUPTED, load_turn, opening_text
from runs.executors.base import Failed, Job, Spent
from runs.graphs import version_graph
from runs.models import Message, ToolCall
from runs.transitions import acts, attempts
from tests.runs.conftest import StartRun
from tests.runs.engine import speak, take_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(start: StartRun) -> Job:
    """A claimed attempt of a task."""
    return take_one(start("a", node_type="task", confirm=["a"]), "a")


def said(job: Job, *parts: Part, status: str = "complete", calls: dict[str, dict[str, Any]] | None = None) -> Message:
    """Add an agent's message with its calls: call id → fields of its row."""
    message = Message.objects.create(
        node_run_id=job.node_run_id, attempt_id=job.attempt_id, role="assistant", status=status,
        ordinal=Message.objects.filter(node_run_id=job.node_run_id).count() + 1,
        text=text_of(parts), parts=parts_to_json(parts), finished_at=timezone.now(),
    )  # fmt: skip
    for place, (call_id, fields) in enumerate((calls or {}).items(), 1):
        ended = {} if fields.get("status", "running") == "running" else {"finished_at": timezone.now()}
        ToolCall.objects.create(message=message, ordinal=place, call_id=call_id, name="files_write", **ended, **fields)
    return message


def turn_of(job: Job) -> Any:
    assert job.message_id is not None
    return load_turn(job.node_run_id, job.message_id)


USES = (ToolUse("c1", "files_write", "{}"), ToolUse("c2", "files_write", "{}"))


def test_turn_that_begins_has_the_question_only(job: Job) -> None:
    turn = turn_of(job)
    assert [(m.role, text_of(m.parts)) for m in turn.messages] == [("user", "Do a.")]
    assert (turn.pending, turn.answered, turn.last_message_id) == ((), False, None)


def test_turn_with_calls_that_never_ran_has_them_pending(job: Job) -> None:
    said(job, Text("Writing"), *USES)
    turn = turn_of(job)
    assert turn.pending == USES and not turn.answered
    assert [m.role for m in turn.messages] == ["user", "assistant"]
    assert turn.spent.tool_rounds == 0


def test_turn_resumed_between_two_calls_runs_only_the_second(job: Job) -> None:
    said(job, *USES, calls={"c1": {"status": "done", "result": "Wrote it."}, "c2": {}})
    turn = turn_of(job)
    assert turn.pending == USES[1:]
    assert turn.messages[-1].parts == (ToolResult("c1", "files_write", "Wrote it."),)


def test_turn_resumed_after_all_calls_goes_on_with_their_results(job: Job) -> None:
    last = said(job, *USES, calls={"c1": {"status": "done", "result": "1"}, "c2": {"status": "failed", "result": "no"}})
    turn = turn_of(job)
    assert (turn.pending, turn.answered, turn.last_message_id) == ((), False, last.pk)
    assert turn.messages[-1].parts[1] == ToolResult("c2", "files_write", "no", is_error=True)
    assert turn.spent.tool_rounds == 1


def test_turn_resumed_after_an_interrupted_side_effect_never_repeats_it(job: Job) -> None:
    said(job, USES[0], calls={"c1": {"side_effects": True}})
    turn = turn_of(job)
    assert turn.pending == ()
    assert turn.messages[-1].parts == (ToolResult("c1", "files_write", INTERRUPTED, is_error=True),)


def test_turn_whose_answer_is_whole_is_answered(job: Job) -> None:
    last = said(job, Text("Done."))
    turn = turn_of(job)
    assert turn.answered and turn.last_message_id == last.pk


def test_turn_leaves_interrupted_and_streaming_messages_out(job: Job) -> None:
    said(job, Text("lost"), status="interrupted")
    speak(job, "half")
    assert [m.role for m in turn_of(job).messages] == ["user"]


def test_turn_keeps_stopped_text_and_closes_the_calls_of_earlier_turns(job: Job, builder: User) -> None:
    speak(job, "As far as I came")
    said(job, *USES, calls={"c1": {"status": "done", "result": "1"}})
    acts.stop(job.run_id, "a", 1, by=builder.pk)
    asked = acts.say(job.run_id, "a", 1, by=builder.pk, text="Go on")
    turn = load_turn(job.node_run_id, asked)
    assert [m.role for m in turn.messages] == ["user", "assistant", "assistant", "tool", "user"]
    assert text_of(turn.messages[1].parts) == "As far as I came"
    assert turn.messages[3].parts[1] == ToolResult("c2", "files_write", INTERRUPTED, is_error=True)
    assert (turn.pending, turn.answered) == ((), False)


def test_turn_counts_what_lost_and_failed_attempts_spent(job: Job) -> None:
    attempts.fail(job, Failed("busy", "Wait.", transient=True, spent=Spent(30, 4)))
    turn = turn_of(job)
    assert (turn.spent.usage.input_tokens, turn.spent.usage.output_tokens) == (30, 4)


def test_turn_ignores_an_empty_message(job: Job) -> None:
    said(job)
    assert [m.role for m in turn_of(job).messages] == ["user"]


def test_opening_text_with_a_binary_file_names_it_and_shows_no_bytes(start: StartRun) -> None:
    run = start("a", node_type="task")
    digest = store_blob(b"\x89PNG\xff\x00")
    spec = version_graph(run.version_id).specs["a"]
    text = opening_text(spec, {"logo": {"type": "image", "name": "logo.png", "blob": digest}})
    assert "logo.png" in text and "an image" in text and "PNG" not in text


def test_turn_finds_the_result_of_a_call_whose_id_is_longer_than_its_column(job: Job) -> None:
    long = "call_1__thought__" + "x" * 3000
    said(job, ToolUse(long, "files_write", "{}"), calls={long[:200]: {"status": "done", "result": "Wrote it."}})
    turn = turn_of(job)
    assert turn.pending == ()
    assert turn.messages[-1].parts == (ToolResult(long, "files_write", "Wrote it."),)
