"""The port of a tool: what a model may call.

A tool works on the workspace and returns what it wrote; it never touches a database, a disk or a network that was not
given to it. The recorder commits result and writes together, so a call without a stored result left no trace here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from runs.agent.model import ToolSpec
from runs.agent.naming import ArtifactType
from runs.agent.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ArtifactWrite:
    """A new artifact revision: `content` for files, code and images, `url` for links."""

    type: ArtifactType
    name: str
    content: bytes | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """An outward act: something that others may see. `key` (at most 80 characters) names it within a node version."""

    kind: str
    key: str
    target: str


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What the model is told, and what is to be stored with it.

    `effect`: the outward act that it was, if any; it may say more than what the tool named before (where a file went).
    """

    text: str
    is_error: bool = False
    writes: tuple[ArtifactWrite, ...] = ()
    effect: Effect | None = None


class ToolFailed(Exception):
    """The call cannot be done; the text goes back to the model."""


class ToolBroken(Exception):
    """The call cannot be done and no other call would help: the turn fails. The text is for people.

    `kind` is stored with the attempt. `transient`: another attempt may succeed; it makes the same call again.
    """

    def __init__(self, kind: str, message: str, *, detail: str = "", transient: bool = False) -> None:
        super().__init__(message)
        self.kind, self.detail, self.transient = kind, detail, transient


@runtime_checkable
class Outward(Protocol):
    """A tool that acts outwardly says what a call would do, before it does it; what was done is not repeated."""

    async def effect(self, arguments: Mapping[str, Any], workspace: Workspace) -> Effect | None:
        """Name the outward act of a call; None where it is none. Refuses nothing: the call itself does."""
        ...


class Tool(Protocol):
    """`side_effects`: a repeat would double something outside Aime, so an interrupted call is never run again."""

    @property
    def spec(self) -> ToolSpec: ...

    @property
    def side_effects(self) -> bool: ...

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        """`arguments` fit the spec's schema. Raises ToolFailed with words for the model, ToolBroken for people."""
        ...
