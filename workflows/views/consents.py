"""A person's own consent to be the executor of a template's nodes: seen, given, taken back."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from spaces.access import SpaceRequest, space_view
from workflows.access import find_workflow_or_404
from workflows.actions import give_consent, revoke_consent
from workflows.errors import WorkflowForbidden
from workflows.pages.consents import consents_page
from workflows.views.answering import back, is_fragment


@require_safe
@space_view
def index(request: SpaceRequest) -> HttpResponse:
    """List what the person agreed to in this space, and what asks for it."""
    return render(request, "workflows/consents/index.html", consents_page(request))


@require_POST
@space_view
def create(request: SpaceRequest, slug: str) -> HttpResponse:
    """Agree that steps of a template run as the person who is signed in."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    try:
        give_consent(workflow=workflow, by=request.user)
    except WorkflowForbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    return _answer(request, _("Steps of “%(name)s” may run as you.") % {"name": workflow.name})


@require_POST
@space_view
def destroy(request: SpaceRequest, slug: str) -> HttpResponse:
    """Take the consent back."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    revoke_consent(workflow=workflow, by=request.user)
    said = _("Steps of “%(name)s” no longer run as you. What is running now goes on to its end.")
    return _answer(request, said % {"name": workflow.name})


def _answer(request: SpaceRequest, said: str) -> HttpResponse:
    """Go back to where the form was; a page that shows the consent itself only hears that it is done."""
    if request.POST.get("next"):
        return back(request, said=said)
    return HttpResponse(status=204) if is_fragment(request) else redirect("workflows:consent-index", request.space.slug)
