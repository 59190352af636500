"""Refusals and misses: a whole page, or for htmx a short note at the page's end, leaving the page as it is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400: a form larger than Django reads, a damaged upload, a strange host."""
    return _answer(request, "400.html", 400, _("This is too large or damaged. Shorten it and try again."), {})


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    reason = str(exception or "")
    note = reason or _("You may not do this. Nothing was changed.")
    return _answer(request, "403.html", 403, note, {"reason": reason})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return _answer(
        request, "404.html", 404, _("This is not here any more, or not visible to you. Reload the page."), {}
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without a valid token."""
    return _answer(request, "403_csrf.html", 403, _("This page is too old. Reload it and try again."), {})


def _answer(request: HttpRequest, page: str, status: int, note: str, context: dict[str, Any]) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return render(request, page, context, status=status)
    flash = {"tone": "bad", "icon_name": "triangle-alert", "text": note}
    response = render(request, "components/flash.html", flash, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    return response
