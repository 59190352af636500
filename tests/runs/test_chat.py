"""The recorder: every event of a turn becomes rows, fenced by its attempt; results and artifacts in one commit."""

import pytest
from django.contrib.auth.models import User

from runs import chat
from runs.agent.parts import Text, ToolUse
from runs.agent.tools.base import ArtifactWrite, Effect, ToolOutcome
from runs.artifacts import NewArtifact, latest_artifacts, store_artifact, store_blob
from runs.chat import Fenced
from runs.executors.base import Job, Spent
from runs.models import Artifact, Attempt, Blob, Message, Run, SideEffect, ToolCall
from runs.ticker import Piece, write
from runs.transitions import acts
from tests.runs.conftest import StartRun
from tests.runs.engine import assert_sound, kinds, node, take_one

pytestmark = pytest.mark.django_db
CALL = ToolUse("c1", "files_write", '{"name": "a\x00.md"}')
WROTE = ToolOutcome("Wrote it.", writes=(ArtifactWrite("file", "a.md", "𠮷".encode()),))


@pytest.fixture
def job(start: StartRun) -> Job:
    """A claimed attempt of a task."""
    return take_one(start("a", node_type="task"), "a")


def run_of(job: Job) -> Run:
    return Run.objects.get(pk=job.run_id)


def test_start_message_twice_gives_the_same_row(job: Job) -> None:
    first = chat.start_message(job)
    assert chat.start_message(job) == first, "our own commit, whose answer was lost"
    assert kinds(run_of(job)).count("message.started a") == 1


def test_finish_message_replaces_deltas_by_the_whole_text(job: Job) -> None:
    message_id = chat.start_message(job)
    write([Piece(message_id, job.run_id, 0, "half")])
    chat.finish_message(job, message_id, (Text("half\x00 and 𠮷\ud800"), CALL))
    message = Message.objects.get(pk=message_id)
    assert (message.text, message.status, message.delta_count) == ("half\ufffd and 𠮷\ufffd", "complete", 1)
    assert message.parts["parts"][0]["text"] == message.text
    chat.finish_message(job, message_id, (Text("again"),))
    message.refresh_from_db()
    assert message.text.startswith("half"), "the second time changes nothing"
    assert_sound(run_of(job))


def test_tokens_are_counted_with_their_message_once_however_the_attempt_ends(job: Job, builder: User) -> None:
    message_id = chat.start_message(job)
    for _ in range(2):
        chat.finish_message(job, message_id, (Text("half"),), Spent(20, 7, 4_200))
    acts.stop(job.run_id, "a", 1, by=builder.pk)
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.input_tokens, attempt.output_tokens) == ("cancelled", 20, 7)
    assert attempt.cost_nanos == 4_200


def test_an_outward_act_is_in_the_ledger_once_per_node_version(job: Job) -> None:
    message_id = chat.start_message(job)
    effect = Effect("link", "link:1", "https://example.org/\x00")
    for call_id in ("c1", "c2"):
        call = ToolUse(call_id, "links_record", "{}")
        chat.start_call(job, message_id, call, False)
        chat.finish_call(job, message_id, call, ToolOutcome("Recorded it.", effect=effect))
    kept = SideEffect.objects.get()
    assert (kept.node_run_id, kept.attempt_id, kept.kind, kept.key) == (
        job.node_run_id,
        job.attempt_id,
        "link",
        "link:1",
    )
    assert (kept.target, kept.result) == ("https://example.org/\ufffd", "Recorded it.")


def test_tool_call_is_recorded_before_it_runs_and_completed_with_its_artifacts(job: Job) -> None:
    message_id = chat.start_message(job)
    chat.start_call(job, message_id, CALL, True)
    call = ToolCall.objects.get()
    assert (call.status, call.side_effects, call.ordinal, call.arguments) == (
        "running",
        True,
        1,
        '{"name": "a\ufffd.md"}',
    )
    chat.start_call(job, message_id, CALL, True)
    assert ToolCall.objects.count() == 1, "a resumed call keeps its row"
    chat.finish_call(job, message_id, CALL, WROTE)
    call.refresh_from_db()
    assert (call.status, call.result) == ("done", "Wrote it.") and call.finished_at
    artifact = Artifact.objects.get()
    assert (artifact.tool_call, artifact.name, bytes(artifact.blob.content)) == (call, "a.md", "𠮷".encode())
    chat.finish_call(job, message_id, CALL, ToolOutcome("twice"))
    assert ToolCall.objects.get().result == "Wrote it."
    assert "artifact.added a" in kinds(run_of(job))


def test_failed_tool_call_keeps_its_message(job: Job) -> None:
    message_id = chat.start_message(job)
    chat.start_call(job, message_id, CALL, False)
    chat.finish_call(job, message_id, CALL, ToolOutcome("No such file.", is_error=True))
    assert (ToolCall.objects.get().status, Artifact.objects.count()) == ("failed", 0)


@pytest.mark.parametrize("ending", ["cancel_node", "stop", "cancel_run"])
def test_every_record_after_the_attempt_ended_is_fenced(job: Job, builder: User, ending: str) -> None:
    message_id = chat.start_message(job)
    chat.start_call(job, message_id, CALL, False)
    where = (job.run_id,) if ending == "cancel_run" else (job.run_id, "a", 1)
    getattr(acts, ending)(*where, by=builder.pk)
    before = kinds(run_of(job))
    for late in (
        lambda: chat.start_message(job),
        lambda: chat.finish_message(job, message_id, (Text("late"),)),
        lambda: chat.start_call(job, message_id, ToolUse("c2", "x", "{}"), False),
        lambda: chat.finish_call(job, message_id, CALL, WROTE),
        lambda: chat.keep_artifacts(job, WROTE.writes),
    ):
        with pytest.raises(Fenced):
            late()
    assert kinds(run_of(job)) == before
    assert not Artifact.objects.exists() and ToolCall.objects.get().status == "running"
    assert_sound(run_of(job))


# --- Artifacts ------------------------------------------------------------------------------------------------------
def test_artifact_written_again_is_a_new_revision_and_the_old_one_stays(job: Job) -> None:
    for content in (b"one", b"two", b"two", b"one"):
        store_artifact(job.node_run_id, NewArtifact("file", "a.md", content))
    rows = Artifact.objects.order_by("revision")
    assert [(row.revision, bytes(row.blob.content)) for row in rows] == [(1, b"one"), (2, b"two"), (3, b"one")]
    assert Blob.objects.count() == 2, "the same bytes are kept once"


def test_artifact_of_the_same_bytes_but_another_type_is_a_new_revision(job: Job) -> None:
    store_artifact(job.node_run_id, NewArtifact("file", "a", b"x"))
    assert store_artifact(job.node_run_id, NewArtifact("code", "a", b"x")).revision == 2


def test_latest_artifacts_are_the_newest_revision_of_each_name(job: Job) -> None:
    store_artifact(job.node_run_id, NewArtifact("file", "b", b"1"))
    store_artifact(job.node_run_id, NewArtifact("link", "a", url="https://example.org/𠮷"))
    store_artifact(job.node_run_id, NewArtifact("file", "b", b"2"))
    found = [(item.name, item.revision) for item in latest_artifacts(job.node_run_id)]
    assert found == [("a", 1), ("b", 2)]
    assert latest_artifacts(job.node_run_id)[0].size_bytes == len("https://example.org/𠮷".encode())


def test_store_blob_twice_keeps_one_row(job: Job) -> None:
    assert store_blob(b"same") == store_blob(b"same")
    assert Blob.objects.count() == 1 and str(Blob.objects.get()) == store_blob(b"same")[:12]
    assert str(node(run_of(job), "a")) == "a v1 (running)"


def test_link_with_the_name_of_a_file_hides_it_nowhere(job: Job) -> None:
    store_artifact(job.node_run_id, NewArtifact("file", "design.md", b"# Design"))
    store_artifact(job.node_run_id, NewArtifact("link", "design.md", url="https://example.org/design.md"))
    found = [(item.type, item.name, item.revision) for item in latest_artifacts(job.node_run_id)]
    assert found == [("file", "design.md", 1), ("link", "design.md", 2)]
