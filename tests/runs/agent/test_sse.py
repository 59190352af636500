"""The line parser of streams does not depend on where bytes are cut."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.agent.sse import LineTooLong, SseLines

texts = st.lists(st.text(max_size=20), max_size=8)
line_end = st.sampled_from([b"\n", b"\r\n", b"\r"])
noise = st.sampled_from([b"", b": ping", b"event: x", b"id: 7", b"dat: no"])


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(marks)]


@given(texts, line_end, noise, st.lists(st.integers(0, 10_000), max_size=30))
def test_payloads_do_not_depend_on_where_bytes_are_cut(
    words: list[str], end: bytes, between: bytes, cuts: list[int]
) -> None:
    payloads = [json.dumps(word, ensure_ascii=False).encode("utf-8", "replace") for word in words]
    data = b"".join(between + end + b"data: " + payload + end + end for payload in payloads)
    lines = SseLines()
    got = [payload for piece in pieces_of(data, cuts) for payload in lines.feed(piece)] + lines.end()
    assert got == payloads


@given(texts)
def test_every_single_byte_boundary_is_safe(words: list[str]) -> None:
    payloads = [json.dumps(word, ensure_ascii=False).encode("utf-8", "replace") for word in words]
    data = b"".join(b"data:" + payload + b"\r\n\r\n" for payload in payloads)
    lines = SseLines()
    assert [payload for byte in data for payload in lines.feed(bytes([byte]))] == payloads


def test_last_line_without_end_is_read_once() -> None:
    lines = SseLines()
    assert lines.feed(b"data: a\ndata: b") == [b"a"]
    assert lines.end() == [b"b"]
    assert lines.end() == []


def test_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runs.agent.sse.MAX_LINE_BYTES", 10)
    with pytest.raises(LineTooLong):
        SseLines().feed(b"data: 0123456789")
