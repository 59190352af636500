"""Two versions of a node beside each other."""

from django.http import HttpResponse
from django.shortcuts import render
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
    context = {"space": request.space, "comparison": compare_versions(before, after)}
    return render(request, "runs/version_comparisons/detail.html", context)
