"""The editor page: of the draft, and of a published version as it was."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.access import find_workflow_or_404, get_version_or_404
from workflows.actions import create_workflow
from workflows.document import Document
from workflows.pages.editor import editor_page


@require_POST
@space_view(need=Permission.EDIT)
def create(request: SpaceRequest) -> HttpResponse:
    """Make an empty draft and open it."""
    document = Document(name=_("Untitled workflow"))
    workflow = create_workflow(space=request.space, by=request.user, document=document)
    return redirect("workflows:workflow-detail", request.space.slug, workflow.slug)


@require_safe
@space_view
def detail(request: SpaceRequest, slug: str) -> HttpResponse:
    """Show the draft in the editor, read only to those who may not change it."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    return render(request, "workflows/editor/detail.html", editor_page(request, workflow))


@require_safe
@space_view
def version(request: SpaceRequest, slug: str, number: int) -> HttpResponse:
    """Show a published version in the editor, read only."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    shown = get_version_or_404(workflow, number)
    return render(request, "workflows/editor/detail.html", editor_page(request, workflow, shown))
