"""PURE. What a picture is by its own first bytes, whatever it is called: its media type, and how large it is drawn.

Only kinds that carry no script are known. An SVG is text here, and nothing that a browser draws in our name.
"""

from __future__ import annotations

from collections.abc import Callable

PictureSize = tuple[int, int]  # width, height in pixels
MAX_PIXELS = 50_000_000  # a small file may unpack to a picture that takes all the memory of a browser


def picture_type(content: bytes) -> str | None:
    """Return the media type of a PNG, JPEG, GIF or WebP; None for everything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def drawn_as(content: bytes) -> str | None:
    """Return the media type under which a browser may draw the bytes; None where it may not."""
    size = picture_size(content)
    return picture_type(content) if size and 0 < size[0] * size[1] <= MAX_PIXELS else None


def picture_size(content: bytes) -> PictureSize | None:
    """Read how large a picture is drawn, from its head; None where that cannot be read, so it is not to be drawn."""
    kind = picture_type(content)
    return _SIZES[kind](content) if kind else None


def _png(content: bytes) -> PictureSize | None:
    if content[12:16] != b"IHDR" or len(content) < 24:
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _gif(content: bytes) -> PictureSize | None:
    if len(content) < 10:
        return None
    return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")


def _jpeg(content: bytes) -> PictureSize | None:
    """Walk the segments to the one that begins the frame (ITU T.81, B.1.1.3 and B.2.2)."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[place + 7 : place + 9]), int.from_bytes(content[place + 5 : place + 7])
        place += 1 if marker == 0xFF else 2 + max(length, 2)
    return None


def _webp(content: bytes) -> PictureSize | None:
    """Read the head of one of the three forms (RFC 9649, 2.5 to 2.7)."""
    form, body = content[12:16], content[20:30]
    if len(body) < 10:
        return None
    if form == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None


_SIZES: dict[str, Callable[[bytes], PictureSize | None]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}
