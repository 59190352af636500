"""Tool set `exports`: give a file of the task out to the folder outside of Aime.

What is outside is never changed and never written twice: the act is named by the file's name and content, so a repeat
is answered from the ledger, and where the ledger was not reached (a process that died in between) the port finds
the same bytes at the same place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runs.agent.model import ToolSpec
from runs.agent.naming import BadName, jailed
from runs.agent.tools.base import Effect, Tool, ToolBroken, ToolFailed, ToolOutcome
from runs.agent.workspace import ExportBroken, NoSuchFile, NotExported, Workspace

KIND = "export"
_NAME = {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class WriteExport:
    """Give out the current revision of a file, under its own name or another."""

    side_effects = False  # a repeat finds its own file: nothing outside is doubled
    spec = ToolSpec(
        "exports_write",
        "Export a file of this task: copy its current content to the folder outside, where others take it. Write the "
        "file first. An exported file is never changed; exporting a changed file adds another one beside it.",
        {
            "type": "object",
            "properties": {
                "name": {**_NAME, "description": "Name of a file of this task, for example design.md"},
                "as": {**_NAME, "description": "Name to give it outside; without it the same name"},
            },
            "required": ["name"],
            "additionalProperties": False,
        },
    )

    async def effect(self, arguments: Mapping[str, Any], workspace: Workspace) -> Effect | None:
        try:
            content = await workspace.read(arguments["name"])
            name = jailed(arguments.get("as") or arguments["name"])
        except (BadName, NoSuchFile):
            return None
        digest = hashlib.sha256(f"{name}\n{hashlib.sha256(content).hexdigest()}".encode()).hexdigest()
        return Effect(KIND, f"{KIND}:{digest}", name)

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        effect = await self.effect(arguments, workspace)
        name = arguments["name"]
        if effect is None:
            raise ToolFailed(_why_not(arguments, workspace))
        if workspace.exports is None:
            raise ToolBroken("no_export_folder", "There is no folder for exports on this installation.")
        content = await workspace.read(name)
        try:
            place = await workspace.exports.put(effect.target, content)
        except NotExported as error:
            raise ToolFailed(f"Not exported: {error}.") from None
        except ExportBroken as error:
            raise ToolBroken("export_failed", str(error), detail=error.detail, transient=error.transient) from error
        text = f"Exported {name} ({len(content):,} bytes) to {place}."
        return ToolOutcome(text, effect=Effect(KIND, effect.key, place))


def _why_not(arguments: Mapping[str, Any], workspace: Workspace) -> str:
    try:
        for key in ("name", "as"):
            jailed(arguments.get(key) or arguments["name"])
    except BadName as error:
        return f"Not a usable file name: {error}."
    known = ", ".join(workspace.names()[:20]) or "none"
    return f"There is no file {arguments['name']}. Files: {known}."


def exports_tools() -> tuple[Tool, ...]:
    return (WriteExport(),)
