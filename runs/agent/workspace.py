"""The files that a node version's agent sees: an in-memory overlay over what is stored.

Nothing here reaches a disk or a database: reads of stored files go through `load`, writes stay in the overlay, and the
tool returns them as ArtifactWrites which the recorder commits. The one rule: names are jailed (`naming.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from runs.agent.naming import jailed


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A stored file as the listing shows it."""

    size_bytes: int
    media_type: str = ""


class NoSuchFile(LookupError):
    """There is no file of this name in the workspace."""


class NotExported(Exception):
    """This file cannot be given out under this name; the text goes back to the model, which may do better."""


class ExportBroken(Exception):
    """The place where exports go cannot be written; nothing that the model says would help.

    `transient`: it may pass by itself. `detail`: the system's own words.
    """

    def __init__(self, message: str, *, detail: str = "", transient: bool = False) -> None:
        super().__init__(message)
        self.detail, self.transient = detail, transient


class Exports(Protocol):
    """Where one attempt gives out files."""

    async def put(self, name: str, content: bytes) -> str:
        """Write the file whole or not at all and return its place, which is below this node version's own.

        Never changes what is there: the same content under the same name is found again, other content gets a name
        with a number. Raises NotExported, ExportBroken.
        """
        ...


class Workspace:
    """Files by name, and links by name. One per attempt; not shared between tasks."""

    def __init__(
        self,
        files: Mapping[str, FileInfo],
        load: Callable[[str], Awaitable[bytes]],
        links: Mapping[str, str] | None = None,
        effects: Mapping[str, str] | None = None,
        exports: Exports | None = None,
    ) -> None:
        self._stored = dict(files)
        self._load = load
        self._written: dict[str, bytes] = {}
        self.links: dict[str, str] = dict(links or {})
        self.effects: dict[str, str] = dict(effects or {})  # outward acts that were done: key → what was said of them
        self.exports = exports  # where files are given out; None where there is no such place

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._stored.keys() | self._written.keys()))

    def size_bytes(self, name: str) -> int:
        """Raises BadName, NoSuchFile."""
        name = self._existing(name)
        return len(self._written[name]) if name in self._written else self._stored[name].size_bytes

    async def read(self, name: str) -> bytes:
        """Return the newest content. Raises BadName, NoSuchFile, and what `load` raises."""
        name = self._existing(name)
        return self._written[name] if name in self._written else await self._load(name)

    def write(self, name: str, content: bytes) -> str:
        """Put content into the overlay and return the name as stored. Raises BadName."""
        name = jailed(name)
        self._written[name] = content
        return name

    def _existing(self, name: str) -> str:
        name = jailed(name)
        if name not in self._written and name not in self._stored:
            raise NoSuchFile(name)
        return name
