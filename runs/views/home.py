"""The home of a space, and the parts of it that change by themselves or are searched."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from runs.pages import home as plans
from runs.pages.templates import gallery, template_list
from runs.views.rendering import is_fragment
from spaces.access import SpaceRequest, space_view
from spaces.models import Permission


@require_safe
@space_view
def detail(request: SpaceRequest) -> HttpResponse:
    """Show what needs the person, what runs, the templates and the gallery; to htmx the list of templates alone."""
    context = {
        "space": request.space,
        "list": template_list(request),
        "may_start": request.membership.permits(Permission.START),
        "may_edit": request.membership.permits(Permission.EDIT),
    }
    page = "runs/home/_templates.html"
    if not is_fragment(request):
        page = "runs/home/detail.html"
        context |= {"activity": plans.activity(request), "examples": gallery(request)}
    response = render(request, page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@space_view
def activity(request: SpaceRequest) -> HttpResponse:
    """Give what needs the person and what runs."""
    return render(request, "runs/home/_activity.html", {"space": request.space, "activity": plans.activity(request)})
