"""Two versions of a node beside each other."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from runs.pages.comparing.version_comparison import compare_versions
from runs.views.loading import load_node_run
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def detail(request: SpaceRequest, run_id: str, key: str) -> HttpResponse:
    """Compare the versions that `from` and `to` name; without them the latest and the one before it."""
    after = load_node_run(request, run_id, key, request.GET.get("to"))
    before = load_node_run(request, run_id, key, request.GET.get("from") or str(max(1, after.number - 1)))
    home = reverse("runs:space-home", args=[request.space.slug])
    page = reverse("runs:run-detail", args=[request.space.slug, run_id])
    run = after.run
    context = {
        "space": request.space,
        "comparison": compare_versions(before, after, request.GET.get("layout", "")),
        "trail": [(request.space.name, home), (run.title or str(run.version.workflow), page)],
    }
    return render(request, "runs/version_comparisons/detail.html", context)
