"""Importing a template file: a new template, or a new draft of the one with its name, as the person chooses."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.actions import create_workflow, replace_draft
from workflows.document import Document, DocumentError
from workflows.errors import DraftConflict
from workflows.forms import ImportForm
from workflows.models import Workflow
from workflows.pages.imports import error_count, import_page, parsed
from workflows.queries import import_target, problems_of

PAGE = "workflows/imports/new.html"


@require_http_methods(["GET", "HEAD", "POST"])
@space_view(need=Permission.EDIT)
def create(request: SpaceRequest) -> HttpResponse:
    """Ask for a file; say what is wrong with it, ask before it replaces a draft, else take it."""
    if request.method != "POST":
        return render(request, PAGE, import_page(request, ImportForm()))
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, PAGE, import_page(request, form), status=422)
    try:
        text, document = parsed(form)
    except DocumentError as refusal:
        return render(request, PAGE, import_page(request, form, problems=refusal.problems), status=422)
    target = import_target(request.space, request.user, document)
    if target is not None and not _is_settled(form, target):
        return render(request, PAGE, import_page(request, form, target=target, text=text))
    try:
        return _imported(request, form, document, target)
    except DraftConflict as refusal:
        return render(request, PAGE, import_page(request, form, target=refusal.workflow, text=text), status=409)


def _is_settled(form: ImportForm, target: Workflow) -> bool:
    """Say whether the person was asked about this very template and has chosen."""
    choice, asked_about = form.cleaned_data["choice"], form.cleaned_data["target"]
    return bool(choice == "new" or (choice == "replace" and asked_about == target.slug))


def _imported(request: SpaceRequest, form: ImportForm, document: Document, target: Workflow | None) -> HttpResponse:
    if target is None or form.cleaned_data["choice"] == "new":
        workflow = create_workflow(space=request.space, by=request.user, document=document)
        messages.success(request, _("“%(name)s” was imported as a new template.") % {"name": workflow.name})
    else:
        revision = form.cleaned_data["base_revision"] or 0
        workflow = replace_draft(workflow=target, by=request.user, document=document, base_revision=revision)
        messages.success(request, _("The draft of “%(name)s” was replaced.") % {"name": workflow.name})
    count = error_count(problems_of(workflow))
    if count:
        said = ngettext("%(n)d problem blocks publishing.", "%(n)d problems block publishing.", count) % {"n": count}
        messages.warning(request, said)
    return redirect("workflows:workflow-detail", request.space.slug, workflow.slug)
