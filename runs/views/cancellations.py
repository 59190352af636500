"""Cancelling a whole run."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from runs.actions.runs import cancel_run
from runs.errors import ActForbidden, ActRefused
from runs.views.loading import load_run
from runs.views.rendering import chosen_node, is_fragment, render_run
from runs.views.runs import render_overview
from spaces.access import SpaceRequest, space_view


@require_POST
@space_view
def create(request: SpaceRequest, run_id: str) -> HttpResponse:
    """Cancel the run; one that has already ended is shown as it is (409)."""
    run = load_run(request, run_id)
    try:
        cancel_run(run=run, by=request.user)
    except ActForbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except ActRefused as refusal:
        if is_fragment(request):
            return render_overview(request, load_run(request, run_id), status=409)
        node, _pinned = chosen_node(request, run)
        return render_run(request, load_run(request, run_id), node, pinned=False, notice=str(refusal), status=409)
    if is_fragment(request):
        return render_overview(request, run)
    return redirect("runs:run-detail", request.space.slug, run.public_id)
