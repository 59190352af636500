"""The gallery: worked examples that a space can start from, each with a picture of its graph."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.actions import create_workflow, publish
from workflows.gallery import example, examples
from workflows.views.answering import go


@require_safe
@space_view
def index(request: SpaceRequest) -> HttpResponse:
    """Show every example; who may not edit looks only."""
    context = {
        "space": request.space,
        "examples": examples(),
        "may_edit": request.membership.permits(Permission.EDIT),
        "trail": [(request.space.name, reverse("runs:space-home", args=[request.space.slug]))],
    }
    return render(request, "workflows/gallery/index.html", context)


@require_POST
@space_view(need=Permission.EDIT)
def copy(request: SpaceRequest, key: str) -> HttpResponse:
    """Add an example as a template of its own, never over an edited one, publish it, and open its editor."""
    try:
        document = example(key).document
    except KeyError as error:
        raise Http404 from error
    workflow = create_workflow(space=request.space, by=request.user, document=document)
    publish(workflow=workflow, by=request.user, note=_("From the gallery"))
    editor = redirect("workflows:workflow-detail", request.space.slug, workflow.slug).url
    return go(request, editor, said=_("“%(name)s” is now a template of this space.") % {"name": workflow.name})
