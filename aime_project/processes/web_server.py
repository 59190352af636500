"""Daphne, with an end that ends: `python -m aime_project.processes.web_server` takes daphne's own arguments.

On SIGTERM daphne 4.2.3 with an open WebSocket raises KeyError in `kill_all_applications` (the upgraded HTTP request is
listed without an application), cancels nothing and the interpreter then crashes while it collects the pending tasks.
Here sockets are told to come back (4503), and all that runs is cancelled and awaited. `tests/runs/test_consumers.py`
shows it; without the fault this module can go.
"""

import asyncio
from typing import Any

from daphne.cli import CommandLineInterface
from daphne.server import Server
from twisted.internet.defer import Deferred

from runs.live import hub

PATIENCE_S = 2.0


class WebServer(Server):  # type: ignore[misc]  # daphne has no types
    """Daphne's server with a whole shutdown."""

    def kill_all_applications(self) -> Any:
        """Called by Twisted before it stops; it waits for what is returned."""
        return Deferred.fromFuture(asyncio.ensure_future(self._end()))

    async def _end(self) -> None:
        await hub().stop()
        applications = [details.get("application_instance") for details in self.connections.values()]
        running = [application for application in applications if application is not None and not application.done()]
        for application in running:
            application.cancel()
        if running:
            await asyncio.wait(running, timeout=PATIENCE_S)


class WebCommand(CommandLineInterface):  # type: ignore[misc]
    """Daphne's command line with our server."""

    server_class = WebServer


if __name__ == "__main__":
    WebCommand.entrypoint()
