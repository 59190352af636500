"""The folder outside of Aime into which files are exported. Blocking; imports no Django.

Nothing is followed: every step is opened below the one before and no link is taken, so that a planted link leads
nowhere. Nothing is changed: a file appears whole, under a name that was free, or not at all.
"""

import errno
import os
import secrets
import stat
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from runs.agent.workspace import ExportBroken, NotExported
from runs.archives import safe_path

SEGMENT_BYTES = 240  # file systems take 255; a number has to fit behind it
MOST_OF_A_NAME = 1000
UNFINISHED = ".aime-"  # how a file is called while it is written; no safe name begins with a dot
LEFT_OVER_S = 3600.0
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_BARRED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
_NOT_A_FOLDER = frozenset({errno.ELOOP, errno.ENOTDIR})
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class ExportFolder:
    """The folder at `root`, which must exist: one that is not mounted must not be made instead."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, below: tuple[str, ...], name: str, content: bytes, *, may_appear: Callable[[], bool]) -> str:
        """Write a file below the folders `below` and return its path from the root.

        `may_appear` is asked last, when all is written and only the name is missing. Raises NotExported, ExportBroken.
        """
        path = _checked(name)
        try:
            with _opened(self._root, below, path.parts[:-1]) as folder:
                _sweep(folder)
                found = _written(folder, path.name, content, may_appear)
        except OSError as error:
            raise _broken(error) from error
        return "/".join((*below, *path.parts[:-1], found))


def _checked(name: str) -> PurePosixPath:
    path = PurePosixPath(safe_path(name))
    if any(len(part.encode()) > SEGMENT_BYTES for part in path.parts):
        raise NotExported("the name is too long for a file; give it a shorter one with `as`")
    return path


# --- Folders ---------------------------------------------------------------------------------------------------------
@contextmanager
def _opened(root: Path, below: tuple[str, ...], named: tuple[str, ...]) -> Iterator[int]:
    """Open the folder for a file, made where it is missing. `named`: the part of it that the name asks for."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # the operator's own path may be a link
    try:
        for step in below:
            folder = _entered(folder, step)
        for step in named:
            if other := _differs_in_case(folder, step):
                raise NotExported(
                    f"there is a folder or file {other} already; write it like that, or take another name"
                )
            try:
                folder = _entered(folder, step)
            except OSError as error:
                if error.errno in _NOT_A_FOLDER:
                    raise NotExported(f"{step} is no folder there; take another name with `as`") from None
                raise
        yield folder
    finally:
        os.close(folder)


def _entered(folder: int, step: str) -> int:
    """Give the folder below, and close this one."""
    try:
        os.mkdir(step, dir_fd=folder)
        os.fsync(folder)
    except FileExistsError:
        pass
    below = os.open(step, _DIRECTORY, dir_fd=folder)
    os.close(folder)
    return below


def _sweep(folder: int) -> None:
    """Take away what processes that died left half written; nobody else writes that long."""
    for entry in os.listdir(folder):
        if entry.startswith(UNFINISHED):
            with suppress(OSError):
                if os.stat(entry, dir_fd=folder, follow_symlinks=False).st_mtime < time.time() - LEFT_OVER_S:
                    os.unlink(entry, dir_fd=folder)


def _differs_in_case(folder: int, name: str) -> str | None:
    """Find what a file system that ignores case would take for the same name."""
    for entry in os.listdir(folder):
        plain = unicodedata.normalize("NFC", entry)
        if plain != name and plain.casefold() == name.casefold():
            return entry
    return None


# --- The file --------------------------------------------------------------------------------------------------------
def _written(folder: int, name: str, content: bytes, may_appear: Callable[[], bool]) -> str:
    place, is_there = _place(folder, name, content)
    if is_there:
        return place
    unfinished = f"{UNFINISHED}{secrets.token_hex(8)}"
    try:
        _fill(folder, unfinished, content)
        if not may_appear():
            raise NotExported("this attempt has ended meanwhile")
        return _named(folder, unfinished, name, content)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(unfinished, dir_fd=folder)


def _fill(folder: int, name: str, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, 0o666, dir_fd=folder), "wb") as file:  # less what the umask takes
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _named(folder: int, unfinished: str, name: str, content: bytes) -> str:
    """Let the file appear under the first free name; where its twin appeared meanwhile, that is it."""
    while True:
        place, is_there = _place(folder, name, content)
        if is_there:
            return place
        try:
            _appear(folder, unfinished, place)
        except FileExistsError:
            continue
        os.fsync(folder)
        return place


def _appear(folder: int, unfinished: str, name: str) -> None:
    """Name the file; unlike a rename, a link never replaces what came there in this instant."""
    try:
        os.link(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if isinstance(error, FileExistsError) or error.errno not in _NO_HARD_LINKS:
            raise
        os.rename(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)  # a file system without hard links


def _place(folder: int, name: str, content: bytes) -> tuple[str, bool]:
    """Give the first of `name`, `name (2)` … that nothing has, or that is a file of this very content (True)."""
    taken = {unicodedata.normalize("NFC", entry).casefold(): entry for entry in os.listdir(folder)}
    wanted = PurePosixPath(name)
    for number in range(1, MOST_OF_A_NAME + 1):
        candidate = name if number == 1 else f"{wanted.stem} ({number}){wanted.suffix}"
        entry = taken.get(candidate.casefold())
        if entry is None:
            return candidate, False
        if unicodedata.normalize("NFC", entry) == candidate and _holds(folder, entry, content):
            return entry, True
    raise NotExported(f"there are {MOST_OF_A_NAME} files {name} already; give it another name with `as`")


def _holds(folder: int, name: str, content: bytes) -> bool:
    """Say whether there is a plain file of this content; a link, a pipe or a folder is none."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return False
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_size != len(content):
            return False
        with os.fdopen(file, "rb", closefd=False) as opened:
            return opened.read() == content
    finally:
        os.close(file)


def _broken(error: OSError) -> ExportBroken | NotExported:
    """Say what is wrong with the folder, and what mends it."""
    detail = f"{errno.errorcode.get(error.errno or 0, 'error')}: {error.strerror}"
    if error.errno == errno.ENAMETOOLONG:
        return NotExported("the name is too long for that disk; give it a shorter one with `as`")
    if error.errno in _FULL:
        return ExportBroken("The disk of the export folder is full.", detail=detail, transient=True)
    if error.errno in _BARRED:
        return ExportBroken("Aime may not write into the export folder.", detail=detail)
    if error.errno == errno.ENOENT:
        return ExportBroken("The export folder does not exist; is it mounted?", detail=detail, transient=True)
    if error.errno in _NOT_A_FOLDER:
        message = "In the export folder a link or file stands where Aime needs a folder; it follows no links."
        return ExportBroken(message, detail=detail)
    return ExportBroken("The export folder cannot be written.", detail=detail, transient=True)
