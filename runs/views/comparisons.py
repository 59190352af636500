"""Two runs of one template beside each other."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from runs.models import Run
from runs.pages.comparing import run_comparison as plans
from runs.views.loading import load_run
from spaces.access import SpaceRequest, space_view


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
    context = {
        "space": request.space,
        "template": known.version.workflow,
        "trail": _trail(request),
        "offered": plans.offered(request.user, known, before if known is after else after),
        "before": plans.side(before) if before else None,
        "after": plans.side(after) if after else None,
        "pairs": plans.compare_runs(before, after) if before and after else (),
    }
    return render(request, "runs/comparisons/detail.html", context)


def _run(request: SpaceRequest, name: str) -> Run | None:
    public_id = request.GET.get(name)
    return load_run(request, public_id) if public_id else None


def _trail(request: SpaceRequest) -> list[tuple[str, str]]:
    home = reverse("runs:space-home", args=[request.space.slug])
    return [(request.space.name, home), (_("History"), reverse("runs:run-index", args=[request.space.slug]))]
