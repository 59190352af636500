"""Tool sets by name, as a template's `tools:` lists them."""

from __future__ import annotations

from collections.abc import Iterable

from runs.agent.tools.base import Tool
from runs.agent.tools.exports import exports_tools
from runs.agent.tools.files import READ_CHARS, files_tools
from runs.agent.tools.links import links_tools

TOOL_SETS = ("files", "links", "exports")


class UnknownToolSet(LookupError):
    """A template names a tool set that this installation does not have."""


def tools_for(sets: Iterable[str], *, read_chars: int = READ_CHARS) -> tuple[Tool, ...]:
    """Return the tools of the sets, in the sets' fixed order so that a request's prefix never changes."""
    wanted = set(sets)
    if unknown := sorted(wanted - set(TOOL_SETS)):
        raise UnknownToolSet(f"unknown tool set {unknown[0]}; known: {', '.join(TOOL_SETS)}")
    tools: tuple[Tool, ...] = ()
    if "files" in wanted:
        tools += files_tools(read_chars)
    if "links" in wanted:
        tools += links_tools()
    if "exports" in wanted:
        tools += exports_tools()
    return tools
