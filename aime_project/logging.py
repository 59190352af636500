"""One structured log format: one JSON object a line, on standard error.

Ids of what is being worked on travel in a context variable (`bind`), so every line of a request or a run names them.
No secrets, no prompt bodies.
"""

import json
import logging
import logging.config
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

QUIET = ("daphne", "httpx2", "httpcore2", "asyncio", "markdown_it")  # libraries that tell too much at "info"
FIELDS = ("request_id", "space_id", "run_id", "node_run_id", "attempt_id")
_context: ContextVar[Mapping[str, str]] = ContextVar("aime_log_context", default={})  # noqa: B039  (never mutated)


@contextmanager
def bind(**fields: object) -> Iterator[None]:
    """Add ids to every log line written inside the block. Only the names in `FIELDS` are allowed."""
    unknown = fields.keys() - set(FIELDS)
    if unknown:
        raise ValueError(f"not a log field: {', '.join(sorted(unknown))}")
    token = _context.set({**_context.get(), **{name: str(value) for name, value in fields.items()}})
    try:
        yield
    finally:
        _context.reset(token)


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line. Fields given with `extra=` win over the bound ones."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "process": record.process,
        }
        bound = {"request_id": getattr(getattr(record, "request", None), "request_id", None), **_context.get()}
        for name in FIELDS:
            value = getattr(record, name, None) or bound.get(name)
            if value is not None:
                line[name] = str(value)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class WithoutProbes(logging.Filter):
    """Drop Django's line about a probe that was answered 503: it says nothing that the answer did not say."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep everything but probes."""
        return not str(getattr(getattr(record, "request", None), "path", "")).startswith("/health")


def configure(options: Mapping[str, Any]) -> None:
    """Set logging up; Django calls this with `settings.LOGGING` (its only key is `level`)."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonFormatter}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"level": options.get("level", "INFO"), "handlers": ["stderr"]},
            "filters": {"without_probes": {"()": WithoutProbes}},
            "loggers": {
                **{name: {"level": "WARNING"} for name in QUIET},
                "django.request": {"filters": ["without_probes"]},
            },
        }
    )
