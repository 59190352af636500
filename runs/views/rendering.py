"""What several views answer with: the run's page, and a node's panel as a fragment or, without htmx, as that page."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from runs.access import get_artifact_or_404, node_run_of_or_404
from runs.models import Artifact, NodeRun, Run
from runs.pages.neighbours import neighbours_of
from runs.pages.overview import choose_node, last_number, node_rows, overview
from runs.pages.panel import Panel, panel
from runs.pages.rerun_menu import rerun_menu
from runs.pages.run_canvas import canvas_catalogue, canvas_document
from runs.pages.timeline import timeline
from runs.views.loading import standing_of, whole_number
from spaces.access import SpaceRequest

TABS = ("chat", "outputs", "canvas", "timeline")  # what of a run its page shows; the middle two on narrow screens only


def is_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def chosen_node(request: SpaceRequest, run: Run) -> tuple[NodeRun, bool]:
    """Load the node that the address names, or that made the artifact it names, else the one to follow.

    Gives (node version, is it pinned).
    """
    key = request.GET.get("node")
    if key:
        return node_run_of_or_404(run, key, whole_number(request.GET.get("version"))), True
    made = named_artifact(request, run)
    if made:
        return node_run_of_or_404(run, made.node_run.key, made.node_run.number), True
    follow = choose_node(node_rows(run, standing_of(request, run)))
    return node_run_of_or_404(run, follow), False


def named_artifact(request: SpaceRequest, run: Run) -> Artifact | None:
    """Load the artifact that the address names; one of another run does not exist here."""
    public_id = request.GET.get("artifact")
    if not public_id:
        return None
    artifact = get_artifact_or_404(request.user, public_id)
    if artifact.node_run.run_id != run.pk:
        raise Http404
    return artifact


def named_tab(request: HttpRequest) -> str:
    """Give the part of the page that the address names; what is unknown is the conversation."""
    tab = request.GET.get("tab", "")
    return tab if tab in TABS else TABS[0]


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
    """Render the whole page. Its number is as old as the run: what came later is sent again, never missed."""
    standing = standing_of(request, run)
    workflow = run.version.workflow
    tab, artifact = named_tab(request), named_artifact(request, run)
    found = overview(run, standing)
    context: dict[str, Any] = {
        "space": request.space,
        "seq": last_number(run),
        "overview": found,
        "rerun": rerun_menu(found.nodes, node.key),
        "panel": panel(run, node, standing, with_messages=True, draft=draft),
        "pinned": pinned,
        "notice": notice,
        "template": workflow,
        "title": run.title or workflow.name,
        "tab": tab,
        "timeline": timeline(run) if tab == "timeline" else None,
        "neighbours": neighbours_of(run, request.user.pk),
        "canvas_document": canvas_document(run.version_id),
        "canvas_catalogue": canvas_catalogue(run.version_id),
        "artifact_address": artifact_address(request, run, artifact) if artifact else "",
        "trail": [(request.space.name, reverse("runs:space-home", args=[request.space.slug]))],
    }
    return render(request, "runs/runs/detail.html", context, status=status)


def artifact_address(request: SpaceRequest, run: Run, artifact: Artifact) -> str:
    """Give the address at which an artifact is read."""
    return reverse("runs:artifact-detail", args=[request.space.slug, run.public_id, artifact.public_id])


def render_panel(
    request: SpaceRequest, shown: Panel, *, pinned: bool, notice: str = "", status: int = 200
) -> HttpResponse:
    """Render a node's panel alone."""
    context = {"panel": shown, "pinned": pinned, "notice": notice}
    return render(request, "runs/node_runs/_panel.html", context, status=status)


def log_id(node: NodeRun) -> str:
    """Name the element of a node version's conversation, as the templates do (`dom_id node "log"`)."""
    return f"noderun-{node.pk}-log"
