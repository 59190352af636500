"""The files of the embedded database: its directory (initdb), its socket directory, how to run its programs.

As root everything lies under /var/lib/aime/<hash of the data directory> and belongs to the service user; otherwise in
the data directory itself. The mode of a parent directory is never changed.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from pwd import struct_passwd

from aime_project import data_dir as places
from aime_project.processes.postgres_binaries import MAJOR, make_public, programs_dir
from aime_project.processes.postgres_errors import SocketPathUnusable, StartFailed, UnusableDataDirectory
from aime_project.processes.service_user import service_user

INITDB_S = 300
LOG_END_BYTES = 2000
_WITHHELD = ("AIME_", "OPENAI_", "DATABASE_", "PG", "LC_", "LANG", "PYTHON")
_REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A database directory that is ready to be started."""

    directory: Path
    socket_dir: Path
    programs: Path
    user: struct_passwd | None

    def command(self, arguments: list[str], *, death_signal: signal.Signals) -> list[str]:
        """Wrap a program so that it runs as the service user and gets the signal when its parent thread ends."""
        user_name = self.user.pw_name if self.user else "-"
        launcher = [sys.executable, "-S", "-m", "aime_project.processes.launch"]
        return [*launcher, str(os.getpid()), str(int(death_signal)), user_name, *arguments]

    def environment(self) -> dict[str, str]:
        """Give the programs' environment: no secret of ours, nothing that libpq or the server would read."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_WITHHELD)}
        return {**kept, "LC_ALL": "C", "PYTHONPATH": str(_REPOSITORY)}


def prepare(data_dir: Path, *, log_path: Path, durable: bool) -> Cluster:
    """Make what is missing: user, programs, socket directory, database directory. Call it under the lock."""
    user = service_user()
    home = places.postgres_home(data_dir)
    if user is not None:
        make_public(places.SYSTEM_HOME)
        make_public(home)
        (home / "origin").write_text(f"{data_dir}\n", encoding="utf-8")
    cluster = Cluster(
        directory=places.postgres_cluster_dir(data_dir),
        socket_dir=_socket_dir(data_dir, user),
        programs=programs_dir(for_another_user=user is not None),
        user=user,
    )
    if not cluster.directory.exists():
        _initialise(cluster, log_path=log_path, durable=durable)
    _check(cluster)
    return cluster


def end_of(log_path: Path) -> str:
    """Give the last lines of a log, for an error message."""
    try:
        with open(log_path, "rb") as log:
            log.seek(max(0, log_path.stat().st_size - LOG_END_BYTES))
            return log.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _socket_dir(data_dir: Path, user: struct_passwd | None) -> Path:
    """Make the socket directory, ours alone. Refuse one that another user put in its place."""
    path = places.postgres_socket_dir(data_dir)
    if not places.socket_path_fits(path):
        raise SocketPathUnusable(
            f"The database's socket path in {path} is longer than {places.SOCKET_PATH_BYTES} bytes: "
            "set TMPDIR or XDG_RUNTIME_DIR to a shorter folder."
        )
    owner = user.pw_uid if user else os.geteuid()
    path.mkdir(mode=0o700, exist_ok=True)
    if user is not None and path.lstat().st_uid != owner:
        os.chown(path, owner, user.pw_gid, follow_symlinks=False)  # its parent is root's: nobody else can have made it
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner:
        raise SocketPathUnusable(
            f"{path} belongs to somebody else: remove it, or set XDG_RUNTIME_DIR (or TMPDIR) to a folder of your own "
            f"and delete {places.socket_record_path(data_dir)}."
        )
    path.chmod(0o700)
    if user is None:
        places.socket_record_path(data_dir).write_text(f"{path}\n", encoding="utf-8")
    return path


def _initialise(cluster: Cluster, *, log_path: Path, durable: bool) -> None:
    """Run initdb beside the final place and move the result there, so that a killed one leaves no half directory."""
    draft = cluster.directory.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if cluster.user is not None:
        os.chown(draft, cluster.user.pw_uid, cluster.user.pw_gid)
    arguments = [str(cluster.programs / "initdb"), "-D", str(draft), "-U", places.DATABASE_USER, "-A", "trust"]
    arguments += ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    arguments += ["--no-instructions"] + ([] if durable else ["--no-sync"])
    with open(log_path, "ab") as log:
        result = subprocess.run(
            cluster.command(arguments, death_signal=signal.SIGKILL),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=cluster.environment(),
            timeout=INITDB_S,
            check=False,
        )
    if result.returncode != 0:
        raise StartFailed(f"initdb ended with {result.returncode}.", end_of(log_path), log_path)
    draft.rename(cluster.directory)


def _check(cluster: Cluster) -> None:
    """Refuse a directory of another version or owner before the server does so less clearly."""
    version = cluster.directory / "PG_VERSION"
    found = version.read_text(encoding="ascii").strip() if version.exists() else "no"
    if found != MAJOR:
        raise UnusableDataDirectory(
            f"{cluster.directory} holds {found} PostgreSQL data, this Aime needs version {MAJOR}: move the folder away "
            "(and restore it with pg_dump of its own version), or choose another AIME_DATA_DIR."
        )
    owner = cluster.user.pw_uid if cluster.user else os.geteuid()
    if cluster.directory.stat().st_uid != owner:
        raise UnusableDataDirectory(
            f"{cluster.directory} belongs to user id {cluster.directory.stat().st_uid}, not to {owner}: run Aime as "
            "the user who made it, or `chown -R` it."
        )
