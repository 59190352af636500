"""The port of a tool: what a model may call.

A tool works on the workspace and returns what it wrote; it never touches a database, a disk or a network that was not
given to it. The recorder commits result and writes together, so a call without a stored result left no trace here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

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
class ToolOutcome:
    """What the model is told, and what is to be stored with it."""

    text: str
    is_error: bool = False
    writes: tuple[ArtifactWrite, ...] = ()


class ToolFailed(Exception):
    """The call cannot be done; the text goes back to the model."""


class Tool(Protocol):
    """`side_effects`: a repeat would double something outside Aime, so an interrupted call is never run again."""

    @property
    def spec(self) -> ToolSpec: ...

    @property
    def side_effects(self) -> bool: ...

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        """`arguments` fit the spec's schema. Raises ToolFailed with words for the model."""
        ...
