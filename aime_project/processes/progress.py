"""What the supervisor tells about things that take long: the web process coming up, the model being fetched."""

import http.client
from pathlib import Path

from aime_project.processes.model.state import ModelState, read_state
from aime_project.processes.terminal import Terminal

ASK_S = 1.0
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (where to reach a server that listens everywhere)


def answers(host: str, port: int) -> bool:
    """Say whether the web process answers its liveness probe."""
    connection = http.client.HTTPConnection(LOOPBACK.get(host, host), port, timeout=ASK_S)
    try:
        connection.request("GET", "/health", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class ModelWatch:
    """Tells the model's state when it changes, and the progress of its download."""

    def __init__(self, terminal: Terminal, state_path: Path) -> None:
        self._terminal = terminal
        self._path = state_path
        self._told: ModelState | None = None
        self._state: ModelState | None = None

    def is_up(self) -> bool:
        """Say whether the model answers; as of the last look."""
        return self._state is not None and self._state.state == "ready"

    def look(self) -> None:
        """Read the report and tell what is new."""
        self._state = state = read_state(self._path)
        if state is None or state == self._told:
            return
        if state.state == "fetching" and state.done_bytes:
            share = 100 * state.done_bytes // max(1, state.total_bytes)
            megabytes = f"{state.done_bytes // 1_000_000} of {state.total_bytes // 1_000_000} MB"
            self._terminal.progress(f"model: {share} % ({megabytes}) {state.detail}")
        elif not self._told or (state.state, state.detail) != (self._told.state, self._told.detail):
            self._terminal.say(f"model: {state.state}: {state.detail}")
        self._told = state
