"""Reading a text that was pasted into the editor, with the words of an import. Nothing is kept.

A part of a template may refer to steps that are not in it; the editor says what became of such references.
"""

from http import HTTPStatus

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.access import DOCUMENTS, find_workflow_or_404
from workflows.document import DocumentError, parse_excerpt, to_json
from workflows.pages.problems import sentence
from workflows.views.bodies import BadRequest, json_body

KEYS = frozenset({"text"})


@require_POST
@space_view(need=Permission.EDIT)
def create(request: SpaceRequest, slug: str) -> JsonResponse:
    """Answer the document that a text is, or why it is none."""
    find_workflow_or_404(request.user, request.space, slug, need=Permission.EDIT, without=DOCUMENTS)
    try:
        text = json_body(request, keys=KEYS).get("text")
        document = parse_excerpt(text if isinstance(text, str) else "")
    except BadRequest as refusal:
        return JsonResponse({"error": str(refusal)}, status=refusal.code)
    except DocumentError as refusal:
        said = [sentence(problem) for problem in refusal.problems]
        return JsonResponse({"errors": said}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return JsonResponse({"document": to_json(document)})
