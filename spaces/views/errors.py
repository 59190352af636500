"""Refusals and misses: a whole page, or for htmx a short note at the page's end, leaving the page as it is."""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

RETRY_AFTER_S = 5


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


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; 503 where the database is away, which passes. No context processor runs: they may read it, too."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        note = _("The database is not answering just now. Nothing was changed; try again in a few seconds.")
        response = _plain(request, "503.html", 503, note)
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
    return _plain(request, "500.html", 500, _("Something broke on our side. What was saved is safe; try again."))


def _plain(request: HttpRequest, page: str, status: int, note: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return HttpResponse(render_to_string(page), status=status)
    return _retargeted(HttpResponse(render_to_string("components/flash.html", _flash(note)), status=status))


def _answer(request: HttpRequest, page: str, status: int, note: str, context: dict[str, Any]) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return render(request, page, context, status=status)
    return _retargeted(render(request, "components/flash.html", _flash(note), status=status))


def _flash(note: str) -> dict[str, str]:
    return {"tone": "bad", "icon_name": "triangle-alert", "text": note}


def _retargeted(response: HttpResponse) -> HttpResponse:
    response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    return response
