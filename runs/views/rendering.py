"""What several views answer with: the run's page, and a node's panel as a fragment or, without htmx, as that page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from runs.models import NodeRun, Run
from runs.pages.overview import choose_node, last_number, node_rows, overview
from runs.pages.panel import Panel, panel
from runs.views.loading import load_node_run, standing_of
from spaces.access import SpaceRequest


def is_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def chosen_node(request: SpaceRequest, run: Run) -> tuple[NodeRun, bool]:
    """Load the node that the address names, else the one to follow: (node version, is it pinned)."""
    key = request.GET.get("node")
    if key:
        return load_node_run(request, run.public_id, key, request.GET.get("version")), True
    follow = choose_node(node_rows(run, standing_of(request, run)))
    return load_node_run(request, run.public_id, follow), False


def render_run(
    request: SpaceRequest,
    run: Run,
    node: NodeRun,
    *,
    pinned: bool,
    notice: str = "",
    draft: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the whole page. The sequence number is read first: what comes later is sent again, never missed."""
    seq = last_number(run)
    standing = standing_of(request, run)
    workflow = run.version.workflow
    context: dict[str, Any] = {
        "space": request.space,
        "seq": seq,
        "overview": overview(run, standing),
        "panel": panel(run, node, standing, with_messages=True, draft=draft),
        "pinned": pinned,
        "notice": notice,
        "template": workflow,
        "title": run.title or workflow.name,
        "trail": [(request.space.name, reverse("runs:space-home", args=[request.space.slug]))],
    }
    return render(request, "runs/runs/detail.html", context, status=status)


def render_panel(
    request: SpaceRequest, shown: Panel, *, pinned: bool, notice: str = "", status: int = 200
) -> HttpResponse:
    """Render a node's panel alone."""
    context = {"panel": shown, "pinned": pinned, "notice": notice}
    return render(request, "runs/node_runs/_panel.html", context, status=status)


def log_id(node: NodeRun) -> str:
    """Name the element of a node version's conversation, as the templates do (`dom_id node "log"`)."""
    return f"noderun-{node.pk}-log"
