"""The panel of one node version, fetched when another node is chosen or this one changed."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from runs.pages import panel as plans
from runs.views.loading import load_run, standing_of
from runs.views.rendering import chosen_node, is_fragment, log_id, render_panel, render_run
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def panel(request: SpaceRequest, run_id: str) -> HttpResponse:
    """Give the panel. `have`: the conversation that the browser holds already; it is left out."""
    run = load_run(request, run_id)
    node, pinned = chosen_node(request, run)
    if not is_fragment(request):
        return render_run(request, run, node, pinned=pinned)
    wants_messages = request.GET.get("have") != log_id(node)
    pinned = pinned and "keep" not in request.GET
    shown = plans.panel(run, node, standing_of(request, run), with_messages=wants_messages)
    return render_panel(request, shown, pinned=pinned)
