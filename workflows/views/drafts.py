"""The draft as JSON: read, saved by the editor, and kept as a copy where two people changed it."""

import dataclasses
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.access import DOCUMENTS, LIVE_DOCUMENT, find_workflow_or_404
from workflows.actions import create_workflow, save_draft
from workflows.document import Document, DocumentError, from_json
from workflows.errors import DraftConflict, WorkflowForbidden
from workflows.pages.editor import draft_json, saved_json
from workflows.pages.problems import problems_json
from workflows.views.bodies import BadRequest, json_body

KEYS = frozenset({"base_revision", "document"})
NAME_CHARS = 120


@require_http_methods(["GET", "HEAD", "POST"])
@space_view
def update(request: SpaceRequest, slug: str) -> HttpResponseBase:
    """Give the draft, or save a newer one."""
    if request.method != "POST":
        shown = find_workflow_or_404(request.user, request.space, slug, without=(LIVE_DOCUMENT,))
        return JsonResponse(draft_json(shown))
    try:
        workflow = find_workflow_or_404(request.user, request.space, slug, need=Permission.EDIT, without=DOCUMENTS)
        source, revision = _given(request)
        document = from_json(source)
        saved = save_draft(workflow=workflow, by=request.user, document=document, base_revision=revision)
    except BadRequest as refusal:
        return JsonResponse({"error": str(refusal)}, status=refusal.code)
    except DocumentError as refusal:
        return JsonResponse({"problems": problems_json(refusal.problems, source)}, status=422)
    except DraftConflict as refusal:
        return JsonResponse(draft_json(refusal.workflow), status=409)
    except (PermissionDenied, WorkflowForbidden) as refusal:
        return JsonResponse({"error": str(refusal)}, status=403)
    return JsonResponse(saved_json(saved, document))


@require_POST
@space_view(need=Permission.EDIT)
def copy(request: SpaceRequest, slug: str) -> HttpResponseBase:
    """Keep a document that could not be saved as a template of its own."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    try:
        source = json_body(request, keys=KEYS).get("document")
        document = from_json(source)
    except BadRequest as refusal:
        return JsonResponse({"error": str(refusal)}, status=refusal.code)
    except DocumentError as refusal:
        return JsonResponse({"problems": problems_json(refusal.problems, source)}, status=422)
    made = create_workflow(space=workflow.space, by=request.user, document=_as_copy(document))
    address = reverse("workflows:workflow-detail", args=[request.space.slug, made.slug])
    return JsonResponse({"address": address, "name": made.name}, status=201)


def _given(request: SpaceRequest) -> tuple[Any, int]:
    """Read the document and the revision that it was made from. Raises BadRequest."""
    body = json_body(request, keys=KEYS)
    revision = body.get("base_revision")
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise BadRequest(400, _("base_revision must be the number of the revision that was changed."))
    return body.get("document"), revision


def _as_copy(document: Document) -> Document:
    name = _("%(name)s (copy)") % {"name": document.name[: NAME_CHARS - 10]}
    return dataclasses.replace(document, name=name)
