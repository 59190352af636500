"""What the import page shows: the form, what is wrong with a file, or what it would replace."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from spaces.access import SpaceRequest
from workflows.document import Document, DocumentError, Problem, parse_yaml
from workflows.forms import ImportForm
from workflows.models import Workflow
from workflows.pages.versions import person_name
from workflows.template_file.decoding import text_of, too_large
from workflows.template_file.problems import errors, problem_to_json
from workflows.template_file.yaml_events import MAX_BYTES


def given_text(form: ImportForm) -> str:
    """Return the text of what was uploaded, else of what was pasted. Raises DocumentError."""
    file = form.cleaned_data.get("file")
    if file is None:
        return str(form.cleaned_data.get("text") or "")
    if file.size is None or file.size > MAX_BYTES:
        raise DocumentError([too_large()])
    return text_of(file.read())


def parsed(form: ImportForm) -> tuple[str, Document]:
    """Return the text and the template that it is. Raises DocumentError."""
    text = given_text(form)
    return text, parse_yaml(text)


def import_page(
    request: SpaceRequest,
    form: ImportForm,
    *,
    problems: list[Problem] | None = None,
    target: Workflow | None = None,
    text: str = "",
) -> dict[str, Any]:
    """Give the context of the page. `target`: the template whose draft the file would replace."""
    return {
        "space": request.space,
        "form": form,
        "problems": [problem_to_json(problem, gettext) for problem in problems or ()],
        "target": target,
        "saved_by": person_name(target.draft_saved_by) if target else "",
        "text": text,
        "max_bytes": MAX_BYTES,
        "trail": [(request.space.name, reverse("runs:space-home", args=[request.space.slug]))],
    }


def error_count(problems: list[Problem]) -> int:
    """Count what blocks publishing."""
    return len(errors(problems))
