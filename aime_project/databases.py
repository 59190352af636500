"""Django's database entry, from `DATABASE_URL` or from the embedded PostgreSQL of the data directory.

PostgreSQL only (ADR 0010). Nothing here connects.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from aime_project import data_dir
from aime_project.env import ConfigurationError

EXPECTED = "postgresql://user:password@host:5432/name (or ...@/name?host=/socket/folder)"


def configuration(url: str, directory: Path) -> dict[str, Any]:
    """Give the entry for `DATABASES`. An empty url means the embedded database."""
    address: dict[str, Any] = from_url(url) if url else data_dir.database_address(directory).django()
    return {
        **address,
        # Django turns prepared statements off for the sake of poolers; the hot path (runs/sql.py) lives by them.
        "OPTIONS": {**address.get("OPTIONS", {}), "prepare_threshold": 5},
        "CONN_MAX_AGE": 600,  # seconds; no pool: it is unsafe in the queue's forked workers (django-q2 issue 209)
        "CONN_HEALTH_CHECKS": True,
    }


def from_url(url: str) -> dict[str, Any]:
    """Translate a PostgreSQL URL; query parameters are libpq options (`host` may be a socket folder)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError("DATABASE_URL", EXPECTED) from None
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name:
        raise ConfigurationError("DATABASE_URL", EXPECTED)
    options: dict[str, str] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": options.pop("host", "") if not parts.hostname else unquote(parts.hostname),
        "PORT": str(port) if port else options.pop("port", ""),
        "OPTIONS": options,
    }
