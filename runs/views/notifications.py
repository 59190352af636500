"""What the person was told: the list, the glance of the bell, what they read, and of what they want to be told."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from runs.actions import notifications as actions
from runs.pages import notifications as plans
from runs.views.rendering import is_fragment


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show what the person was told; to htmx the list alone."""
    context: dict[str, Any] = {"notices": plans.notices(request.user, request.GET)}
    page = "runs/notifications/_list.html"
    if not is_fragment(request):
        page = "runs/notifications/index.html"
        context["choices"] = plans.choices_of(request.user)
    response = render(request, page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@login_required
def glance(request: HttpRequest) -> HttpResponse:
    """Give the newest few for the bell."""
    return render(request, "runs/notifications/_glance.html", {"notices": plans.glance(request.user)})


@require_POST
@login_required
def read(request: HttpRequest, notice: int) -> HttpResponse:
    """Mark one as read."""
    if not actions.read_one(by=_person(request), pk=notice):
        raise Http404
    return _again(request)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    actions.read_all(by=_person(request))
    return _again(request)


@require_POST
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """Choose of which kinds to be told."""
    actions.choose_kinds(by=_person(request), kinds=request.POST.getlist("kind"))
    messages.success(request, _("Saved. From now on you are told of what you chose."))
    return redirect("runs:notification-index")


def _person(request: HttpRequest) -> User:
    """Give the person who is signed in."""
    assert isinstance(request.user, User), "behind login_required"
    return request.user


def _again(request: HttpRequest) -> HttpResponse:
    """Answer with the list that the act came from, as it is now: the bell's or a page of the whole one."""
    if not is_fragment(request):
        return redirect("runs:notification-index")
    if request.POST.get("from") == "bell":
        return render(request, "runs/notifications/_glance.html", {"notices": plans.glance(request.user)})
    context = {"notices": plans.notices(request.user, request.GET)}
    return render(request, "runs/notifications/_list.html", context)
