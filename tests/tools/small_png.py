"""A PNG file with at most 256 colours, smaller than browsers write it: filters undone, colours merged, packed anew.

Only what Chromium writes is read: eight bits a channel, with or without alpha, not interlaced.
"""

import struct
import zlib
from collections import Counter

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
NEAR = 24  # colours nearer than this, summed over the channels, look the same


def small_png(data: bytes) -> bytes:
    """Give the picture with a palette."""
    width, height, channels, packed = _read(data)
    pixels = _rows(zlib.decompress(packed), width, height, channels)
    places, palette = _palette(Counter(pixels))
    lines = b"".join(
        b"\x00" + bytes(map(places.__getitem__, pixels[start : start + width]))
        for start in range(0, width * height, width)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def _read(data: bytes) -> tuple[int, int, int, bytes]:
    width, height, depth, colour, _compression, _filter, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    if depth != 8 or colour not in (2, 6) or interlaced:
        raise ValueError("this is not a PNG of a browser")
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    return width, height, 4 if colour == 6 else 3, packed


def _rows(raw: bytes, width: int, height: int, channels: int) -> list[bytes]:
    """Undo the filters (PNG specification, 9.2) and give the pixels as red, green, blue."""
    size = width * channels
    before = bytearray(size)
    pixels: list[bytes] = []
    for number in range(height):
        start = number * (size + 1)
        line = bytearray(raw[start + 1 : start + 1 + size])
        _unfilter(raw[start], line, before, channels)
        pixels += [bytes(line[at : at + 3]) for at in range(0, size, channels)]
        before = line
    return pixels


def _unfilter(kind: int, line: bytearray, before: bytearray, step: int) -> None:
    for at in range(len(line)) if kind else ():
        left = line[at - step] if at >= step else 0
        corner = before[at - step] if at >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = before[at]
        elif kind == 3:
            guess = (left + before[at]) // 2
        else:
            guess = _paeth(left, before[at], corner)
        line[at] = (line[at] + guess) & 255


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    return min((left, above, corner), key=lambda value: abs(estimate - value))


def _palette(counted: Counter[bytes]) -> tuple[dict[bytes, int], list[bytes]]:
    """Choose frequent colours that differ; give every colour the place of the nearest chosen one."""
    chosen: list[bytes] = []
    for near in (NEAR, 0):
        for colour, _count in counted.most_common():
            if len(chosen) == COLOURS:
                break
            if colour not in chosen and all(_distance(colour, other) > near for other in chosen):
                chosen.append(colour)
    known = {colour: place for place, colour in enumerate(chosen)}
    places = {
        colour: known[colour] if colour in known else min(range(len(chosen)), key=_from(colour, chosen))
        for colour in counted
    }
    return places, chosen


def _from(colour: bytes, chosen: list[bytes]):  # type: ignore[no-untyped-def]
    return lambda place: _distance(colour, chosen[place])


def _distance(one: bytes, other: bytes) -> int:
    return abs(one[0] - other[0]) + abs(one[1] - other[1]) + abs(one[2] - other[2])


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
