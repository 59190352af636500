"""Server-sent events, as far as chat completions need them: the `data:` lines of a byte stream.

The hot path of a host: about 6,000 calls a second with 200 streams. Bytes in, complete payloads out; a line may be
split anywhere, also inside a UTF-8 character. Other fields, comments and empty lines are skipped.
Source: https://html.spec.whatwg.org/multipage/server-sent-events.html (multi-line data is not joined: no provider
sends a JSON chunk over several lines).
"""

from __future__ import annotations

MAX_LINE_BYTES = 16 * 1024 * 1024


class LineTooLong(ValueError):
    """A line without end: not an event stream."""


class SseLines:
    """Splits a byte stream into payloads. One per stream."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the payloads that are complete now, without "data:" and the white space around. Raises LineTooLong."""
        if self._rest:
            chunk = self._rest + chunk
        lines = chunk.replace(b"\r", b"\n").split(b"\n")
        self._rest = rest = lines.pop()
        if len(rest) > MAX_LINE_BYTES:
            raise LineTooLong(f"a line has more than {MAX_LINE_BYTES:,} bytes")
        return [line[5:].strip() for line in lines if line[:5] == b"data:"]

    def end(self) -> list[bytes]:
        """Return the payload of a last line that had no line end."""
        rest, self._rest = self._rest, b""
        return [rest[5:].strip()] if rest[:5] == b"data:" else []
