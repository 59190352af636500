"""System checks: one id for each mistake a deployer can make. Each message says what to do.

Always: E001 browser packages missing · E005 data directory not writable · W001 secrets readable by others ·
W002 no model endpoint at all · W003 weak secret key · W005 debug mode beyond loopback · W007 no folder for exports.
With `--deploy`: E002 static files not collected · W006 nobody ends TLS.
With `--database default`: E003 no PostgreSQL 15+ · E004 a collation that does not fold letters of every language.
"""

import os
import stat
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  (Django's names)
from django.db import DatabaseError, connections

from aime_project import data_dir

OLDEST_POSTGRESQL = 150000
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})
Apps = Sequence[AppConfig] | None


@register(Tags.staticfiles)
def browser_packages(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """E001: the pages' third-party files come from node_modules."""
    missing = [name for name, _ in settings.NODE_PACKAGES.values() if not (settings.NODE_MODULES / name).is_dir()]
    if not missing:
        return []
    hint = "Run `make setup` (or `npm ci --ignore-scripts` and then `manage.py collectstatic --noinput`)."
    return [Error(f"Browser packages are not installed: {', '.join(missing)}.", hint=hint, id="aime.E001")]


@register(Tags.staticfiles, deploy=True)
def collected_files(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """E002: hashed names exist only after collecting."""
    if settings.DEBUG or (settings.STATIC_ROOT / "staticfiles.json").is_file():
        return []
    return [Error("Static files are not collected.", hint="Run `manage.py collectstatic --noinput`.", id="aime.E002")]


@register(Tags.database)
def database_server(app_configs: Apps, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """E003, E004: the server's version and how it compares letters."""
    if not databases or "default" not in databases:
        return []
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int, lower('\u00c4\u0416') = '\u00e4\u0436'")
            version, folds = cursor.fetchone()
    except DatabaseError as error:
        hint = "Start it (`make run` starts the embedded one), or correct DATABASE_URL."
        return [Error(f"The database does not answer ({type(error).__name__}).", hint=hint, id="aime.E003")]
    found: list[CheckMessage] = []
    if version < OLDEST_POSTGRESQL:
        message = f"PostgreSQL {version // 10000} is too old: 15 or later is needed."
        found.append(Error(message, hint="Upgrade it, or unset DATABASE_URL to use the embedded one.", id="aime.E003"))
    if not folds:
        hint = "Create it with `LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'` (17+), icu, or a UTF-8 locale."
        found.append(Error("The database does not fold letters of every language.", hint=hint, id="aime.E004"))
    return found


@register(Tags.security)
def data_directory(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """E005, W001: ours to write, nobody else's to read."""
    directory = settings.AIME_DATA_DIR
    if directory.exists() and not os.access(directory, os.W_OK | os.X_OK):
        hint = "Give it to the user who runs Aime, or set AIME_DATA_DIR to another folder."
        return [Error(f"The data directory {directory} cannot be written.", hint=hint, id="aime.E005")]
    key = data_dir.secret_key_path(directory)
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        return [Warning(f"Others may read {key}.", hint=f"Run `chmod 600 {key}`.", id="aime.W001")]
    return []


@register(Tags.compatibility)
def model_endpoint(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """W002: without a model nothing runs."""
    if settings.AIME_MODEL["embedded"] or settings.AIME_MODEL["base_url"]:
        return []
    hint = "Set OPENAI_BASE_URL (and OPENAI_API_KEY, AIME_MODEL), or AIME_EMBEDDED_MODEL to 1.5b or 0.5b."
    return [Warning("No model endpoint is configured and the embedded model is off.", hint=hint, id="aime.W002")]


@register(Tags.compatibility)
def export_folder(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """W007: it is never made, since one that is not mounted would be filled underneath."""
    folder = settings.AIME_EXPORT_DIR
    if folder is None or (folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)):
        return []
    hint = "Make or mount it and let the user who runs Aime write into it, or unset AIME_EXPORT_DIR."
    return [Warning(f"The folder for exports {folder} is not there or cannot be written.", hint=hint, id="aime.W007")]


@register(Tags.security)
def secret_key(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """W003: whoever guesses the key can put code into the queue (tasks are signed pickles)."""
    key = settings.SECRET_KEY
    if len(key) >= 50 and len(set(key)) >= 5:
        return []
    hint = "Give it 50 random characters or more, or unset AIME_SECRET_KEY to have one generated."
    return [Warning("AIME_SECRET_KEY is too weak.", hint=hint, id="aime.W003")]


@register(Tags.security)
def debug_mode(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """W005: debug pages show code and settings."""
    beyond = sorted(set(settings.ALLOWED_HOSTS) - LOOPBACK)
    if not settings.DEBUG or not beyond:
        return []
    hint = "Unset AIME_DEBUG."
    return [Warning(f"AIME_DEBUG is on and {', '.join(beyond)} may be asked for.", hint=hint, id="aime.W005")]


@register(Tags.security, deploy=True)
def tls_end(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """W006: daphne speaks plain HTTP; with HTTPS on and no trusted proxy header, pages redirect for ever."""
    if not settings.AIME_HTTPS or settings.SECURE_PROXY_SSL_HEADER:
        return []
    hint = "Behind a proxy that sets X-Forwarded-Proto: AIME_PROXY_HEADERS=1. Plain HTTP on loopback: AIME_HTTPS=0."
    return [Warning("HTTPS is on but no proxy is trusted to end it.", hint=hint, id="aime.W006")]
