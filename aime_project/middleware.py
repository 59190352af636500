"""Request id into the log context, static files out of the pages' way, the security headers that Django does not set.

All of it is synchronous: one middleware in the chain that is not costs each page several changes of thread (ADR 0024).
"""

import re
import uuid
from collections.abc import Callable

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware

from aime_project.logging import bind

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RequestIdMiddleware:
    """Give every request an id: a proxy's, where it looks like one, else a new one. It comes back in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request_id = given if _ACCEPTED.fullmatch(given) else uuid.uuid4().hex
        vars(request)["request_id"] = request_id  # for lines that Django writes once the middleware is through
        with bind(request_id=request_id):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response


class StaticFilesMiddleware:
    """Hand what is below the static prefix to servestatic, whose middleware is asynchronous only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._static = async_to_sync(ServeStaticMiddleware(sync_to_async(get_response)).__call__)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_static = request.path_info.startswith(settings.STATIC_URL)
        return self._static(request) if is_static else self.get_response(request)


class SecurityHeadersMiddleware:
    """Add the headers, unless the view set its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response
