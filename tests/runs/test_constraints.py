"""What the database itself refuses: every constraint from both sides, and frozen template versions."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from runs.artifacts import ArtifactTooLarge, NewArtifact, store_artifact, store_blob
from runs.models import (
    Artifact,
    Attachment,
    Attempt,
    Blob,
    Host,
    Message,
    MessageDelta,
    NodeRun,
    Notification,
    OutputValue,
    Reuse,
    Run,
    RunEvent,
    RunSequence,
    SavedFilter,
    SideEffect,
    ToolCall,
)
from spaces.models import Membership, Space
from tests.runs.conftest import StartRun
from tests.runs.engine import node, speak, take_one, turn
from workflows.models import ExecutorConsent, Favourite, TaskTemplate, TaskTemplateVersion, Workflow, WorkflowVersion

pytestmark = pytest.mark.django_db
NOW = timezone.now()

Row = dict[str, Any]

# table: constraint → (a change that is allowed, a change that is refused) of one good row.
CHANGES: dict[type[models.Model], dict[str, tuple[Row, Row]]] = {
    Run: {
        "run_status_known": ({"status": "waiting"}, {"status": "odd"}),
        "run_trigger_known": ({"trigger": "schedule"}, {"trigger": "odd"}),
        "run_visibility_known": ({"visibility": "personal"}, {"visibility": "odd"}),
        "run_finished_at_exactly_when_terminal": (
            {"status": "done", "finished_at": NOW}, {"status": "done", "finished_at": None},
        ),
        "run_cancelled_by_and_at_together": ({"cancelled_at": None}, {"cancelled_at": NOW}),
    },
    NodeRun: {
        "node_run_number_positive": ({"number": 7}, {"number": 0}),
        "node_run_status_known": ({"status": "retrying"}, {"status": "odd"}),
        "node_run_waits_for_something": (
            {"status": "waiting", "waiting_for": "pipeline"}, {"status": "waiting", "waiting_for": ""},
        ),
        "node_run_finished_at_exactly_when_terminal": (
            {"status": "cancelled", "finished_at": NOW}, {"status": "cancelled"},
        ),
        "node_run_failed_says_why": (
            {"status": "failed", "finished_at": NOW, "error": "Because."}, {"status": "failed", "finished_at": NOW},
        ),
        "node_run_cancelled_with_something": (
            {"status": "cancelled", "finished_at": NOW, "cancelled_with": "run"}, {"cancelled_with": "run"},
        ),
        "node_run_accepted_by_has_time": ({"accepted_at": NOW}, {"accepted_by_id": "<user>"}),
    },
    Attempt: {
        "attempt_status_known": ({"status": "failed", "finished_at": NOW}, {"status": "odd"}),
        "attempt_lane_known": ({"lane": "worker"}, {"lane": "odd"}),
        "attempt_numbers_positive": ({"number": 4, "try_number": 3}, {"try_number": 0}),
        "attempt_finished_at_exactly_when_terminal": (
            {"status": "cancelled", "finished_at": NOW}, {"finished_at": NOW},
        ),
        "attempt_leased_exactly_when_running": (
            {"status": "running", "lease_expires_at": NOW, "host": "0" * 32}, {"status": "running"},
        ),
        "attempt_lost_says_how": (
            {"status": "lost", "finished_at": NOW, "loss": "death"}, {"status": "lost", "finished_at": NOW},
        ),
    },
    Message: {
        "message_status_known": ({"status": "stopped"}, {"status": "odd"}),
        "message_role_known": ({"role": "user"}, {"role": "odd"}),
        "message_finished_at_unless_streaming": ({"status": "interrupted"}, {"finished_at": None}),
        "message_of_agent_has_attempt": ({"role": "user", "attempt": None}, {"attempt": None}),
        "message_covers_if_summary": (
            {"role": "summary", "covers_first": 2, "covers_last": 4, "covers_turns": 1}, {"covers_last": 4},
        ),
    },
    ToolCall: {
        "tool_call_status_known": (
            {"status": "interrupted", "finished_at": NOW}, {"status": "odd", "finished_at": NOW},
        ),
        "tool_call_finished_at_unless_running": ({"status": "done", "finished_at": NOW}, {"status": "done"}),
    },
    Artifact: {
        "artifact_type_known": ({"type": "code"}, {"type": "odd"}),
        "artifact_blob_or_url": (
            {"type": "link", "blob": None, "url": "https://example.org"}, {"url": "https://example.org"},
        ),
        "artifact_revision_positive": ({"revision": 2}, {"revision": 0}),
    },
    OutputValue: {
        "output_type_known": ({"type": "image"}, {"type": "odd"}),
        "output_text_or_artifact": ({"text": "another"}, {"artifact": "<artifact>"}),
    },
    Reuse: {
        "reuse_says_why": ({"reason": "so"}, {"reason": ""}),
        "reuse_is_of_another_version": ({"reason": "so"}, {"because_of": "<kept>"}),
    },
    SavedFilter: {"saved_filter_has_a_name": ({"name": "Broken"}, {"name": ""})},
    SideEffect: {"side_effect_is_named": ({"kind": "mail"}, {"kind": ""})},
    Notification: {
        "notification_kind_known": ({"kind": "done", "waiting_for": ""}, {"kind": "odd", "waiting_for": ""}),
        "notification_waits_for_something": ({"waiting_for": "consent"}, {"waiting_for": ""}),
        "notification_settled_by_has_time": ({"settled_at": NOW, "settled_by": "<user>"}, {"settled_by": "<user>"}),
    },
    RunEvent: {"event_number_positive": ({"seq": 900}, {"seq": 0})},
    RunSequence: {"sequence_not_negative": ({"seq": 0}, {"seq": -1})},
    MessageDelta: {"delta_not_empty": ({"text": "x"}, {"text": ""})},
    Host: {"host_state_known": ({"state": "draining"}, {"state": "odd"})},
    Blob: {
        "blob_size_limit": ({"size_bytes": 20 * 2**20}, {"size_bytes": 20 * 2**20 + 1}),
        "blob_sha256_form": ({"size_bytes": 1}, {"sha256": "A" * 64}),
    },
    Space: {
        "space_slug_not_empty": ({"slug": "s"}, {"slug": ""}),
        "space_name_not_empty": ({"name": "S"}, {"name": ""}),
    },
    Membership: {"membership_role_known": ({"role": "viewer"}, {"role": "odd"})},
    Workflow: {
        "workflow_visibility_known": ({"visibility": "personal"}, {"visibility": "odd"}),
        "workflow_name_not_empty": ({"name": "W"}, {"name": ""}),
        "workflow_revision_positive": ({"draft_revision": 2}, {"draft_revision": 0}),
    },
    TaskTemplate: {
        "task_template_visibility_known": ({"visibility": "personal"}, {"visibility": "odd"}),
        "task_template_name_not_empty": ({"name": "T"}, {"name": ""}),
    },
}  # fmt: skip
SAID_EARLIER = {"message_role_known": "message_(role_known|of_agent_has_attempt)"}  # both refuse; one is named
CHECKS = [(model, name) for model, changes in CHANGES.items() for name in changes]


@pytest.fixture
def good(start: StartRun, builder: User) -> dict[type[models.Model], models.Model]:
    """One good row of each table."""
    run = start("a; b", node_type="task", nodes={"a": {"outputs": [{"name": "out", "type": "text"}]}})
    turn(run, "a", out="1")
    message = speak(take_one(run, "b"), "hm")
    said = Message.objects.create(
        node_run=node(run, "a"), ordinal=9, role="assistant", attempt=node(run, "a").attempts.get(), finished_at=NOW
    )
    call = ToolCall.objects.create(message=said, ordinal=1, call_id="c1", name="files_write")
    artifact = store_artifact(node(run, "a").pk, NewArtifact("file", "a.md", b"a"))
    queued = start("c")
    template = TaskTemplate.objects.create(space=run.space, slug="t", name="T", owner=builder)
    frozen = TaskTemplateVersion.objects.create(template=template, number=1, document={}, created_by=builder)
    return {
        Run: queued, NodeRun: node(queued, "c"), Attempt: node(queued, "c").attempts.get(), Message: said,
        ToolCall: call, Artifact: artifact, OutputValue: OutputValue.objects.get(), RunEvent: queued.events.first(),
        RunSequence: queued.sequence, MessageDelta: message.deltas.first(), Blob: Blob.objects.get(),
        Host: Host.objects.create(id="1" * 32, slot=0, machine="m", pid=1, started_at=NOW, heartbeat_at=NOW),
        Space: run.space, Membership: Membership.objects.get(), Workflow: run.version.workflow,
        SavedFilter: SavedFilter.objects.create(space=run.space, user=builder, name="Mine", query="status=failed"),
        Reuse: Reuse.objects.create(node_run=node(run, "b"), because_of=node(run, "a"), reason="its inputs"),
        SideEffect: SideEffect.objects.create(
            node_run=node(run, "a"), attempt=node(run, "a").attempts.get(), kind="link", key="link:1", target="t"
        ),
        Notification: Notification.objects.create(
            user=builder, run=run, node_run=node(run, "b"), kind="waiting", waiting_for="confirm"
        ),
        TaskTemplate: template, TaskTemplateVersion: frozen,
        ExecutorConsent: ExecutorConsent.objects.create(workflow=run.version.workflow, user=builder),
        Favourite: Favourite.objects.create(workflow=run.version.workflow, user=builder),
    }  # fmt: skip


def change(good: dict[type[models.Model], models.Model], model: type[models.Model], row: Row) -> None:
    """Update one row behind the engine's back."""
    named = {"<user>": User.objects.get().pk, "<artifact>": good[Artifact], "<kept>": good[Reuse].node_run}
    values = {key: named.get(value, value) if isinstance(value, str) else value for key, value in row.items()}
    if model is Blob and "sha256" in row:
        Blob.objects.create(content=b"", size_bytes=0, **values)
    elif model is MessageDelta:
        delta = good[MessageDelta]
        MessageDelta.objects.filter(run_id=delta.run_id, seq=delta.seq).update(**values)
    else:
        model.objects.filter(pk=good[model].pk).update(**values)


@pytest.mark.parametrize(("model", "name"), CHECKS, ids=[name for _, name in CHECKS])
def test_check_on_a_bad_row_refuses_it_by_name_and_lets_a_good_one_pass(
    good: dict[type[models.Model], models.Model], model: type[models.Model], name: str
) -> None:
    allowed, refused = CHANGES[model][name]
    with transaction.atomic():
        change(good, model, allowed)
        transaction.set_rollback(True)
    with pytest.raises(IntegrityError, match=f'"{SAID_EARLIER.get(name, name)}"'), transaction.atomic():
        change(good, model, refused)


def copy(row: models.Model, **values: Any) -> None:
    """Insert the same row again, changed."""
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    fields.pop("public_id", None)
    type(row).objects.create(**{**fields, **values})


# unique constraint → (model, values that clash with the good row, values that do not)
UNIQUE: dict[str, tuple[type[models.Model], Row, Row]] = {
    "node_run_number_unique": (NodeRun, {"is_latest": False}, {"is_latest": False, "number": 2}),
    "node_run_one_latest": (NodeRun, {"number": 2}, {"number": 2, "key": "other"}),
    "attempt_number_unique": (
        Attempt, {"status": "failed", "finished_at": NOW}, {"status": "failed", "finished_at": NOW, "number": 2},
    ),
    "attempt_one_live_per_node_run": (
        Attempt, {"number": 2}, {"number": 2, "status": "cancelled", "finished_at": NOW},
    ),
    "message_ordinal_unique": (Message, {}, {"ordinal": 10}),
    "tool_call_once_per_message": (ToolCall, {}, {"call_id": "c2"}),
    "artifact_revision_unique": (Artifact, {}, {"revision": 2}),
    "output_one_current": (OutputValue, {}, {"is_current": False}),
    "saved_filter_name_unique": (SavedFilter, {}, {"name": "Other"}),
    "side_effect_once_per_version": (SideEffect, {}, {"key": "link:2"}),
    "notification_one_open_per_version": (Notification, {}, {"settled_at": NOW}),
    "event_number_unique": (RunEvent, {}, {"seq": 700}),
    "delta_offset_unique": (MessageDelta, {"seq": 701}, {"seq": 701, "offset": 99}),
    "membership_once_per_space": (Membership, {}, {}),
    "workflow_slug_unique_in_space": (Workflow, {}, {"slug": "other"}),
    "task_template_slug_unique_in_space": (TaskTemplate, {}, {"slug": "other"}),
    "task_template_version_unique": (TaskTemplateVersion, {}, {"number": 2}),
    "consent_given_once": (ExecutorConsent, {}, {"revoked_at": NOW}),
    "favourite_once": (Favourite, {}, {"user_id": "<outsider>"}),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(UNIQUE) - {"membership_once_per_space"}))
def test_unique_constraint_on_a_second_row_refuses_it_by_name(
    good: dict[type[models.Model], models.Model], outsider: User, name: str
) -> None:
    model, clash, free = UNIQUE[name]
    more = {"run_id": good[model].run_id} if model is MessageDelta else {}
    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        copy(good[model], **more, **clash)
    if free.get("user_id") == "<outsider>":
        free = {"user_id": outsider.pk}
    copy(good[model], **more, **free)


def test_task_template_version_number_begins_with_one(good: dict[Any, Any]) -> None:
    with pytest.raises(IntegrityError, match="task_template_version_positive"), transaction.atomic():
        copy(good[TaskTemplateVersion], number=0)


def test_membership_once_per_space_refuses_a_second_role(good: dict[Any, Any], outsider: User) -> None:
    with pytest.raises(IntegrityError, match="membership_once_per_space"), transaction.atomic():
        copy(good[Membership])
    copy(good[Membership], user_id=outsider.pk)


def test_host_one_up_per_slot_allows_draining_ones_beside_it(good: dict[Any, Any]) -> None:
    with pytest.raises(IntegrityError, match="host_one_up_per_slot"), transaction.atomic():
        copy(good[Host], id="2" * 32)
    copy(good[Host], id="2" * 32, state="draining")


def test_attempt_one_success_per_message_refuses_a_second_effective_result(good: dict[Any, Any]) -> None:
    succeeded = Attempt.objects.get(status="succeeded")
    with pytest.raises(IntegrityError, match="attempt_one_success_per_message"), transaction.atomic():
        copy(succeeded, number=2)
    copy(succeeded, number=2, status="failed")


def test_message_one_streaming_per_attempt_refuses_a_second(good: dict[Any, Any]) -> None:
    streaming = Message.objects.get(status="streaming")
    with pytest.raises(IntegrityError, match="message_one_streaming_per_attempt"), transaction.atomic():
        copy(streaming, ordinal=20)
    copy(streaming, ordinal=20, status="complete", finished_at=NOW)


def test_attachment_is_named_once_at_one_place_of_a_message(good: dict[Any, Any]) -> None:
    message, artifact = good[Message], good[Artifact]
    second = store_artifact(artifact.node_run_id, NewArtifact("file", "b.md", b"a"))
    Attachment.objects.create(message=message, artifact=artifact, place=1)
    for name, values in (
        ("attachment_place_unique", {"artifact": second, "place": 1}),
        ("attachment_once_per_message", {"artifact": artifact, "place": 2}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Attachment.objects.create(message=message, **values)
    Attachment.objects.create(message=message, artifact=second, place=2)


def test_version_number_unique_and_positive(good: dict[Any, Any]) -> None:
    version = good[Workflow].live_version
    for name, number in (("version_number_unique", 1), ("version_number_positive", 0)):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            copy(version, number=number)
    copy(version, number=2)


@pytest.mark.parametrize("column", ["number = 9", "document = '{}'", "workflow_id = workflow_id"])
def test_published_version_changed_in_the_database_is_refused(good: dict[Any, Any], column: str) -> None:
    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE workflows_workflowversion SET {column}")
    WorkflowVersion.objects.update(note="a note may change")


def test_every_constraint_of_the_three_apps_has_a_test() -> None:
    declared = {c.name for app in ("runs", "spaces", "workflows") for m in apps.get_app_config(app).get_models()
                for c in m._meta.constraints}  # fmt: skip
    own = {
        "attachment_place_unique", "attachment_once_per_message",
        "host_one_up_per_slot", "attempt_one_success_per_message", "message_one_streaming_per_attempt",
        "version_number_unique", "version_number_positive", "task_template_version_positive",
    }  # fmt: skip
    assert declared == {name for _, name in CHECKS} | set(UNIQUE) | own


def test_storing_a_blob_that_is_too_large_is_refused_before_the_database() -> None:
    with pytest.raises(ArtifactTooLarge, match="limit is 20971520"):
        store_blob(bytes(20 * 2**20 + 1))
