"""My tasks, in one space or in all of the person's, and how many wait."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url

from runs.access import get_node_run_or_404, standing
from runs.pages.nav_counts import nav_counts
from runs.pages.overview import last_number
from runs.pages.panel import panel
from runs.pages.tasks.filters import task_filters
from runs.pages.tasks.tasks import STARTED, Tasks, tasks
from runs.views.rendering import is_fragment
from spaces.access import SpaceRequest, space_view
from spaces.models import Space


@require_safe
@space_view
def index(request: SpaceRequest) -> HttpResponse:
    """Show my tasks in a space, with the gate of the chosen one; to htmx the list alone."""
    return _answer(request, request.space)


@require_safe
@login_required
def everywhere(request: HttpRequest) -> HttpResponse:
    """Show my tasks in all my spaces."""
    return _answer(request, None)


@require_safe
@login_required
def count(request: HttpRequest) -> HttpResponse:
    """Say how many nodes wait for me, in each space, and how many notifications I have not read."""
    return render(request, "runs/tasks/_counts.html", {"counts": nav_counts(request.user)})


def _answer(request: HttpRequest, space: Space | None) -> HttpResponse:
    found = tasks(request.user, space, request.GET)
    context: dict[str, Any] = {"space": space, "tasks": found}
    page = "runs/tasks/_list.html"
    if not is_fragment(request):
        page = "runs/tasks/index.html"
        context |= _pane(request, space, found)
        context["filters"] = task_filters(request.user, space, found.wanted, with_status=found.tab == STARTED)
    response = render(request, page, context)
    patch_vary_headers(response, ["HX-Request"])
    if is_fragment(request) and "asked" in request.GET:  # by the filter bar, not by a live refresh
        return replace_url(response, found.address)
    return response


def _pane(request: HttpRequest, space: Space | None, found: Tasks) -> dict[str, Any]:
    """Read the node that the address names, also one that waits no more, else the first of the list."""
    named = (request.GET["run"], request.GET["node"]) if {"run", "node"} <= set(request.GET) else None
    chosen = (found.chosen.run_id, found.chosen.key) if found.chosen else None
    if found.tab == STARTED or not (named or chosen):
        return {}
    try:
        node = get_node_run_or_404(request.user, *(named or chosen or ("", "")))
    except Http404:
        return {}
    if space is not None and node.run.space_id != space.pk:
        return {}
    shown = panel(node.run, node, standing(request.user, node.run), with_messages=True)
    return {"panel": shown, "seq": last_number(node.run)}
