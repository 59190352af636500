"""The start form of a template."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from runs.actions.runs import start_run
from runs.errors import ActForbidden, ActRefused, InvalidInputs
from runs.forms import StartForm
from runs.graphs import version_graph
from runs.pages.start import start_page
from runs.views.rendering import is_fragment
from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.access import find_workflow_or_404
from workflows.document import Document
from workflows.models import WorkflowVersion


@require_http_methods(["GET", "HEAD", "POST"])
@space_view(need=Permission.START)
def create(request: SpaceRequest, slug: str) -> HttpResponse:
    """Ask for the inputs of a template's live version; then start it."""
    workflow = find_workflow_or_404(request.user, request.space, slug, need=Permission.START)
    version = workflow.live_version
    if version is None:
        raise Http404
    document = _document_or_404(version)
    if request.method != "POST":
        return render(request, "runs/starts/new.html", start_page(request.space, workflow, StartForm(document)))
    form = StartForm(document, request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, start_page(request.space, workflow, form), 422)
    try:
        run = start_run(version=version, by=request.user, inputs=form.given(form.cleaned_data))
    except ActForbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except (ActRefused, InvalidInputs) as refusal:
        form.add_error(None, str(refusal))
        return _again(request, start_page(request.space, workflow, form), 409)
    return _go(request, redirect("runs:run-detail", request.space.slug, run.public_id).url)


def _document_or_404(version: WorkflowVersion) -> Document:
    try:
        return version_graph(version.pk).document
    except WorkflowVersion.DoesNotExist as gone:  # deleted in this instant
        raise Http404 from gone


def _again(request: SpaceRequest, context: dict[str, object], status: int) -> HttpResponse:
    """Show the form again with what was typed; htmx gets the form alone, so that chosen files stay chosen."""
    page = "runs/starts/_form.html" if is_fragment(request) else "runs/starts/new.html"
    return render(request, page, context, status=status)


def _go(request: SpaceRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if is_fragment(request) else redirect(address)
