"""Task templates: the list, one with its versions, the form of the next version, differences between versions."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.errors import TaskTemplateConflict
from workflows.models import TaskTemplate
from workflows.pages import task_templates as plans
from workflows.task_templates.access import find_task_template_or_404, get_task_version_or_404
from workflows.task_templates.actions import Words, create_task_template, save_task_template
from workflows.task_templates.forms import TaskForm, draft_form, edited, filled_form, posted_form
from workflows.views.answering import go, is_fragment


@require_safe
@space_view
def index(request: SpaceRequest) -> HttpResponse:
    """List the task templates that the person may see."""
    return render(request, "workflows/task_templates/index.html", plans.index_page(request))


@require_safe
@space_view
def detail(request: SpaceRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Show a task template: what its newest version, or an old one, holds, its versions, and who uses it."""
    template = find_task_template_or_404(request.user, request.space, slug)
    return render(request, "workflows/task_templates/detail.html", plans.detail_page(request, template, number))


@require_http_methods(["GET", "HEAD", "POST"])
@space_view(need=Permission.EDIT)
def create(request: SpaceRequest) -> HttpResponse:
    """Ask for a new task template, then save it. A node (of a draft, or posted as JSON) fills the form."""
    if request.method != "POST" or "node" in request.POST:
        return _form(request, plans.prefilled(request))
    if request.POST.get("act"):
        return _form(request, draft_form(edited(request.POST, request.POST["act"])))
    form = posted_form(request.POST)
    if not form.is_valid() or form.content is None:
        return _form(request, form, status=422)
    head = form.head.cleaned_data
    template = create_task_template(
        space=request.space,
        by=request.user,
        words=_words(form),
        content=form.content,
        visibility=head["visibility"] or "space",
    )
    return _to(request, template, _("“%(name)s” is saved as version 1.") % {"name": template.name})


@require_http_methods(["GET", "HEAD", "POST"])
@space_view(need=Permission.EDIT)
def edit(request: SpaceRequest, slug: str) -> HttpResponse:
    """Show the newest version in the form, then save it as the next one."""
    template = find_task_template_or_404(request.user, request.space, slug, need=Permission.EDIT, archived=False)
    if request.method != "POST":
        return _form(request, _filled(template), template)
    if request.POST.get("act"):
        return _form(request, draft_form(edited(request.POST, request.POST["act"])), template)
    form = posted_form(request.POST)
    if not form.is_valid() or form.content is None:
        return _form(request, form, template, status=422)
    return _save(request, template, form)


@require_safe
@space_view
def compare(request: SpaceRequest, slug: str) -> HttpResponse:
    """Show what differs between two versions (`?before=`, `?after=`)."""
    template = find_task_template_or_404(request.user, request.space, slug)
    return render(request, "workflows/task_templates/comparison.html", plans.comparison_page(request, template))


@require_safe
@space_view
def upgrade(request: SpaceRequest, slug: str) -> HttpResponse:
    """Give what a node gets by a newer version (`?from=`, `?to=`), as a fragment for the inspector."""
    template = find_task_template_or_404(request.user, request.space, slug)
    return render(request, "workflows/task_templates/_upgrade.html", plans.upgrade_page(request, template))


def _save(request: SpaceRequest, template: TaskTemplate, form: TaskForm) -> HttpResponse:
    """Save a valid form as the next version; 409 shows who was quicker and keeps what was typed."""
    assert form.content is not None, "judged before"
    base = form.head.cleaned_data["base"] or 0
    try:
        version = save_task_template(
            template=template, by=request.user, words=_words(form), content=form.content, base=base
        )
    except TaskTemplateConflict as conflict:
        newer = get_task_version_or_404(conflict.template, conflict.template.newest)
        shown = draft_form(edited(request.POST, f"rebase:{newer.number}"))
        context = plans.form_page(request, shown, template) | {"newer": newer, "base": base}
        return _shown(request, context, 409)
    if version is None:
        return _to(request, template, _("Saved. The content is as it was, so there is no new version."))
    return _to(request, template, _("Saved as version %(number)d.") % {"number": version.number})


def _filled(template: TaskTemplate) -> TaskForm:
    newest = get_task_version_or_404(template, template.newest)
    head = {"name": template.name, "description": template.description, "base": template.newest}
    return filled_form(newest.document, **head)


def _form(
    request: SpaceRequest, form: TaskForm, template: TaskTemplate | None = None, *, status: int = 200
) -> HttpResponse:
    context = plans.form_page(request, form, template)
    return _shown(request, context, status)


def _shown(request: SpaceRequest, context: dict[str, Any], status: int) -> HttpResponse:
    """Show the form: alone to htmx, so that the preview beside it stays; else in its page."""
    page = "_form.html" if is_fragment(request) and request.method == "POST" else "form.html"
    return render(request, f"workflows/task_templates/{page}", context, status=status)


def _to(request: SpaceRequest, template: TaskTemplate, said: str) -> HttpResponse:
    return go(request, reverse("workflows:task-template-detail", args=[request.space.slug, template.slug]), said=said)


def _words(form: TaskForm) -> Words:
    head = form.head.cleaned_data
    return Words(head["name"].strip(), head["description"], head["note"])
