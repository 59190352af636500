"""How often somebody may try to sign in: so many times per name and address, then a pause (ADR 0032).

A try is counted before the password is looked at, so that tries side by side are no more than tries in a row. Who
comes from elsewhere is not held up by it.
"""

import hashlib
import ipaddress
import math
import unicodedata

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

TRIES = 10
STRETCH_S = 15 * 60
IPV6_PREFIX = 64  # what one household or server is given
COUNT = """
INSERT INTO spaces_signintries AS kept (key, tries, began_at) VALUES (%(key)s, 1, now())
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN kept.began_at > now() - %(stretch)s::interval THEN LEAST(kept.tries, %(most)s) + 1 ELSE 1 END,
    began_at = CASE WHEN kept.began_at > now() - %(stretch)s::interval THEN kept.began_at ELSE now() END
RETURNING tries, extract(epoch FROM began_at + %(stretch)s::interval - now())
"""
FORGET = "DELETE FROM spaces_signintries WHERE key = %s"
PRUNE = """
DELETE FROM spaces_signintries WHERE key IN (SELECT key FROM spaces_signintries
WHERE began_at < now() - %s::interval ORDER BY began_at LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


def key_of(name: str, request: HttpRequest) -> str:
    """Say under what the tries of this name from this address are counted."""
    told = unicodedata.normalize("NFKC", name).casefold()
    return hashlib.sha256(f"{address_of(request)}\0{told}".encode(errors="replace")).hexdigest()


def address_of(request: HttpRequest) -> str:
    """Give the network that a request came from. Of a proxy's list only what the proxy itself added is trusted."""
    given = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        given = request.headers.get("X-Forwarded-For", given).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


def count_try(key: str) -> int:
    """Count a try; gives how many minutes to wait instead, or 0."""
    with connection.cursor() as cursor:
        cursor.execute(PRUNE, [f"{STRETCH_S} s"])
        cursor.execute(COUNT, {"key": key, "stretch": f"{STRETCH_S} s", "most": TRIES})
        tries, left_s = cursor.fetchone()
    return max(1, math.ceil(left_s / 60)) if tries > TRIES else 0


def forget_tries(key: str) -> None:
    """Begin anew: somebody knew the password."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [key])
