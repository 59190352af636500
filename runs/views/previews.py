"""The live preview beside the form of a task template."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from runs.pages.preview import preview
from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.task_templates.forms import draft_form


@require_POST
@space_view(need=Permission.EDIT)
def create(request: SpaceRequest) -> HttpResponse:
    """Show what the agent would be told by the task in the posted form. Stores nothing."""
    title = " ".join(request.POST.get("name", "").split())[:120]
    shown = preview(request.space, draft_form(request.POST), title)
    return render(request, "runs/previews/_preview.html", {"preview": shown})
