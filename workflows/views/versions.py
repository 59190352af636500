"""The versions of a template: listed, compared, and made the draft again."""

import json

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.access import find_workflow_or_404, get_version_or_404
from workflows.actions import restore_kept_draft, restore_version, save_draft
from workflows.document import DocumentError, from_json
from workflows.errors import DraftConflict, WorkflowForbidden
from workflows.forms import FormerDraftForm, RevisionForm
from workflows.models import Workflow, WorkflowVersion
from workflows.pages.versions import comparison_page, restore_page, sides, trail, versions_page
from workflows.queries import kept_draft_of
from workflows.views.answering import go, is_fragment


@require_safe
@space_view
def index(request: SpaceRequest, slug: str) -> HttpResponse:
    """List the published versions: the panel of the editor, or a page."""
    return render_versions(request, find_workflow_or_404(request.user, request.space, slug))


@require_safe
@space_view
def compare(request: SpaceRequest, slug: str) -> HttpResponse:
    """Compare two versions, or one with the draft, as text and on a canvas."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    before, after = sides(workflow, request.GET.get("before", ""), request.GET.get("after", ""))
    context = comparison_page(request, workflow, before, after)
    return render(request, "workflows/comparison/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@space_view(need=Permission.EDIT)
def restore(request: SpaceRequest, slug: str, number: int) -> HttpResponse:
    """Ask, then make a version the draft again; the answer holds the draft that it replaced."""
    workflow = find_workflow_or_404(request.user, request.space, slug, need=Permission.EDIT)
    version = get_version_or_404(workflow, number)
    if request.method != "POST":
        return _question(request, workflow, version)
    form = RevisionForm(request.POST)
    former = workflow.draft
    try:
        if not form.is_valid():
            return _question(request, workflow, version, status=422)
        restored = restore_version(version=version, by=request.user, base_revision=form.cleaned_data["base_revision"])
    except DraftConflict as refusal:
        notice = _("The draft changed meanwhile. Look at it before you replace it.")
        return _question(request, refusal.workflow, version, notice=notice, status=409)
    return _restored(request, restored, version, former)


@require_POST
@space_view(need=Permission.EDIT)
def restore_kept(request: SpaceRequest, slug: str) -> HttpResponse:
    """Make the draft that was kept the draft again; refused (409) when the draft was changed since it was shown."""
    workflow = find_workflow_or_404(request.user, request.space, slug, need=Permission.EDIT)
    kept, form = kept_draft_of(workflow), RevisionForm(request.POST)
    if kept is None:
        return _refused(request, workflow, _("There is no kept draft any more."), 409)
    try:
        if not form.is_valid():
            return _refused(request, workflow, _("This is not a draft."), 422)
        restore_kept_draft(kept=kept, by=request.user, base_revision=form.cleaned_data["base_revision"])
    except DocumentError:
        return _refused(request, workflow, _("The kept draft cannot be read any more."), 422)
    except DraftConflict:
        return _refused(request, workflow, _("The draft changed meanwhile. Look at it before you replace it."), 409)
    editor = redirect("workflows:workflow-detail", request.space.slug, workflow.slug).url
    return go(request, editor, said=_("The kept draft is the draft again."))


@require_POST
@space_view(need=Permission.EDIT)
def undo(request: SpaceRequest, slug: str) -> HttpResponse:
    """Bring a replaced draft back, as a new revision; refused (409) when the draft was changed since."""
    workflow = find_workflow_or_404(request.user, request.space, slug, need=Permission.EDIT)
    form = FormerDraftForm(request.POST)
    editor = redirect("workflows:workflow-detail", request.space.slug, workflow.slug).url
    try:
        if not form.is_valid():
            return _refused(request, workflow, _("This is not a draft."), 422)
        document, revision = from_json(form.cleaned_data["document"]), form.cleaned_data["base_revision"]
        save_draft(workflow=workflow, by=request.user, document=document, base_revision=revision)
    except DocumentError:
        return _refused(request, workflow, _("This is not a draft."), 422)
    except WorkflowForbidden as refusal:
        return _refused(request, workflow, str(refusal), 403)
    except DraftConflict:
        return _refused(request, workflow, _("The draft was changed since, so this would overwrite it."), 409)
    return go(request, editor, said=_("The former draft is back."))


def render_versions(request: SpaceRequest, workflow: Workflow, *, notice: str = "", status: int = 200) -> HttpResponse:
    """Render the list of versions."""
    page = "workflows/versions/_index.html" if is_fragment(request) else "workflows/versions/index.html"
    return render(request, page, versions_page(request, workflow, notice=notice), status=status)


def _question(
    request: SpaceRequest, workflow: Workflow, version: WorkflowVersion, *, notice: str = "", status: int = 200
) -> HttpResponse:
    page = "workflows/versions/_restore.html" if is_fragment(request) else "workflows/versions/restore.html"
    return render(request, page, restore_page(request, workflow, version, notice=notice), status=status)


def _restored(request: SpaceRequest, workflow: Workflow, version: WorkflowVersion, former: object) -> HttpResponse:
    """Answer with what was replaced in an undo form; what is in no version is kept beside it (`KeptDraft`)."""
    page = "workflows/versions/_restored.html" if is_fragment(request) else "workflows/versions/restored.html"
    context = {
        "space": request.space,
        "workflow": workflow,
        "version": version,
        "former": json.dumps(former, ensure_ascii=False),
        "trail": trail(request, workflow),
    }
    response = render(request, page, context)
    return trigger_client_event(response, "workflow:restored", {"revision": workflow.draft_revision})


def _refused(request: SpaceRequest, workflow: Workflow, notice: str, status: int) -> HttpResponse:
    return render_versions(request, workflow, notice=notice, status=status)
