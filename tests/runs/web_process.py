"""A real daphne on the test database, and a browser's end of a socket, for tests of the live protocol."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

ROOT = Path(__file__).resolve().parents[2]
TERMINATE_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
FINAL_CODES = (4401, 4403, 4404)


class WebProcess:
    """Daphne as `make run` starts it: on a listening socket that outlives it."""

    def __init__(self, application: str = "aime_project.asgi:application") -> None:
        self.application = application
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        fd = self.listening.fileno()
        command = [
            sys.executable,
            "-m",
            "aime_project.processes.web_server",
            "--fd",
            str(fd),
            "-v",
            "0",
            "--application-close-timeout",
            "2",
        ]
        env = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
        self.process = subprocess.Popen(
            [*command, self.application], cwd=ROOT, env=env, pass_fds=(fd,), start_new_session=True
        )

    def kill(self, number: int = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(120)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.listening.close()
        with connection.cursor() as cursor:  # the server notices a dead client a moment later
            cursor.execute(TERMINATE_OTHERS)


def database_url() -> str:
    """The address of the test database for a child process."""
    given = connection.settings_dict
    login = quote(str(given["USER"]))
    if given.get("PASSWORD"):
        login += ":" + quote(str(given["PASSWORD"]))
    query = f"host={quote(str(given['HOST']))}" + (f"&port={given['PORT']}" if given.get("PORT") else "")
    return f"postgresql://{login}@/{quote(str(given['NAME']))}?{query}"


def cookie_of(user: User) -> str:
    """Sign a person in; the session is a row."""
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


class Page:
    """A browser page: keeps its last number, drops what it has, reconnects with `after` until told to stop."""

    def __init__(self, port: int, query: str, cookie: str = "", after: int = 0) -> None:
        self.port, self.query, self.cookie, self.last = port, query, cookie, after
        self.texts: dict[str, str] = {}
        self.frames: list[dict[str, Any]] = []
        self.codes: list[int] = []
        self.doubled = 0
        self.socket: ClientConnection | None = None
        self.task = asyncio.create_task(self._run())

    async def drop(self) -> None:
        """Cut the connection as a lost network does: no closing handshake."""
        if self.socket is not None:
            self.socket.transport.abort()

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _run(self) -> None:
        while not self.codes or self.codes[-1] not in FINAL_CODES:
            try:
                await self._connect()
            except (OSError, InvalidHandshake, EOFError, ConnectionClosed):
                self.codes.append(1006)
            await asyncio.sleep(0.05)

    async def _connect(self) -> None:
        address = f"ws://127.0.0.1:{self.port}/ws/live/?{self.query}&after={self.last}"
        headers = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}"}
        async with connect(address, additional_headers=headers, proxy=None, open_timeout=120) as self.socket:
            while True:
                try:
                    text = await self.socket.recv()
                except ConnectionClosed:
                    self.codes.append(self.socket.close_code or 1006)
                    return
                self._take(json.loads(text))

    def _take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if "s" in frame:
            if frame["s"] <= self.last:
                self.doubled += 1
                return
            self.last = frame["s"]
        if frame["t"] == "delta":
            self.texts[frame["m"]] = self.texts.get(frame["m"], "") + frame["x"]
