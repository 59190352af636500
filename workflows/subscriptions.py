"""What apps above want to know of: event → functions, as dotted paths that their `apps.ready` adds (ADR 0006).

Told are facts that are committed. A listener that fails, or a process that dies before it, must lose nothing: whoever
listens also looks for itself now and then.
"""

from typing import Any

from django.utils.module_loading import import_string

CONSENT_CHANGED = "consent changed"  # workflow_id, user_id, by

_listeners: dict[str, list[str]] = {CONSENT_CHANGED: []}


def subscribe(event: str, path: str) -> None:
    """Have the function at `path` called with the facts of an event; at start-up only. KeyError: no such event."""
    if path not in _listeners[event]:
        _listeners[event].append(path)


def listeners(event: str) -> tuple[str, ...]:
    """Return who listens to an event."""
    return tuple(_listeners[event])


def announce(event: str, **facts: Any) -> None:
    """Call everybody who listens. Only after the commit of what is told."""
    for path in _listeners[event]:
        import_string(path)(**facts)
