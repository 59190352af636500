"""Tool set `links`: record the address of a document or page as an artifact.

The address is checked, never fetched. Two links may not hide each other: a second address under a used title gets a
title of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runs.agent.addresses import BadAddress, checked_url
from runs.agent.model import ToolSpec
from runs.agent.naming import MAX_NAME_CHARS
from runs.agent.tools.base import ArtifactWrite, Effect, Tool, ToolFailed, ToolOutcome
from runs.agent.workspace import Workspace


def free_title(title: str, url: str, links: Mapping[str, str]) -> str:
    """Return the title, numbered if it already names another address."""
    title = " ".join(title.split())[: MAX_NAME_CHARS - 6] or url[: MAX_NAME_CHARS - 6]
    candidate, number = title, 1
    while links.get(candidate, url) != url:
        number += 1
        candidate = f"{title} ({number})"
    return candidate


@dataclass(frozen=True, slots=True)
class RecordLink:
    """Keep an address with a title."""

    side_effects = False
    spec = ToolSpec(
        "links_record",
        "Record a link to a document or web page as a result of this task.",
        {
            "type": "object",
            "properties": {
                "url": {"type": "string", "description": "Address that begins with https:// or http://"},
                "title": {"type": "string", "description": "What the link leads to, a few words"},
            },
            "required": ["url", "title"],
            "additionalProperties": False,
        },
    )

    async def effect(self, arguments: Mapping[str, Any], workspace: Workspace) -> Effect | None:
        url, title = str(arguments["url"]).strip(), " ".join(str(arguments["title"]).split())
        digest = hashlib.sha256(f"{url}\n{title}".encode(errors="replace")).hexdigest()
        return Effect("link", f"link:{digest}", url)

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        try:
            url = checked_url(arguments["url"])
        except BadAddress as error:
            raise ToolFailed(str(error)) from None
        title = free_title(arguments["title"], url, workspace.links)
        workspace.links[title] = url
        return ToolOutcome(f"Recorded the link {title}: {url}", writes=(ArtifactWrite("link", title, url=url),))


def links_tools() -> tuple[Tool, ...]:
    return (RecordLink(),)
