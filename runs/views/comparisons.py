"""Two runs of one template beside each other."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from runs.access import get_artifact_or_404
from runs.models import Artifact, Run
from runs.pages.comparing import run_comparison as plans
from runs.pages.comparing.differences import difference
from runs.views.loading import load_run
from runs.views.rendering import is_fragment
from spaces.access import SpaceRequest, space_view

OPENED = 4  # artifacts that differ are open at once where there are no more


@require_safe
@space_view
def detail(request: SpaceRequest) -> HttpResponse:
    """Compare the runs that `before` and `after` name; with one of them, offer the other. Without any: the history."""
    before, after = _run(request, "before"), _run(request, "after")
    known = after or before
    if known is None:
        return redirect("runs:run-index", request.space.slug)
    if before and after and before.version.workflow_id != after.version.workflow_id:
        raise Http404
    context: dict[str, Any] = {
        "space": request.space,
        "template": known.version.workflow,
        "trail": _trail(request),
        "offered": plans.offered(request.user, known, before if known is after else after),
        "before": plans.side(before) if before else None,
        "after": plans.side(after) if after else None,
        "layout": _layout(request),
        **(_pairs(before, after) if before and after else {}),
    }
    return render(request, "runs/comparisons/detail.html", context)


@require_safe
@space_view
def artifacts(request: SpaceRequest) -> HttpResponse:
    """Compare the artifacts that `before` and `after` name, of any runs of the space, line by line."""
    before, after = _artifact(request, "before"), _artifact(request, "after")
    if not is_fragment(request):
        return redirect("runs:artifact-detail", request.space.slug, after.node_run.run.public_id, after.public_id)
    context = {
        "space": request.space,
        "before": before,
        "after": after,
        "found": difference(before, after),
        "layout": _layout(request),
    }
    return render(request, "runs/comparisons/_artifacts.html", context)


def _pairs(before: Run, after: Run) -> dict[str, Any]:
    pairs = plans.compare_runs(before, after)
    opens = sum(len(pair.artifacts) for pair in pairs) <= OPENED
    return {"pairs": pairs, "ids": (before.public_id, after.public_id), "opens": opens}


def _layout(request: SpaceRequest) -> str:
    return "sides" if request.GET.get("layout") == "sides" else "inline"


def _artifact(request: SpaceRequest, name: str) -> Artifact:
    artifact = get_artifact_or_404(request.user, request.GET.get(name, ""))
    if artifact.node_run.run.space_id != request.space.pk:
        raise Http404
    return artifact


def _run(request: SpaceRequest, name: str) -> Run | None:
    public_id = request.GET.get(name)
    return load_run(request, public_id) if public_id else None


def _trail(request: SpaceRequest) -> list[tuple[str, str]]:
    home = reverse("runs:space-home", args=[request.space.slug])
    return [(request.space.name, home), (_("History"), reverse("runs:run-index", args=[request.space.slug]))]
