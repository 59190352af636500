"""The dialog before an act: what it would do. The act carries the digest of what was shown here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from runs.access import require_confirm, require_node_act
from runs.errors import ActForbidden, ActRefused
from runs.models import NodeRun, Run
from runs.pages.overview import node_rows
from runs.pages.rerun_menu import rerun_menu
from runs.pages.reruns import plan_page
from runs.transitions.planning import ACTS, NO_CHOICE, Choice
from runs.views.loading import load_node_run, load_run, standing_of
from runs.views.rendering import is_fragment
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def plan(request: SpaceRequest, run_id: str, key: str) -> HttpResponse:
    """Show the plan of an act on the latest version. `again`: what could be reused and shall be computed again."""
    act = request.GET.get("act", "restart")
    if act not in ACTS:
        raise Http404
    node_run = load_node_run(request, run_id, key, request.GET.get("version"))
    try:
        (require_confirm if act == "confirm" else require_node_act)(request.user, node_run)
        return render_plan(request, node_run, act, choice=Choice(again=frozenset(request.GET.getlist("again"))))
    except ActForbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except ActRefused as refusal:
        return render_plan(request, node_run, act, notice=str(refusal), status=409)


@require_safe
@space_view
def choices(request: SpaceRequest, run_id: str) -> HttpResponse:
    """List the nodes from which a run may be run again, the failed ones and the one that is shown first."""
    run = load_run(request, run_id)
    menu = rerun_menu(node_rows(run, standing_of(request, run)), request.GET.get("node", ""))
    if not menu.choices:
        raise PermissionDenied(_("You may only watch this run."))
    if is_fragment(request):
        return render(request, "runs/runs/_rerun_choices.html", {"menu": menu, "run": run})
    context = {"menu": menu, "run": run, "space": request.space, "trail": _trail(request, run)}
    return render(request, "runs/runs/rerun.html", context)


def _trail(request: SpaceRequest, run: Run) -> list[tuple[str, str]]:
    home = reverse("runs:space-home", args=[request.space.slug])
    page = reverse("runs:run-detail", args=[request.space.slug, run.public_id])
    return [(request.space.name, home), (run.title or str(run.version.workflow), page)]


def render_plan(
    request: SpaceRequest,
    node_run: NodeRun,
    act: str,
    *,
    choice: Choice = NO_CHOICE,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the plan of an act as it is now: the inside of the dialog, or without htmx a page of its own."""
    run = node_run.run
    latest = load_node_run(request, run.public_id, node_run.key)
    if latest.number != node_run.number and not notice:
        text = _("Version %(old)s of this node is history; version %(new)s is current.")
        notice, status = text % {"old": node_run.number, "new": latest.number}, 409
    context: dict[str, Any] = {"page": plan_page(latest, act, choice, request.user), "notice": notice}
    if is_fragment(request):
        response = render(request, "runs/node_runs/_plan.html", context, status=status)
        if request.method == "POST":  # the form is for the panel; what was refused stays in the dialog
            response["HX-Retarget"], response["HX-Reswap"] = "#reader-body", "innerHTML"
        return response
    context |= {"space": request.space, "trail": _trail(request, run)}
    return render(request, "runs/node_runs/plan.html", context, status=status)
