"""The packed picture shows what the browser's showed: every filter undone, every colour kept while there are few."""

import itertools
import random
import struct
import zlib

from tests.tools.small_png import SIGNATURE, small_png

WIDTH, HEIGHT = 40, 25


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def guess(kind: int, left: int, above: int, corner: int) -> int:
    """What each filter of PNG adds to."""
    paeth = min((left, above, corner), key=lambda value: abs(left + above - corner - value))
    return (0, left, above, (left + above) // 2, paeth)[kind]


def browser_png(rows: list[list[bytes]]) -> bytes:
    """The rows as true colours with alpha, each row by another filter."""
    raw, before = b"", bytes(WIDTH * 4)
    for number, row in enumerate(rows):
        line = b"".join(pixel + b"\xff" for pixel in row)
        kind = number % 5
        pairs = itertools.zip_longest(line, before)
        filtered = [
            (value - guess(kind, line[at - 4] if at > 3 else 0, above, before[at - 4] if at > 3 else 0)) & 255
            for at, (value, above) in enumerate(pairs)
        ]
        raw += bytes([kind]) + bytes(filtered)
        before = line
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def shown(data: bytes) -> list[list[bytes]]:
    """The colours of a picture with a palette and no filters."""
    parts: dict[bytes, bytes] = {}
    at = len(SIGNATURE)
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + content)
        parts[kind] = content
        at += 12 + length
    raw, palette = zlib.decompress(parts[b"IDAT"]), parts[b"PLTE"]
    lines = [raw[row * (WIDTH + 1) + 1 : (row + 1) * (WIDTH + 1)] for row in range(HEIGHT)]
    return [[palette[3 * index : 3 * index + 3] for index in line] for line in lines]


def test_few_colours_are_kept_exactly() -> None:
    rng = random.Random(4)
    colours = [rng.randbytes(3) for _ in range(200)]
    rows = [[rng.choice(colours) for _ in range(WIDTH)] for _ in range(HEIGHT)]
    assert shown(small_png(browser_png(rows))) == rows


def test_many_colours_become_near_ones() -> None:
    """Shades between two colours, as the edges of letters have them."""
    rows = [[bytes([at * 6, row * 10, (at + row) * 3]) for at in range(WIDTH)] for row in range(HEIGHT)]
    found = shown(small_png(browser_png(rows)))
    far = [
        sum(abs(one - other) for one, other in zip(mine, theirs, strict=True))
        for row, line in zip(rows, found, strict=True)
        for mine, theirs in zip(row, line, strict=True)
    ]
    assert len({colour for line in found for colour in line}) <= 256
    assert max(far) <= 48
