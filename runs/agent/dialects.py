"""Which feature of a request an endpoint refused, read from its refusal. Pure.

OpenAI-compatible is a family of dialects: some refuse `stream_options`, some `tools`, newer OpenAI models refuse
`max_tokens` and a temperature. Each refusal is answered once with the same request in a plainer dialect; what then
works is remembered by the adapter.
"""

from __future__ import annotations

import re
from dataclasses import replace

from runs.agent.model import Request
from runs.agent.wire import Dialect

REFUSAL_STATUSES = frozenset({400, 404, 415, 422, 500, 501})
_MAX_TOKENS = re.compile(r"max_completion_tokens", re.IGNORECASE)
_TEMPERATURE = re.compile(r"temperature", re.IGNORECASE)
_USAGE = re.compile(r"stream_options|include_usage", re.IGNORECASE)
_SCHEMA = re.compile(r"response_format|json_schema|json schema|structured output|grammar|guided", re.IGNORECASE)
_TOOLS = re.compile(r"\btools?\b|tool_choice|function.?call", re.IGNORECASE)


def plainer(dialect: Dialect, request: Request, status: int, said: str) -> Dialect | None:
    """Return the dialect to try after a refusal, None when the refusal has another cause."""
    if status not in REFUSAL_STATUSES:
        return None
    if dialect.max_tokens_key == "max_tokens" and _MAX_TOKENS.search(said) and "max_tokens" in said:
        return replace(dialect, max_tokens_key="max_completion_tokens")
    if dialect.temperature and _TEMPERATURE.search(said):
        return replace(dialect, temperature=False)
    if dialect.usage and _USAGE.search(said):
        return replace(dialect, usage=False)
    if dialect.schema and request.schema is not None and _SCHEMA.search(said):
        return replace(dialect, schema=False)
    if dialect.tools and request.tools and _TOOLS.search(said):
        return replace(dialect, tools=False)
    return _unexplained(dialect, request, status)


def _unexplained(dialect: Dialect, request: Request, status: int) -> Dialect | None:
    """A refusal without a word about its cause: leave out what is least common, one thing at a time."""
    if status not in {400, 422}:
        return None
    if dialect.schema and request.schema is not None:
        return replace(dialect, schema=False)
    if dialect.usage:
        return replace(dialect, usage=False)
    return None
