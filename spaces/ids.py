"""PURE. Public ids: 26 characters, sortable by time, safe in a URL (the ULID layout, https://github.com/ulid/spec).

48 bits of milliseconds, 80 bits of randomness, in Crockford's base 32. Not secret: access is checked on load.
"""

import secrets
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_LENGTH = 26


def new_id() -> str:
    """Make a fresh id from the clock and 80 random bits."""
    return encode(time.time_ns() // 1_000_000, secrets.randbits(80))


def encode(milliseconds: int, random_bits: int) -> str:
    """Write a time (ms since 1970, 48 bits) and 80 random bits as 26 characters."""
    number = (milliseconds << 80) | random_bits
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
