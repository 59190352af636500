"""HTTP and WebSocket entry: origin check and session authentication around the run's sockets."""

import os
from pathlib import Path
from typing import Any

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.urls import re_path

from aime_project.long_lived import LongLived
from aime_project.request_threads import PageHandler, RequestThreads
from aime_project.static_memory import StaticMemory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aime_project.settings")
django.setup(set_prefix=False)
http = StaticMemory(
    LongLived(RequestThreads(PageHandler())), root=Path(settings.STATIC_ROOT), prefix=settings.STATIC_URL
)

from runs.routing import websocket_urlpatterns  # noqa: E402  (consumers import models, which need Django set up)


async def refuse(_scope: Any, receive: Any, send: Any) -> None:
    """Close a socket to an address that does not exist; the router would raise, and anybody could fill the log."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


sockets = URLRouter([*websocket_urlpatterns, re_path("", refuse)])  # type: ignore[arg-type]  # channels routes ASGI applications
application = ProtocolTypeRouter(
    {"http": http, "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(sockets))},
)
