"""Publishing the draft, and taking the live version out of use."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.access import find_workflow_or_404
from workflows.actions import publish, unpublish
from workflows.errors import DraftConflict, NothingNew, PublishRefused
from workflows.forms import PublishForm
from workflows.models import Workflow, WorkflowVersion
from workflows.pages.versions import publish_page
from workflows.views.answering import back, is_fragment
from workflows.views.versions import render_versions


@require_http_methods(["GET", "HEAD", "POST"])
@space_view(need=Permission.EDIT)
def create(request: SpaceRequest, slug: str) -> HttpResponse:
    """Show what publishing would change, then publish exactly that."""
    workflow = find_workflow_or_404(request.user, request.space, slug, need=Permission.EDIT)
    if request.method != "POST":
        return _dialog(request, workflow)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _dialog(request, workflow, notice=str(next(iter(form.errors.values()))[0]), status=422)
    revision = form.cleaned_data["base_revision"]
    try:
        version = publish(workflow=workflow, by=request.user, note=form.cleaned_data["note"], base_revision=revision)
    except DraftConflict as refusal:
        notice = _("The draft changed meanwhile. Here is what would be published now.")
        return _dialog(request, refusal.workflow, notice=notice, status=409)
    except NothingNew as refusal:
        return _dialog(request, workflow, notice=str(refusal), status=409)
    except PublishRefused as refusal:
        return _dialog(request, workflow, notice=str(refusal), status=422)
    return _published(request, version)


@require_POST
@space_view(need=Permission.EDIT)
def destroy(request: SpaceRequest, slug: str) -> HttpResponse:
    """Take the live version out of use; without one there is nothing to do."""
    workflow = find_workflow_or_404(request.user, request.space, slug, need=Permission.EDIT)
    number = unpublish(workflow=workflow, by=request.user)
    said = _("No version is in use.")
    if number:
        said = _("Version %(number)s is out of use: nothing new starts, what runs goes on.") % {"number": number}
    if not is_fragment(request) or "next" in request.POST:
        return back(request, said=said)
    workflow.live_version = None
    return trigger_client_event(render_versions(request, workflow, notice=said), "workflow:unpublished", {})


def _dialog(request: SpaceRequest, workflow: Workflow, *, notice: str = "", status: int = 200) -> HttpResponse:
    """Show the dialog, or the page with it; what was typed stays."""
    context = publish_page(request, workflow, note=request.POST.get("note", ""), notice=notice)
    page = "workflows/publications/_new.html" if is_fragment(request) else "workflows/publications/new.html"
    return render(request, page, context, status=status)


def _published(request: SpaceRequest, version: WorkflowVersion) -> HttpResponse:
    if not is_fragment(request):
        messages.success(request, _("Version %(number)s is live.") % {"number": version.number})
        return redirect("workflows:workflow-detail", request.space.slug, version.workflow.slug)
    context = {"space": request.space, "workflow": version.workflow, "version": version}
    response = render(request, "workflows/publications/_published.html", context)
    return trigger_client_event(response, "workflow:published", {"number": version.number})
