"""The one socket of a page: says who may listen and to what, then leaves it to the hub. It takes nothing from browsers.

`?run=<id>&after=<number>` follows a run, `?space=<slug>` a space, `?mine=1` all of one's; each hears when lists change.
It is accepted before it is refused, since a browser learns the code of an accepted socket only.
"""

from typing import Any
from urllib.parse import parse_qsl

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import Http404

from runs.access import get_run_or_404, standing
from runs.live import hub
from runs.live_outlets import CLOSED_ANONYMOUS, CLOSED_UNKNOWN, Outlet, number_of, owner_of
from spaces.access import get_membership_or_404, spaces_of


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """See the module."""

    outlet: Outlet | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.outlet is not None:
                hub().leave(self.outlet)

    async def connect(self) -> None:
        await self.accept()
        if not self.scope["user"].is_authenticated:
            await self.close(CLOSED_ANONYMOUS)
            return
        query = dict(parse_qsl(self.scope["query_string"].decode(errors="replace")))
        try:
            run_id, place = await database_sync_to_async(find_topic)(self.scope["user"], query)
        except Http404:
            await self.close(CLOSED_UNKNOWN)
            return
        self.outlet = Outlet(self.send, self.close, **owner_of(self.scope), **place)
        if run_id is not None:
            hub().follow_run(self.outlet, run_id, number_of(query.get("after", "0")))
        hub().follow_spaces(self.outlet)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignore what a browser sends."""


def find_topic(user: Any, query: dict[str, str]) -> tuple[int | None, dict[str, Any]]:
    """Load what is asked for as views do: (run, the socket's space, the user's role, and spaces). Raises Http404."""
    if "run" in query:
        run = get_run_or_404(user, query["run"])
        return run.pk, {"space_id": run.space_id, "role": standing(user, run).role, "spaces": spaces_of(user)}
    if "mine" in query:
        return None, {"space_id": 0, "role": None, "spaces": spaces_of(user)}
    membership = get_membership_or_404(user, query.get("space", ""))
    return None, {"space_id": membership.space_id, "role": membership.role}
