"""Making a task template of a step, as the editor has it: saved or not."""

from http import HTTPStatus

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.access import find_workflow_or_404
from workflows.forms import NodeTemplateForm
from workflows.pages.problems import sentence
from workflows.task_templates.actions import create_task_template
from workflows.task_templates.content import content_given
from workflows.task_templates.queries import template_card
from workflows.views.bodies import BadRequest, json_body

KEYS = frozenset({"node", "name", "description", "visibility"})


@require_POST
@space_view(need=Permission.EDIT)
def create(request: SpaceRequest, slug: str) -> JsonResponse:
    """Save what a step holds as a task template; give its reference (`slug@1`) and its card for the catalogue."""
    find_workflow_or_404(request.user, request.space, slug, need=Permission.EDIT)
    try:
        body = json_body(request, keys=KEYS)
    except BadRequest as refusal:
        return JsonResponse({"error": str(refusal)}, status=refusal.code)
    form = NodeTemplateForm(body)
    content, problems = content_given(body.get("node"))
    if not form.is_valid() or problems:
        said = [*form.sentences(), *map(sentence, problems)]
        return JsonResponse({"errors": said}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    made = create_task_template(space=request.space, by=request.user, content=content, **form.wanted())
    card = template_card(made.versions.select_related("template").get())
    return JsonResponse({"reference": f"{made.slug}@{card['number']}", "card": card}, status=HTTPStatus.CREATED)
