"""PURE. Many artifacts as one zip, written while it is sent; no name in it leaves the folder it is unpacked into.

At most one artifact's bytes are held at a time. Names come from models and people: each is made safe for the common
systems, and no two are the same on a file system that ignores case. Reads nothing by itself.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from runs.agent.naming import is_binary_name, is_hidden

ARCHIVE_MAX_BYTES = 200 * 1024 * 1024  # the web server keeps in memory what a slow reader has not taken yet
PIECE_BYTES = 256 * 1024
SEGMENT_CHARS = 100  # of a file or folder; 255 bytes is what file systems take, and a Chinese character has three
_ZIP_BEGINS = datetime(1980, 1, 1, tzinfo=UTC)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # names that Windows keeps for itself


@dataclass(frozen=True)
class Entry:
    """One file of an archive: a blob by its SHA-256, or `text` where that is empty. `path` may be anything."""

    path: str
    at: datetime
    sha256: str = ""
    text: str = ""
    size_bytes: int = 0


def zipped(entries: Iterable[Entry], load: Callable[[str], bytes]) -> Iterator[bytes]:
    """Write the archive piece by piece. `load`: SHA-256 → bytes. Holds one artifact and PIECE_BYTES of the archive."""
    sink, names = _Sink(), Names()
    with zipfile.ZipFile(sink, "w") as archive:  # the sink cannot seek, so sizes follow the content
        for entry in entries:
            content = load(entry.sha256) if entry.sha256 else entry.text.encode()
            with archive.open(_info(names.free(entry.path), entry.at), "w") as file:
                for begin in range(0, len(content), PIECE_BYTES):
                    file.write(content[begin : begin + PIECE_BYTES])
                    yield from sink.taken()
    yield sink.rest()


class Names:
    """The paths of one archive, each given once, as Windows and macOS compare them."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def free(self, path: str) -> str:
        """Return a safe path that nothing in the archive has yet, numbered where it must be."""
        *folders, name = safe_path(path).split("/")
        place = PurePosixPath()
        for folder in folders:  # a folder may be there already; a file of its name may not
            place = self._numbered(place / folder, self._files)
            self._folders.add(_folded(place))
        place = self._numbered(place / name, self._files, self._folders)
        self._files.add(_folded(place))
        return str(place)

    @staticmethod
    def _numbered(wanted: PurePosixPath, *taken: set[str]) -> PurePosixPath:
        candidate, number = wanted, 1
        while any(_folded(candidate) in paths for paths in taken):
            number += 1
            candidate = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
        return candidate


def safe_path(name: str) -> str:
    """Make a relative path of any text: no way up, no drive, no device, no control characters, never empty."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/")
    return "/".join(_segment(part) for part in name.split("/") if part.strip(" .")) or "_"


def _segment(text: str) -> str:
    text = "".join("_" if is_hidden(char) else char for char in text)
    text = _FORBIDDEN.sub("_", text).strip(" .")
    if _DEVICES.match(text):
        text = f"_{text}"
    if len(text) <= SEGMENT_CHARS:
        return text
    suffix = PurePosixPath(text).suffix[:20]
    return text[: SEGMENT_CHARS - len(suffix)].rstrip(" .") + suffix


def _folded(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(path).casefold())


def _info(path: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, max(at.astimezone(UTC), _ZIP_BEGINS).timetuple()[:6])
    info.compress_type = zipfile.ZIP_STORED if is_binary_name(path) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16  # a plain file that its owner may write; never a link, never executable
    return info


class _Sink(io.RawIOBase):
    """A file that hands on what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]  # whatever zipfile writes is bytes
        self._held += piece
        return len(piece)

    def taken(self) -> Iterator[bytes]:
        """Give what was written, once it is worth sending."""
        if len(self._held) >= PIECE_BYTES:
            yield self.rest()

    def rest(self) -> bytes:
        """Give what was written and is still held."""
        piece = bytes(self._held)
        self._held.clear()
        return piece
