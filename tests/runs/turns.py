"""A turn as a host does it, without a model: claim, write the answer and its files, finish through the transitions."""

import uuid
from typing import Any

from runs import sql
from runs.artifacts import NewArtifact, store_artifact
from runs.executors.base import Done, Failed, Job, OutputChoice, Spent
from runs.models import Artifact, Attempt, Message, NodeRun, Run, ToolCall
from runs.states import MessageStatus
from runs.transitions import attempts
from runs.transitions.claiming import claim
from runs.uploads import Upload

HOST = uuid.UUID(int=1)


def take(run: Run, key: str) -> Job:
    """Claim the queued attempt of a node."""
    attempt = Attempt.objects.get(node_run__run=run, node_run__key=key, node_run__is_latest=True, status="queued")
    taken = claim(HOST, free=1, lease_s=60, max_parallel=0, attempt_id=attempt.pk)
    (job,) = taken.jobs
    return job


def answer(run: Run, key: str, text: str = "Done.", *, outputs: dict[str, Any] | None = None, missing: str = "") -> Job:
    """Do a whole turn. `outputs`: name → text, or an Upload that is written as an artifact first."""
    job = take(run, key)
    message = Message.objects.create(
        node_run_id=job.node_run_id,
        ordinal=Message.objects.filter(node_run_id=job.node_run_id).count() + 1,
        role="assistant",
        attempt_id=job.attempt_id,
        status=MessageStatus.STREAMING,
    )
    choices = tuple(choice(job, message, name, value) for name, value in (outputs or {}).items())
    Message.objects.filter(pk=message.pk).update(text=text)
    sql.count(
        "WITH number AS (UPDATE runs_runsequence SET seq = seq + 1 WHERE run_id = %s RETURNING run_id, seq) "
        'INSERT INTO runs_messagedelta (run_id, seq, message_id, "offset", text) '
        "SELECT run_id, seq, %s, 0, %s FROM number",
        (run.pk, message.pk, text),
    )
    spent = Spent(input_tokens=100, output_tokens=20)
    assert attempts.finish(job, Done(outputs=choices, missing=missing, spent=spent))
    return job


def choice(job: Job, message: Message, name: str, value: str | Upload) -> OutputChoice:
    """Make the choice of one output, with its tool call and artifact where it is a file."""
    if isinstance(value, str):
        return OutputChoice(name, "text", value, None, Upload("", value.encode()).sha256, "summarised")
    call = ToolCall.objects.create(
        message=message,
        ordinal=message.tool_calls.count() + 1,
        call_id=name,
        name="files_write",
        arguments='{"name": "…"}',
        status="done",
        result="written",
        finished_at=message.created_at,
    )
    artifact: Artifact = store_artifact(
        job.node_run_id, NewArtifact("file", value.name, value.content), tool_call_id=call.pk
    )
    return OutputChoice(name, "file", "", artifact.pk, artifact.sha256, "the only file")


def fail(run: Run, key: str, message: str = "The provider refused.") -> None:
    """End the node's turn as failed for good."""
    assert attempts.fail(take(run, key), Failed("refused", message))


def status_of(run: Run, key: str) -> str:
    """Give the status of a node's latest version."""
    return NodeRun.objects.get(run=run, key=key, is_latest=True).status
