"""PURE. What an address of a link may be: one check for what agents record, people give and pages follow.

The address is looked at, never fetched. What passed may stand in an `href`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Literal
from urllib.parse import urlsplit

MAX_URL_CHARS = 2000

Fault = Literal["long", "hidden", "unreadable", "foreign", "login"]
_WORDS: dict[Fault, str] = {
    "long": f"The address has more than {MAX_URL_CHARS:,} characters.",
    "hidden": "The address holds spaces or control characters.",
    "unreadable": "This is not an address.",
    "foreign": "The address must begin with https:// or http:// and name a host.",
    "login": "The address must not hold a user name or a password.",
}


class BadAddress(ValueError):
    """The text is no address of a link. Its text is for a model; `fault` is for those who word it for people."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(_WORDS[fault])
        self.fault: Fault = fault


def checked_url(url: str) -> str:
    """Return the address, stripped. Raises BadAddress unless it is a plain absolute http(s) address.

    Direction marks and joiners count as control characters: an address must read as what it is. A backslash, which
    browsers take for a slash and others do not, could name two hosts.
    """
    url = url.strip()
    if len(url) > MAX_URL_CHARS:
        raise BadAddress("long")
    if any(char.isspace() or not char.isprintable() for char in url):
        raise BadAddress("hidden")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadAddress("unreadable") from None
    if parts.scheme.lower() not in {"http", "https"} or not host or "\\" in url:
        raise BadAddress("foreign")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("login")
    return url


def is_address(text: str) -> bool:
    """Say whether a text may be followed as it stands; one that only becomes an address by stripping may not."""
    try:
        return checked_url(text) == text
    except BadAddress:
        return False


def host_of(url: str) -> str:
    """Return the host that an address names, with its port, in letters that cannot be mistaken for others.

    `url` has passed `checked_url`. A name that is no ASCII comes as it is looked up ("xn--…").
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    with suppress(UnicodeError):  # a name that cannot be looked up stays as it is
        host = host.encode("idna").decode("ascii")
    return f"{host}:{parts.port}" if parts.port else host
