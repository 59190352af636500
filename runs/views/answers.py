"""The answer to an act on a node: done, refused because it changed (409), not allowed (403), invalid (422)."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from runs.errors import ActForbidden, ActRefused, PlanChanged, StaleTransition
from runs.models import NodeRun
from runs.pages.panel import panel
from runs.views.loading import load_node_run, standing_of
from runs.views.rendering import is_fragment, render_panel, render_run
from runs.views.reruns import render_plan
from spaces.access import SpaceRequest


def answer_act(
    request: SpaceRequest, node_run: NodeRun, form: forms.Form, act: Callable[[], object], *, planned: str = ""
) -> HttpResponse:
    """Do the act and answer with the node as it is then; a refusal says why beside it.

    `planned`: the act's name where it has a plan; one that changed meanwhile is shown again.
    """
    try:
        if not form.is_valid():
            return answer_node(request, node_run, notice=_first_error(form), status=422)
        act()
    except ActForbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except PlanChanged as refusal:
        return render_plan(request, node_run, planned, notice=str(refusal), status=409)
    except ActRefused as refusal:
        return answer_node(request, node_run, notice=str(refusal), status=409)
    except StaleTransition:
        return answer_node(request, node_run, notice=_("This changed meanwhile; here it is now."), status=409)
    return answer_node(request, node_run)


def answer_node(request: SpaceRequest, node_run: NodeRun, *, notice: str = "", status: int = 200) -> HttpResponse:
    """Answer with the latest version of the node: a fragment for htmx, else the page, redirected to if all is well."""
    run, draft = node_run.run, request.POST.get("text", "") if notice else ""
    latest = load_node_run(request, run.public_id, node_run.key)
    if is_fragment(request):
        standing = standing_of(request, run)
        shown = panel(latest.run, latest, standing, with_messages=True, draft=draft)
        return render_panel(request, shown, pinned=_is_pinned(request), notice=notice, status=status)
    if not notice:
        return redirect(f"{reverse('runs:run-detail', args=[request.space.slug, run.public_id])}?node={latest.key}")
    return render_run(request, latest.run, latest, pinned=True, notice=notice, draft=draft, status=status)


def _is_pinned(request: SpaceRequest) -> bool:
    """Say whether the person has chosen the node: the address of their page then names it."""
    _path, _mark, query = request.headers.get("HX-Current-URL", "").partition("?")
    return "node" in QueryDict(query.partition("#")[0])


def _first_error(form: forms.Form) -> str:
    return str(next(iter(form.errors.values()))[0])
