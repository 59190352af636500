"""Acts on a template as a whole: its file, copies, archive, deletion, owner, visibility, and a person's mark."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows import actions
from workflows.access import find_workflow_or_404, get_version_or_404, may_manage
from workflows.document import DocumentError, from_json, to_yaml
from workflows.errors import DraftConflict, WorkflowForbidden
from workflows.forms import NAME_CHARS, FavouriteForm, TransferForm, VisibilityForm
from workflows.models import Visibility
from workflows.pages.versions import person_name, trail
from workflows.views.answering import back, go, is_fragment

MAX_NUMBER_CHARS = 9


@require_safe
@space_view
def export(request: SpaceRequest, slug: str) -> HttpResponse:
    """Send the template file: of the draft, or of `?version=`."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    number = request.GET.get("version", "")
    if number and not (number.isdecimal() and len(number) <= MAX_NUMBER_CHARS):
        raise Http404
    source = get_version_or_404(workflow, int(number)).document if number else workflow.draft
    try:
        text = to_yaml(from_json(source))
    except DocumentError as error:
        raise Http404(_("This draft was never saved.")) from error
    name = f"{workflow.slug}-v{number}.yaml" if number else f"{workflow.slug}.yaml"
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@space_view(need=Permission.EDIT)
def duplicate(request: SpaceRequest, slug: str) -> HttpResponse:
    """Copy the draft into a template of the person's own and open it."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    name = _("%(name)s (copy)") % {"name": workflow.name[: NAME_CHARS - 10]}
    made = actions.duplicate_workflow(workflow=workflow, by=request.user, name=name)
    editor = redirect("workflows:workflow-detail", request.space.slug, made.slug).url
    return go(request, editor, said=_("This is a copy of “%(name)s”. It is yours.") % {"name": workflow.name})


@require_POST
@space_view(need=Permission.EDIT)
def archive(request: SpaceRequest, slug: str) -> HttpResponse:
    """Take a template out of use."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    try:
        actions.archive_workflow(workflow=workflow, by=request.user)
    except WorkflowForbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    return back(request, said=_("“%(name)s” is archived. Its runs stay.") % {"name": workflow.name})


@require_POST
@space_view(need=Permission.EDIT)
def unarchive(request: SpaceRequest, slug: str) -> HttpResponse:
    """Bring an archived template back."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    try:
        actions.unarchive_workflow(workflow=workflow, by=request.user)
    except WorkflowForbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    return back(request, said=_("“%(name)s” is back.") % {"name": workflow.name})


@require_POST
@space_view(need=Permission.EDIT)
def destroy(request: SpaceRequest, slug: str) -> HttpResponse:
    """Delete a template that never ran; one with runs is archived, and the person is told."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    try:
        deleted = actions.delete_workflow(workflow=workflow, by=request.user)
    except WorkflowForbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    said = _("“%(name)s” is deleted.") if deleted else _("“%(name)s” has runs, so it was archived: they stay readable.")
    return back(request, said=said % {"name": workflow.name})


@require_http_methods(["GET", "HEAD", "POST"])
@space_view(need=Permission.EDIT)
def transfer(request: SpaceRequest, slug: str) -> HttpResponse:
    """Ask for the new owner, then hand the template over."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    if not may_manage(request.user, workflow):
        raise PermissionDenied(_("Only the owner or an admin of the space hands a workflow over."))
    form = TransferForm(workflow, request.POST or None)
    if request.method == "POST" and form.is_valid():
        owner = form.cleaned_data["owner"]
        actions.transfer_workflow(workflow=workflow, by=request.user, to=owner)
        words = {"name": workflow.name, "owner": person_name(owner)}
        return back(request, said=_("“%(name)s” belongs to %(owner)s now.") % words)
    next_page = request.POST.get("next") or request.GET.get("next", "")
    context = {"space": request.space, "workflow": workflow, "form": form, "next": next_page}
    context["trail"] = trail(request, workflow)
    page = "workflows/workflows/_transfer.html" if is_fragment(request) else "workflows/workflows/transfer.html"
    return render(request, page, context, status=422 if form.is_bound else 200)


@require_POST
@space_view(need=Permission.EDIT)
def show(request: SpaceRequest, slug: str) -> HttpResponse:
    """Say who may see a template."""
    workflow = find_workflow_or_404(request.user, request.space, slug, need=Permission.EDIT)
    form = VisibilityForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("There is no such visibility."), status=422, content_type="text/plain; charset=utf-8")
    try:
        actions.change_visibility(workflow=workflow, by=request.user, visibility=form.cleaned_data["visibility"])
    except (WorkflowForbidden, DocumentError) as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except DraftConflict:
        return back(request, said=_("The draft changed meanwhile, so nothing was done. Try again."))
    is_personal = form.cleaned_data["visibility"] == Visibility.PERSONAL
    said = _("Only its owner sees “%(name)s” now.") if is_personal else _("The space sees “%(name)s” now.")
    return back(request, said=said % {"name": workflow.name})


@require_POST
@space_view
def favour(request: SpaceRequest, slug: str) -> HttpResponse:
    """Mark a template as a favourite, or no longer."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    form = FavouriteForm(request.POST)
    marked = form.is_valid() and form.cleaned_data["marked"]
    actions.mark_favourite(workflow=workflow, by=request.user, marked=marked)
    if not is_fragment(request):
        said = _("“%(name)s” is a favourite of yours.") if marked else _("“%(name)s” is no favourite any more.")
        return back(request, said=said % {"name": workflow.name})
    context = {"space": request.space, "slug": workflow.slug, "name": workflow.name, "marked": marked}
    return render(request, "workflows/workflows/_favourite.html", context)
