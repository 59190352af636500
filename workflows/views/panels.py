"""The inspector's fragments, rendered from the document that the browser holds. They store nothing."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.access import find_workflow_or_404, may_manage
from workflows.models import Visibility, Workflow
from workflows.panels.panel import NotInDocument, Viewer, node_panel
from workflows.panels.template import template_panel

MAX_BYTES = 2 * 1024 * 1024


class UnreadableDocument(Exception):
    """The posted document is no JSON; the text says so to a person."""


@require_POST
@space_view
def detail(request: SpaceRequest, slug: str, key: str) -> HttpResponse:
    """Show one node of the posted document."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    viewer = Viewer(request.user, workflow, request.POST.get("tab", ""), _is_read_only(request, workflow))
    try:
        panel = node_panel(_document(request), key, viewer)
    except UnreadableDocument as refusal:
        return _refused(request, str(refusal), 422)
    except NotInDocument:
        return _refused(request, _("There is no such step in this document any more."), 404)
    return render(request, "workflows/panels/_panel.html", {"panel": panel, "space": request.space})


@require_POST
@space_view
def template(request: SpaceRequest, slug: str) -> HttpResponse:
    """Show the template itself: what the inspector has when no node is chosen."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    try:
        source = _document(request)
    except UnreadableDocument as refusal:
        return _refused(request, str(refusal), 422)
    read_only = _is_read_only(request, workflow)
    panel = template_panel(source, may_manage=may_manage(request.user, workflow), read_only=read_only)
    context = {"panel": panel, "workflow": workflow, "choices": Visibility.choices}
    return render(request, "workflows/panels/_template.html", context)


def _document(request: SpaceRequest) -> Any:
    text = request.POST.get("document", "")
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise UnreadableDocument(_("This document is too large to be shown here; take some steps out of it."))
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(_("The server could not read the document. Reload the page and try again.")) from error


def _is_read_only(request: SpaceRequest, workflow: Workflow) -> bool:
    may_edit = request.membership.permits(Permission.EDIT) and workflow.archived_at is None
    return not may_edit or request.POST.get("read_only") == "true"


def _refused(request: SpaceRequest, said: str, status: int) -> HttpResponse:
    return render(request, "workflows/panels/_refused.html", {"said": said}, status=status)
