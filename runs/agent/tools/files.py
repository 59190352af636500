"""Tool set `files`: write, read, edit and list the files of the node version's own workspace.

Every written file is an artifact revision. Names are jailed, sizes are limited, and an edit must match exactly once:
a model that misremembers a file is told so, it never damages it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runs.agent.model import ToolSpec
from runs.agent.naming import BadName, artifact_type, is_binary_name
from runs.agent.tools.base import ArtifactWrite, Tool, ToolFailed, ToolOutcome
from runs.agent.workspace import NoSuchFile, Workspace
from runs.pictures import picture_type

MAX_FILE_BYTES = 2 * 1024 * 1024  # a model writes a few kilobytes; more is a loop or a mistake
MAX_LISTED = 200
READ_CHARS = 20_000  # about 5,000 tokens in one result

_NAME = {"type": "string", "minLength": 1, "description": "File name, for example design.md or src/app.py"}


def _schema(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": False}


def _write(workspace: Workspace, name: str, text: str) -> tuple[str, ArtifactWrite]:
    content = text.encode("utf-8", errors="replace")
    if len(content) > MAX_FILE_BYTES:
        raise ToolFailed(f"The content has {len(content):,} bytes; at most {MAX_FILE_BYTES:,} are allowed.")
    try:
        if is_binary_name(name):
            raise ToolFailed(f"{name} is a binary format; this tool writes text files only.")
        name = workspace.write(name, content)
    except BadName as error:
        raise ToolFailed(f"Not a usable file name: {error}.") from None
    return name, ArtifactWrite(artifact_type(name), name, content)


async def _read_text(workspace: Workspace, name: str) -> str:
    try:
        content = await workspace.read(name)
    except BadName as error:
        raise ToolFailed(f"Not a usable file name: {error}.") from None
    except NoSuchFile:
        known = ", ".join(workspace.names()[:20]) or "none"
        raise ToolFailed(f"There is no file {name}. Files: {known}.") from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ToolFailed(f"{name} is {_what(content)}") from None


def _what(content: bytes) -> str:
    kind = picture_type(content)
    if kind is None:
        return f"not a text file ({len(content):,} bytes)."
    return (
        f"an image ({kind}, {len(content):,} bytes), not text. An image is seen only where it follows the message that "
        "brought it; if none followed it, ask a person to describe it, or go on with its name."
    )


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Create a file or replace all of it."""

    side_effects = False
    spec = ToolSpec(
        "files_write",
        "Write a text file. Creates it, or replaces its whole content.",
        _schema({"name": _NAME, "content": {"type": "string"}}, "name", "content"),
    )

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        name, write = _write(workspace, arguments["name"], arguments["content"])
        return ToolOutcome(f"Wrote {name} ({len(write.content or b''):,} bytes).", writes=(write,))


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Read a file, a piece at a time; offsets count characters."""

    max_chars: int = READ_CHARS
    side_effects = False
    spec = ToolSpec(
        "files_read",
        "Read a text file. Long files come in pieces: pass the offset that the result names to read on.",
        _schema(
            {"name": _NAME, "offset": {"type": "integer", "minimum": 0}, "limit": {"type": "integer", "minimum": 1}},
            "name",
        ),
    )

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        text = await _read_text(workspace, arguments["name"])
        start = int(arguments.get("offset", 0))
        end = start + min(int(arguments.get("limit", self.max_chars)), self.max_chars)
        if start > len(text):
            raise ToolFailed(f"The file has {len(text):,} characters; offset {start:,} is behind its end.")
        if end >= len(text):
            return ToolOutcome(text[start:] or "(the file is empty)")
        return ToolOutcome(
            f"{text[start:end]}\n\n[characters {start} to {end} of {len(text)}; read on with offset {end}]"
        )


@dataclass(frozen=True, slots=True)
class EditFile:
    """Replace one exact piece of a file."""

    side_effects = False
    spec = ToolSpec(
        "files_edit",
        "Replace one piece of a text file. `old` must occur in it exactly once, character by character.",
        _schema(
            {"name": _NAME, "old": {"type": "string", "minLength": 1}, "new": {"type": "string"}}, "name", "old", "new"
        ),
    )

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        text = await _read_text(workspace, arguments["name"])
        found = text.count(arguments["old"])
        if found != 1:
            where = "does not occur" if found == 0 else f"occurs {found} times"
            raise ToolFailed(f"`old` {where} in {arguments['name']}; it must occur exactly once. Nothing was changed.")
        name, write = _write(workspace, arguments["name"], text.replace(arguments["old"], arguments["new"]))
        return ToolOutcome(f"Changed {name} ({len(write.content or b''):,} bytes).", writes=(write,))


@dataclass(frozen=True, slots=True)
class ListFiles:
    """Name every file with its size."""

    side_effects = False
    spec = ToolSpec("files_list", "List the files of this task with their sizes.", _schema({}))

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        names = workspace.names()
        lines = [f"{name} ({workspace.size_bytes(name):,} bytes)" for name in names[:MAX_LISTED]]
        if len(names) > MAX_LISTED:
            lines.append(f"… and {len(names) - MAX_LISTED} more")
        return ToolOutcome("\n".join(lines) or "There are no files.")


def files_tools(read_chars: int = READ_CHARS) -> tuple[Tool, ...]:
    """The set; `read_chars` is the most that one read returns, less for a model with a small context."""
    return (WriteFile(), ReadFile(read_chars), EditFile(), ListFiles())
