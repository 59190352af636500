"""The run ticket: the page that explains a run, the same as a file, and the template as it ran."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from runs.pages.ticket import ticket_page
from runs.tickets import document
from runs.tickets.reading import read
from runs.views.loading import load_run, standing_of
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def detail(request: SpaceRequest, run_id: str) -> HttpResponse:
    """Show what became of a run, and why."""
    run = load_run(request, run_id)
    page = ticket_page(run, standing_of(request, run))
    home = reverse("runs:space-home", args=[request.space.slug])
    address = reverse("runs:run-detail", args=[request.space.slug, run.public_id])
    context = {"space": request.space, "page": page, "trail": [(request.space.name, home), (page.title, address)]}
    return render(request, "runs/tickets/detail.html", context)


@require_safe
@space_view
def download(request: SpaceRequest, run_id: str) -> HttpResponse:
    """Give the ticket as JSON, to be handed on."""
    run = load_run(request, run_id)
    text = document.to_json(document.ticket(read(run)))
    return _file(text, "application/json", f"ticket-{run.public_id}.json")


@require_safe
@space_view
def template(request: SpaceRequest, run_id: str) -> HttpResponse:
    """Give the template as it ran, as a template file."""
    run = load_run(request, run_id)
    name = f"{run.version.workflow.slug}-v{run.version.number}.yaml"
    return _file(document.template_file(run), "application/yaml", name)


def _file(text: str, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
