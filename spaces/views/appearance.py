"""The theme of this browser, kept in a cookie so that the first paint of every page is right."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

MAX_AGE_S = 365 * 24 * 3600
CHOICES = [(name, name) for name in ("light", "dark", "system")]


class AppearanceForm(forms.Form):
    """Which theme, and where to go on."""

    theme = forms.ChoiceField(choices=CHOICES)
    next = forms.CharField(required=False, empty_value="/")


@require_POST
def update(request: HttpRequest) -> HttpResponse:
    """Remember the theme; "system" forgets it. No account needed: it belongs to the browser."""
    form = AppearanceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    target = form.cleaned_data["next"]
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = redirect(target)
    if form.cleaned_data["theme"] == "system":
        response.delete_cookie("theme", samesite="Lax")
    else:
        response.set_cookie("theme", form.cleaned_data["theme"], MAX_AGE_S, samesite="Lax", secure=request.is_secure())
    return response
