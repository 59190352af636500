"""The history of a space: its pages, all of it as a file, many runs cancelled at once, filters kept under a name."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import replace_url

from runs.actions.bulk import Outcome, cancel_runs
from runs.actions.saved_filters import delete_filter, save_filter
from runs.errors import ActRefused
from runs.forms import SavedFilterForm
from runs.pages import history as plans
from runs.views.rendering import is_fragment
from runs.views.streaming import streamed
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def index(request: SpaceRequest) -> HttpResponse:
    """Show the runs that the address asks for; to htmx the list alone."""
    return _answer(request)


@require_safe
@space_view
def export(request: SpaceRequest) -> HttpResponseBase:
    """Give all runs that the address asks for as CSV, written while it is read from the database."""
    response = streamed(request, plans.exported(request), content_type="text/csv; charset=utf-8")
    name = f"{request.space.slug}-{timezone.now():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@space_view
def cancel(request: SpaceRequest) -> HttpResponse:
    """Cancel the chosen runs and say what became of each, above the list they were chosen from."""
    outcomes = cancel_runs(space=request.space, public_ids=request.POST.getlist("run"), by=request.user)
    return _answer(request, outcomes=outcomes, chosen_none=not outcomes)


@require_POST
@space_view
def save(request: SpaceRequest) -> HttpResponse:
    """Keep a filter under a name."""
    form = SavedFilterForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("runs:run-index", request.space.slug)
    name, query = form.cleaned_data["name"], form.cleaned_data["query"]
    try:
        save_filter(space=request.space, by=request.user, name=name, query=query)
        messages.success(request, _("Saved as “%(name)s”.") % {"name": name})
    except ActRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('runs:run-index', args=[request.space.slug])}?{query}")


@require_POST
@space_view
def forget(request: SpaceRequest, number: int) -> HttpResponse:
    """Delete one of the person's own filters."""
    if not delete_filter(space=request.space, by=request.user, pk=number):
        raise Http404
    return redirect("runs:run-index", request.space.slug)


def _answer(request: SpaceRequest, *, outcomes: tuple[Outcome, ...] = (), chosen_none: bool = False) -> HttpResponse:
    found = plans.history(request)
    context: dict[str, Any] = {
        "space": request.space,
        "history": found,
        "outcomes": outcomes,
        "chosen_none": chosen_none,
    }
    page = f"runs/history/{'_list' if request.method == 'GET' else '_list_and_outcomes'}.html"
    if not is_fragment(request):
        page = "runs/history/index.html"
        context["choices"], context["saved"] = plans.bar(request, found.wanted)
    response = render(request, page, context)
    patch_vary_headers(response, ["HX-Request"])
    if request.method == "GET" and is_fragment(request):
        return replace_url(response, f"{reverse('runs:run-index', args=[request.space.slug])}?{found.here}")
    return response
