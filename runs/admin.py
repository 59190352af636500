"""The admin site's pages for runs: to look at, never to change; the product's own pages are for acting.

Of personal runs only metadata is shown: what people, models and tools wrote there is nobody else's.
`MessageDelta` is left out: its rows live until their message ends and have no key of their own.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from runs import models
from runs.money import shown_cost
from workflows.models import Visibility

HIDDEN = "—"


class ReadOnly:
    """Nobody adds, changes or deletes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RunsAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows to look at. `content_fields` are left out for personal runs; `to_run` leads from a row to its run."""

    content_fields: tuple[str, ...] = ()
    to_run: tuple[str, ...] = ()
    show_full_result_count = False  # counting a long history takes longer than showing a page of it

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = [str(name) for name in super().get_fields(request, obj)]
        hidden = self.content_fields if self.content_fields and obj and is_personal(obj, self.to_run) else ()
        return [name for name in fields if name not in hidden]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Let no address ask for content, as `?text__contains=` would, letter by letter."""
        asks_for_content = lookup.partition("__")[0] in self.content_fields
        return not asks_for_content and super().lookup_allowed(lookup, value, request)


class RowInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Parts of a row, on its page: metadata only."""

    extra = 0
    can_delete = False
    show_change_link = True


class NodeRunInline(RowInline):
    """The node versions of a run."""

    model = models.NodeRun
    fields = ["key", "number", "status", "waiting_for", "executor", "started_at", "finished_at"]


class AttemptInline(RowInline):
    """The attempts of a node version."""

    model = models.Attempt
    fields = [
        "number", "try_number", "status", "lane", "quarantine", "loss", "error_kind", "started_at", "finished_at",
        "input_tokens", "output_tokens", shown_cost,  # type: ignore[list-item]
    ]  # fmt: skip
    readonly_fields = [shown_cost]  # type: ignore[list-item]


def is_personal(row: Model, to_run: tuple[str, ...]) -> bool:
    """Say whether a row belongs to a personal run."""
    run: Any = row
    for name in to_run:
        run = getattr(run, name)
    return bool(run.visibility == Visibility.PERSONAL)


@admin.register(models.Run)
class RunAdmin(RunsAdmin):
    """Runs of all spaces."""

    content_fields = ("title", "inputs")
    list_display = ["public_id", "shown_title", "space", "version", "initiator", "status", "started_at", "finished_at"]
    list_filter = ["status", "visibility", "space", "started_at"]
    list_select_related = ["space", "version__workflow", "initiator"]
    search_fields = ["public_id", "version__workflow__name", "version__workflow__slug", "initiator__username"]
    inlines = [NodeRunInline]

    @admin.display(description=_("title"))
    def shown_title(self, run: models.Run) -> str:
        """The title; it may hold the first words of an input."""
        return HIDDEN if run.visibility == Visibility.PERSONAL else run.title


@admin.register(models.NodeRun)
class NodeRunAdmin(RunsAdmin):
    """Node versions."""

    content_fields = ("inputs", "error", "error_detail")
    to_run = ("run",)
    list_display = ["id", "run", "key", "number", "is_latest", "status", "waiting_for", "executor", "error_kind"]
    list_filter = ["status", "waiting_for", "node_type", "is_latest", "error_kind", "run__space"]
    list_select_related = ["run__version__workflow", "executor"]
    search_fields = ["run__public_id", "key", "executor__username"]
    inlines = [AttemptInline]


@admin.register(models.Attempt)
class AttemptAdmin(RunsAdmin):
    """Attempts: who worked when, and how it ended."""

    content_fields = ("error", "error_detail")
    to_run = ("node_run", "run")
    list_display = [
        "id", "node_run", "number", "try_number", "status", "lane", "quarantine", "host", "queued_at", "started_at",
        "finished_at", "loss", "error_kind", shown_cost,
    ]  # fmt: skip
    list_filter = ["status", "lane", "quarantine", "loss", "error_kind", "queued_at"]
    list_select_related = ["node_run"]
    search_fields = ["node_run__run__public_id", "node_run__key", "=host"]


@admin.register(models.Message)
class MessageAdmin(RunsAdmin):
    """Messages of conversations."""

    content_fields = ("text", "parts")
    to_run = ("node_run", "run")
    list_display = ["public_id", "node_run", "ordinal", "role", "author", "status", "delta_count", "created_at"]
    list_filter = ["role", "status", "created_at"]
    list_select_related = ["node_run", "author"]
    search_fields = ["public_id", "node_run__run__public_id", "author__username"]


@admin.register(models.ToolCall)
class ToolCallAdmin(RunsAdmin):
    """Tool calls."""

    content_fields = ("arguments", "result")
    to_run = ("message", "node_run", "run")
    list_display = ["id", "message", "ordinal", "name", "status", "side_effects", "started_at", "finished_at"]
    list_filter = ["status", "name", "side_effects", "started_at"]
    list_select_related = ["message"]
    search_fields = ["message__node_run__run__public_id", "message__public_id", "name"]


@admin.register(models.Artifact)
class ArtifactAdmin(RunsAdmin):
    """Artifacts; their content is read on the run's page."""

    content_fields = ("name", "url")
    to_run = ("node_run", "run")
    list_display = ["public_id", "node_run", "shown_name", "type", "revision", "size_bytes", "author", "created_at"]
    list_filter = ["type", "created_at"]
    list_select_related = ["node_run__run", "author"]
    search_fields = ["public_id", "node_run__run__public_id", "=sha256"]
    raw_id_fields = ["blob"]

    @admin.display(description=_("name"))
    def shown_name(self, artifact: models.Artifact) -> str:
        """The name an agent or a person gave it."""
        return HIDDEN if is_personal(artifact, self.to_run) else artifact.name


@admin.register(models.Attachment)
class AttachmentAdmin(RunsAdmin):
    """Files that came with messages."""

    to_run = ("message", "node_run", "run")
    list_display = ["id", "message", "artifact", "place"]
    list_select_related = ["message", "artifact"]
    search_fields = ["message__public_id", "artifact__public_id"]


@admin.register(models.Blob)
class BlobAdmin(RunsAdmin):
    """Stored bytes, without the bytes."""

    list_display = ["sha256", "size_bytes"]
    search_fields = ["=sha256"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.list_display

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")


@admin.register(models.OutputValue)
class OutputValueAdmin(RunsAdmin):
    """Values of outputs, current and earlier."""

    content_fields = ("text", "reason")
    to_run = ("node_run", "run")
    list_display = ["id", "node_run", "name", "type", "is_current", "chosen_by", "created_at"]
    list_filter = ["type", "is_current", "created_at"]
    list_select_related = ["node_run", "chosen_by"]
    search_fields = ["node_run__run__public_id", "name"]


@admin.register(models.Reuse)
class ReuseAdmin(RunsAdmin):
    """Which versions were kept when something above them was accepted."""

    list_display = ["id", "node_run", "because_of", "accepted_by", "reason", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["node_run", "because_of", "accepted_by"]
    search_fields = ["node_run__run__public_id", "node_run__key"]


@admin.register(models.SideEffect)
class SideEffectAdmin(RunsAdmin):
    """The ledger of outward acts."""

    content_fields = ("target", "result", "key")
    to_run = ("node_run", "run")
    list_display = ["id", "node_run", "attempt", "kind", "created_at"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["node_run", "attempt"]
    search_fields = ["node_run__run__public_id", "kind"]


@admin.register(models.RunEvent)
class RunEventAdmin(RunsAdmin):
    """What happened, in order."""

    to_run = ("run",)
    list_display = ["run", "seq", "kind", "node_run", "actor", "created_at"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["run__version__workflow", "node_run", "actor"]
    search_fields = ["run__public_id", "kind", "actor__username"]


@admin.register(models.RunSequence)
class RunSequenceAdmin(RunsAdmin):
    """The number of each run's last event."""

    list_display = ["run", "seq"]
    list_select_related = ["run__version__workflow"]
    search_fields = ["run__public_id"]


@admin.register(models.SavedFilter)
class SavedFilterAdmin(RunsAdmin):
    """Filters that people keep of the history; their names and words are nobody else's."""

    fields = ["space", "user", "created_at"]
    list_display = ["id", "space", "user", "created_at"]
    list_filter = ["space"]
    list_select_related = ["space", "user"]
    search_fields = ["user__username"]


@admin.register(models.Notification)
class NotificationAdmin(RunsAdmin):
    """Who was told of what, and what became of it."""

    fields = [
        "user", "run", "node_run", "kind", "waiting_for", "actor", "created_at", "read_at", "settled_at", "settled_by",
    ]  # fmt: skip
    list_display = ["id", "user", "node_run", "kind", "waiting_for", "created_at", "read_at", "settled_at"]
    list_filter = ["kind", "waiting_for", "run__space", "created_at"]
    list_select_related = ["user", "node_run"]
    search_fields = ["run__public_id", "node_run__key", "user__username"]


@admin.register(models.NotificationSetting)
class NotificationSettingAdmin(RunsAdmin):
    """Of what people want to be told."""

    list_display = ["user", "waiting", "done", "failed"]
    list_filter = ["waiting", "done", "failed"]
    list_select_related = ["user"]
    search_fields = ["user__username"]


@admin.register(models.Host)
class HostAdmin(RunsAdmin):
    """The asyncio hosts, living and gone."""

    list_display = ["id", "slot", "state", "machine", "pid", "started_at", "heartbeat_at"]
    list_filter = ["state", "machine"]
    search_fields = ["=id", "machine", "=pid"]


@admin.register(models.Heartbeat)
class HeartbeatAdmin(RunsAdmin):
    """When each loop was last alive."""

    list_display = ["name", "beat_at"]
