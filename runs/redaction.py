"""Keeping secrets out of what is handed on: the installation's own by value, others by the look of them.

For texts that leave the product, such as the run ticket. What a person wrote is changed only where it looks like a key.
"""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

HIDDEN = "[secret]"
LEAST_CHARS = 8  # a shorter value is found everywhere, and is no secret worth the name
LOOKS = re.compile(
    r"(?P<lead>\b(?:bearer|basic)\s+)[\w.~+/=-]{12,}"
    r"|(?P<name>\b(?:api[_-]?key|access[_-]?key|secret[_-]?key|token|passwor[dt]|passwd|secret|client[_-]?secret)"
    r"[\"']?\s*[:=]\s*[\"']?)[^\s\"'&,;{}<>]{8,}"
    r"|\b(?:sk|pk|rk)-[\w-]{12,}|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abprs]-[\w-]{10,}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
    r"|(?P<scheme>\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@:]{1,256}:[^\s/@]{1,256}(?=@)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----",
    re.IGNORECASE | re.DOTALL,
)


def redact(text: str) -> str:
    """Replace what is, or looks like, a secret in a text."""
    return _without(text, _own_secrets())


def redacted(value: Any) -> Any:
    """Return a JSON-able value with every text in it redacted; keys stay."""
    return _walk(value, _own_secrets())


def _walk(value: Any, known: list[str]) -> Any:
    match value:
        case str():
            return _without(value, known)
        case dict():
            return {key: _walk(item, known) for key, item in value.items()}
        case list() | tuple():
            return [_walk(item, known) for item in value]
    return value


def _without(text: str, known: list[str]) -> str:
    if len(text) < LEAST_CHARS:
        return text
    for secret in known:
        text = text.replace(secret, HIDDEN)
    return LOOKS.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    kept = found["lead"] or found["name"] or found["scheme"] or ""
    return f"{kept}{HIDDEN}"


def _own_secrets() -> list[str]:
    """List the installation's secrets, the longest first.

    A password that is also the name of its user or database is no secret, and as a word it is found everywhere.
    """
    address = urlsplit(settings.DATABASE_URL or "")
    database = settings.DATABASES["default"].get("PASSWORD") or ""
    known = {
        settings.SECRET_KEY, settings.OPENAI_API_KEY, settings.AIME_EMBEDDED_KEY, settings.AIME_MODEL["api_key"],
        settings.DATABASE_URL, address.password, unquote(address.password or ""), database,
    }  # fmt: skip
    known -= {address.username, address.path.strip("/"), address.scheme}
    return sorted({str(one) for one in known if one and len(str(one)) >= LEAST_CHARS}, key=len, reverse=True)
