"""The one socket of a page: says who may listen and to what, then leaves it to the hub. It takes nothing from browsers.

`?run=<public id>&after=<number>` follows a run from a number; `?space=<slug>` gets a notice when a list may have
changed. It is accepted before it is refused, since a browser learns the code of an accepted socket only.
"""

from typing import Any
from urllib.parse import parse_qsl

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import Http404

from runs.access import get_run_or_404, standing
from runs.live import hub
from runs.live_outlets import CLOSED_ANONYMOUS, CLOSED_UNKNOWN, MAX_NUMBER, Outlet
from spaces.access import get_membership_or_404


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
            run_id, space_id, role = await database_sync_to_async(find_topic)(self.scope["user"], query)
        except Http404:
            await self.close(CLOSED_UNKNOWN)
            return
        self.outlet = Outlet(self.send, self.close, user_id=self.scope["user"].pk, space_id=space_id, role=role)
        if run_id is None:
            hub().follow_space(self.outlet)
        else:
            after = query.get("after", "0")[:20]  # Python reads no number of thousands of digits
            hub().follow_run(self.outlet, run_id, min(int(after) if after.isdecimal() else 0, MAX_NUMBER))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignore what a browser sends: people write by POST."""


def find_topic(user: Any, query: dict[str, str]) -> tuple[int | None, int, str | None]:
    """Load what is asked for as views do: (run, its space, the user's role). Raises Http404."""
    if "run" in query:
        run = get_run_or_404(user, query["run"])
        return run.pk, run.space_id, standing(user, run).role
    membership = get_membership_or_404(user, query.get("space", ""))
    return None, membership.space_id, membership.role
