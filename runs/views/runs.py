"""A run: its page, and the fragment that says how it stands."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from runs.models import Run
from runs.pages import overview as plans
from runs.pages import timeline as timelines
from runs.pages.rerun_menu import rerun_menu
from runs.views.loading import load_run, standing_of
from runs.views.rendering import chosen_node, is_fragment, render_run
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def detail(request: SpaceRequest, run_id: str) -> HttpResponse:
    """Show a run with the conversation of one node: `?node=`, else the one that wants to be seen."""
    run = load_run(request, run_id)
    node, pinned = chosen_node(request, run)
    return render_run(request, run, node, pinned=pinned)


@require_safe
@space_view
def overview(request: SpaceRequest, run_id: str) -> HttpResponse:
    """Give the list of nodes and, out of band, the head and the facts of the page."""
    return render_overview(request, load_run(request, run_id))


@require_safe
@space_view
def timeline(request: SpaceRequest, run_id: str) -> HttpResponse:
    """Give every attempt of every node version on one line of time; without htmx the page that shows it."""
    run = load_run(request, run_id)
    if not is_fragment(request):
        return redirect(f"{reverse('runs:run-detail', args=[request.space.slug, run.public_id])}?tab=timeline")
    return render(request, "runs/runs/_timeline.html", {"run": run, "timeline": timelines.timeline(run)})


def render_overview(request: SpaceRequest, run: Run, *, status: int = 200) -> HttpResponse:
    """Render the list of nodes, the head and the facts of a run's page."""
    found = plans.overview(run, standing_of(request, run))
    selected = request.GET.get("node") or found.follow
    context = {
        "overview": found,
        "selected": selected,
        "rerun": rerun_menu(found.nodes, selected),
        "template": run.version.workflow,
    }
    return render(request, "runs/runs/_overview_and_head.html", context, status=status)
