"""How acts on a template answer: a fragment for htmx, a redirect with a sentence for a plain form."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from spaces.access import SpaceRequest


def is_fragment(request: SpaceRequest) -> bool:
    """Say whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def go(request: SpaceRequest, address: str, *, said: str = "") -> HttpResponse:
    """Go to a page, with a sentence at its top."""
    if said:
        messages.success(request, said)
    return HttpResponseClientRedirect(address) if is_fragment(request) else redirect(address)


def back(request: SpaceRequest, *, said: str) -> HttpResponse:
    """Go back to where the form was (`next`, an address of this site), else to the home of the space."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = redirect("runs:space-home", request.space.slug).url
    return go(request, target, said=said)
