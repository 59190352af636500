"""The admin site's pages for templates: to look at, never to change.

Of personal templates only metadata is shown: what their owner wrote is nobody else's.
"""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest

from workflows.models import (
    ExecutorConsent,
    KeptDraft,
    TaskTemplate,
    TaskTemplateVersion,
    Visibility,
    Workflow,
    WorkflowVersion,
)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows to look at. `content_fields` are left out for personal templates."""

    content_fields: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = [str(name) for name in super().get_fields(request, obj)]
        hidden = self.content_fields if obj is not None and _template(obj).visibility == Visibility.PERSONAL else ()
        return [name for name in fields if name not in hidden]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Let no address ask for content, as `?draft__icontains=` would, letter by letter."""
        asks_for_content = lookup.partition("__")[0] in self.content_fields
        return not asks_for_content and super().lookup_allowed(lookup, value, request)


@admin.register(Workflow)
class WorkflowAdmin(ReadOnlyAdmin):
    """Templates of all spaces."""

    content_fields = ("draft", "description")
    list_display = ["name", "space", "slug", "visibility", "owner", "live_version", "archived_at", "updated_at"]
    list_filter = ["visibility", "space", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["space", "owner", "live_version__workflow"]
    search_fields = ["name", "slug", "public_id", "owner__username"]
    date_hierarchy = "updated_at"


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(ReadOnlyAdmin):
    """Published versions."""

    content_fields = ("document", "note")
    list_display = ["workflow", "number", "published_by", "published_at"]
    list_filter = ["workflow__visibility", "workflow__space"]
    list_select_related = ["workflow", "published_by"]
    search_fields = ["workflow__name", "workflow__slug", "published_by__username"]
    date_hierarchy = "published_at"


@admin.register(KeptDraft)
class KeptDraftAdmin(ReadOnlyAdmin):
    """Drafts that a version or a file took the place of."""

    content_fields = ("document",)
    list_display = ["workflow", "saved_by", "saved_at", "kept_at"]
    list_filter = ["workflow__visibility", "workflow__space"]
    list_select_related = ["workflow", "saved_by"]
    search_fields = ["workflow__name", "workflow__slug", "saved_by__username"]
    date_hierarchy = "kept_at"


@admin.register(TaskTemplate)
class TaskTemplateAdmin(ReadOnlyAdmin):
    """Task templates of all spaces."""

    content_fields = ("description",)
    list_display = ["name", "space", "slug", "visibility", "owner", "newest", "archived_at", "updated_at"]
    list_filter = ["visibility", "space", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["space", "owner"]
    search_fields = ["name", "slug", "public_id", "owner__username"]
    date_hierarchy = "updated_at"


@admin.register(TaskTemplateVersion)
class TaskTemplateVersionAdmin(ReadOnlyAdmin):
    """Versions of task templates."""

    content_fields = ("document", "note")
    list_display = ["template", "number", "created_by", "created_at"]
    list_filter = ["template__visibility", "template__space"]
    list_select_related = ["template", "created_by"]
    search_fields = ["template__name", "template__slug", "created_by__username"]
    date_hierarchy = "created_at"


@admin.register(ExecutorConsent)
class ExecutorConsentAdmin(ReadOnlyAdmin):
    """Who lets nodes of which template run as them, and who took that back."""

    list_display = ["workflow", "user", "given_at", "revoked_at"]
    list_filter = ["workflow__space", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["workflow", "user"]
    search_fields = ["workflow__name", "workflow__slug", "user__username"]
    date_hierarchy = "given_at"


def _template(row: Any) -> Workflow | TaskTemplate:
    """Give the template that a row belongs to; it says who may see what."""
    match row:
        case Workflow() | TaskTemplate():
            return row
        case TaskTemplateVersion():
            return row.template
    return cast("Workflow", row.workflow)
