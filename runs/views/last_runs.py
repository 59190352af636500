"""How a node of a template went in its last run: parts of the editor that know about runs."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from runs.pages.last_run import last_run, trial
from spaces.access import SpaceRequest, space_view
from workflows.access import find_workflow_or_404
from workflows.template_file.parsing_fields import read_output
from workflows.template_file.problems import Problem
from workflows.template_file.reading import Reader
from workflows.template_file.specs import KEY, OutputSpec


@require_safe
@space_view
def detail(request: SpaceRequest, slug: str, key: str) -> HttpResponse:
    """Show the last run of a node."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    shown = last_run(request.user, workflow, key) if KEY.match(key) else None
    return render(request, "runs/last_run/_detail.html", {"panel": shown, "space": request.space})


@require_POST
@space_view
def try_output(request: SpaceRequest, slug: str, key: str) -> HttpResponse:
    """Say what the output, declared as the editor has it now, would have got in the last run."""
    workflow = find_workflow_or_404(request.user, request.space, slug)
    spec, problem = _output(request.POST.get("output", ""))
    if spec is None or not KEY.match(key):
        return render(request, "runs/last_run/_trial.html", {"trial": None, "said": problem}, status=422)
    tried = trial(request.user, workflow, key, spec)
    said = _("No run has finished this step yet. Publish the template and start a run to try its outputs.")
    context = {"trial": tried, "said": said, "output": spec, "space": request.space}
    return render(request, "runs/last_run/_trial.html", context)


def _output(text: str) -> tuple[OutputSpec | None, str]:
    """Read an output in the JSON form of a document; else say what is wrong with it."""
    problems: list[Problem] = []
    try:
        given: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None, _("The server could not read this output.")
    spec = read_output(Reader(given, "", problems))
    return (None, problems[0].said.render(_)) if problems else (spec, "")
