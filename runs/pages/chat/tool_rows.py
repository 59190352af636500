"""Tool calls as a conversation shows them: one line each, with their arguments, result and time when opened."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from runs.models import ToolCall

SHOWN_CHARS = 6000  # of an argument or a result; the whole is in the artifact or the run's report
SUBJECT_CHARS = 120
SUBJECT = re.compile(r'"(?:name|path|url|title)"\s*:\s*("(?:[^"\\]|\\.){1,600}")')


@dataclass(frozen=True)
class ToolRow:
    """One tool call. `what`: its subject, for the line. `arguments`: (name, value) pairs; a name is empty where the
    model wrote no JSON object. `seconds`: how long it took, None while it runs.
    """

    name: str
    what: str
    status: str
    arguments: tuple[tuple[str, str], ...]
    result: str
    seconds: float | None = None

    @property
    def took(self) -> str:
        """How long it took, in words: milliseconds, then tenths of a second, then as every duration."""
        if self.seconds is None:
            return ""
        if self.seconds < 1:
            return _("%(ms)d ms") % {"ms": round(self.seconds * 1000)}
        if self.seconds < 10:
            return _("%(s).1f s") % {"s": self.seconds}
        return _("%(s)d s") % {"s": round(self.seconds)}


def tool_row(call: Any) -> ToolRow:
    """Describe a call that was read with `shown_arguments` and `shown_result`."""
    arguments, ended = call.shown_arguments, call.finished_at
    seconds = None if ended is None else max(0.0, (ended - call.started_at).total_seconds())
    if call.status == ToolCall.Status.INTERRUPTED:
        seconds = None
    return ToolRow(call.name, _subject(arguments), call.status, _pairs(arguments), _cut(call.shown_result), seconds)


def _subject(arguments: str) -> str:
    """Find what a call is about: the name of a file, a link. The JSON may be cut anywhere, and need not be JSON."""
    found = SUBJECT.search(arguments)
    if found is None:
        return ""
    try:
        return str(json.loads(found[1]))[:SUBJECT_CHARS]
    except ValueError:
        return ""


def _pairs(arguments: str) -> tuple[tuple[str, str], ...]:
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):  # cut, or nested as deep as a model likes
        values = None
    if not isinstance(values, dict):
        return (("", _cut(arguments)),) if arguments.strip() else ()
    return tuple((str(name), _cut(_text(value))) for name, value in values.items())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…"
