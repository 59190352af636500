"""The places below `AIME_DATA_DIR`, as functions of the data directory alone.

Every shell with the same `AIME_DATA_DIR` finds the same key, the same database socket and the same models. Nothing
here starts anything; only `ensure` and `secret_key` create something.
"""

import hashlib
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SYSTEM_HOME = Path("/var/lib/aime")  # used as root only: a clone below /root is out of reach for an unprivileged user
SECRET_KEY_BYTES = 64
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103  # sockaddr_un.sun_path without its final zero
DATABASE_NAME = "aime"
DATABASE_USER = "aime"
DATABASE_PORT = "5432"  # only part of the socket's file name


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where the embedded database listens: a unix socket in `socket_dir`."""

    socket_dir: Path
    port: str = DATABASE_PORT
    user: str = DATABASE_USER
    name: str = DATABASE_NAME

    def django(self) -> dict[str, str]:
        """Give the address as the identifying part of an entry of Django's `DATABASES`."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": "",
            "HOST": str(self.socket_dir),
            "PORT": self.port,
        }


def digest(data_dir: Path) -> str:
    """Name a data directory in places outside it."""
    return hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]


def secret_key_path(data_dir: Path) -> Path:
    """Where the generated secret key lies."""
    return data_dir / "secret_key"


def models_dir(data_dir: Path) -> Path:
    """Where model weights lie."""
    return data_dir / "models"


def logs_dir(data_dir: Path) -> Path:
    """Where the processes write their logs."""
    return data_dir / "logs"


def run_dir(data_dir: Path) -> Path:
    """Where running processes leave their traces."""
    return data_dir / "run"


def runtime_path(data_dir: Path) -> Path:
    """Where the supervisor describes what runs."""
    return run_dir(data_dir) / "runtime.json"


def supervisor_lock_path(data_dir: Path) -> Path:
    """Which file one supervisor locks (flock) for its life."""
    return run_dir(data_dir) / "supervisor.lock"


def socket_record_path(data_dir: Path) -> Path:
    """Which file remembers the database's socket directory."""
    return run_dir(data_dir) / "postgres_socket"


def postgres_home(data_dir: Path) -> Path:
    """Give the directory that holds the embedded database's files."""
    return SYSTEM_HOME / digest(data_dir) if os.geteuid() == 0 else data_dir


def postgres_cluster_dir(data_dir: Path) -> Path:
    """Give PostgreSQL's own data directory (PGDATA)."""
    return postgres_home(data_dir) / "postgres"


def postgres_lock_path(data_dir: Path) -> Path:
    """Which file the owner of the embedded database locks (flock) while it may run."""
    return run_dir(data_dir) / "postgres.lock"


def postgres_socket_dir(data_dir: Path) -> Path:
    """Find the socket directory: the recorded one, else the one that a start would choose.

    As root it lies beside the data. Otherwise it is short and outside the data directory, whose path may exceed the
    107 bytes of a socket address; the first start records it, since `XDG_RUNTIME_DIR` differs between shells.
    """
    if os.geteuid() == 0:
        return postgres_home(data_dir) / "socket"
    try:
        recorded = Path(socket_record_path(data_dir).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return choose_socket_dir(data_dir)
    usable = recorded.is_absolute() and os.access(recorded.parent, os.W_OK | os.X_OK)
    return recorded if usable else choose_socket_dir(data_dir)


def choose_socket_dir(data_dir: Path) -> Path:
    """Choose a short socket directory of this user: below `XDG_RUNTIME_DIR`, else below a temporary folder."""
    name = f"aime-{os.geteuid()}-{digest(data_dir)}"
    places = [Path(place) for place in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp") if place]  # noqa: S108
    for place in places:
        if socket_path_fits(place / name) and os.access(place, os.W_OK | os.X_OK):
            return place / name
    return places[-1] / name


def socket_path_fits(socket_dir: Path) -> bool:
    """Say whether a unix socket in this directory has an address the kernel accepts."""
    return len(os.fsencode(socket_dir / f".s.PGSQL.{DATABASE_PORT}")) <= SOCKET_PATH_BYTES


def database_address(data_dir: Path) -> DatabaseAddress:
    """Give the address of the embedded database of this data directory."""
    return DatabaseAddress(postgres_socket_dir(data_dir))


def ensure(data_dir: Path) -> None:
    """Create the data directory and its folders, for the owner only. Repeating it changes nothing."""
    for path in (data_dir, models_dir(data_dir), logs_dir(data_dir), run_dir(data_dir)):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def secret_key(data_dir: Path) -> str:
    """Read the secret key; on the first call generate it, readable by the owner only.

    Several processes may call this at once: the key appears by a hard link, which the first one wins and nobody ever
    sees half written.
    """
    path = secret_key_path(data_dir)
    try:
        return _read_key(path)
    except FileNotFoundError:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=".secret_key.", dir=data_dir)  # mkstemp makes it 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(SECRET_KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
    finally:
        os.unlink(draft)
    return _read_key(path)


def _read_key(path: Path) -> str:
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 50:
        raise ValueError(f"{path} holds no usable key: delete it to get a new one (every session and queued task ends)")
    return key
