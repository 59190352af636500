"""The run ticket: the page that explains a run, for whoever must understand what happened."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from runs.views.loading import load_run
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def detail(request: SpaceRequest, run_id: str) -> HttpResponse:
    """Show what became of a run, and why."""
    run = load_run(request, run_id)
    home = reverse("runs:space-home", args=[request.space.slug])
    page = reverse("runs:run-detail", args=[request.space.slug, run.public_id])
    title = run.title or run.version.workflow.name
    context = {"space": request.space, "run": run, "title": title, "trail": [(request.space.name, home), (title, page)]}
    return render(request, "runs/tickets/detail.html", context)
