"""Tool set `links`: record the address of a document or page as an artifact.

The address is checked, never fetched. Two links may not hide each other: a second address under a used title gets a
title of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from runs.agent.model import ToolSpec
from runs.agent.naming import MAX_NAME_CHARS
from runs.agent.tools.base import ArtifactWrite, Effect, Tool, ToolFailed, ToolOutcome
from runs.agent.workspace import Workspace

MAX_URL_CHARS = 2000


def checked_url(url: str) -> str:
    """Return the address, stripped. Raises ToolFailed unless it is a plain absolute http(s) address."""
    url = url.strip()
    if len(url) > MAX_URL_CHARS:
        raise ToolFailed(f"The address has {len(url):,} characters; at most {MAX_URL_CHARS:,} are allowed.")
    if any(char.isspace() or not char.isprintable() for char in url):
        raise ToolFailed("The address holds spaces or control characters.")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ToolFailed(f"Not an address: {error}.") from None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        raise ToolFailed("The address must begin with https:// or http:// and name a host.")
    if parts.username is not None or parts.password is not None:
        raise ToolFailed("The address must not hold a user name or a password.")
    return url


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

    def effect(self, arguments: Mapping[str, Any]) -> Effect | None:
        url, title = str(arguments["url"]).strip(), " ".join(str(arguments["title"]).split())
        digest = hashlib.sha256(f"{url}\n{title}".encode(errors="replace")).hexdigest()
        return Effect("link", f"link:{digest}", url)

    async def run(self, arguments: Mapping[str, Any], workspace: Workspace) -> ToolOutcome:
        url = checked_url(arguments["url"])
        title = free_title(arguments["title"], url, workspace.links)
        workspace.links[title] = url
        return ToolOutcome(f"Recorded the link {title}: {url}", writes=(ArtifactWrite("link", title, url=url),))


def links_tools() -> tuple[Tool, ...]:
    return (RecordLink(),)
