"""Pictures are told by their own bytes."""

import struct
import zlib

import pytest

from runs.pictures import picture_size, picture_type


def png(width: int, height: int) -> bytes:
    """Write a PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\x00" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


JFIF = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
TABLE = b"\xff\xc4" + struct.pack(">H", 5) + b"abc"  # a Huffman table's marker lies among those of frames
FRAME = b"\xff\xc2" + struct.pack(">HBHH", 17, 8, 30, 40) + b"\x03" + b"\x00" * 9
SAMPLES = {
    "image/png": (png(3, 2), (3, 2)),
    "image/gif": (b"GIF89a" + struct.pack("<HH", 7, 5) + b"\x00" * 8, (7, 5)),
    "image/jpeg": (b"\xff\xd8" + JFIF + TABLE + b"\xff" + FRAME, (40, 30)),
    "image/webp": (b"RIFF....WEBPVP8X\x0a\x00\x00\x00" + b"\x00" * 4 + b"\x63\x00\x00\x31\x00\x00", (100, 50)),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAMPLES)
def test_picture_is_known_with_its_size(kind: str) -> None:
    content, size = SAMPLES[kind]
    assert picture_type(content) == kind
    assert picture_size(content) == size


def test_the_other_forms_of_webp() -> None:
    lossless = b"RIFF....WEBPVP8L" + b"\x00" * 4 + b"\x2f" + struct.pack("<I", (99) | (49 << 14)) + b"\x00" * 8
    lossy = b"RIFF....WEBPVP8 " + b"\x00" * 4 + b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 100, 50)
    assert picture_size(lossless) == picture_size(lossy) == (100, 50)


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/'/>", b"<!doctype html>", b"BM" + b"\x00" * 60, b"RIFF....WAVE"]
)  # fmt: skip
def test_everything_else_is_no_picture(content: bytes) -> None:
    assert picture_type(content) is None
    assert picture_size(content) is None


@pytest.mark.parametrize("kind", SAMPLES)
def test_head_that_is_cut_or_garbled_has_no_size(kind: str) -> None:
    content, _size = SAMPLES[kind]
    for end in range(len(content)):
        picture_size(content[:end])  # whatever is missing, it never fails
    assert picture_size(content[: 9 if kind == "image/gif" else 12]) is None
