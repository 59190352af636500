"""One PostgreSQL 18 of our own on a data directory: make, start, watch, stop (ADR 0010).

    database = EmbeddedPostgres(settings.AIME_DATA_DIR)
    database.start()             # returns once it answers; call it again after a death: it cleans up first
    database.poll()              # None while it runs, else the server's exit code
    psycopg.connect(database.conninfo)
    database.stop()

Call `start` from the main thread and keep that thread alive: the server shuts down (fast, nothing lost) when the thread
that started it ends. The server is a direct child, in a session of its own, so that Ctrl-C reaches only us. It listens
on a unix socket in a directory of mode 0700 and trusts whoever gets there. One owner per data directory (flock).
"""

import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, Any

import psycopg
import psycopg.sql
from psycopg.conninfo import make_conninfo

from aime_project import data_dir as places
from aime_project.processes import postgres_cluster, postgres_orphans
from aime_project.processes.postgres_errors import AlreadyRunning, StartFailed, UnusableDataDirectory

START_S = 120.0  # crash recovery replays at most max_wal_size
STOP_S = 15.0
ANSWER_POLL_S = 0.02
LOG_LIMIT_BYTES = 10 * 1024 * 1024

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "huge_pages": "off",
    "jit": "off",  # compiling costs more than these short statements
    "io_method": "sync",  # three I/O worker processes less
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",  # one launcher process less
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_max_workers": "1",
    "autovacuum_naptime": "30s",
    "autovacuum_vacuum_scale_factor": "0.05",  # queue and delta rows turn over fast
    "log_checkpoints": "off",
}
VOLATILE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class EmbeddedPostgres:
    """The embedded database of one data directory. `durable=False` gives up safety against power loss (tests only)."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self._data_dir = data_dir.resolve()
        self._durable = durable
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._cluster: postgres_cluster.Cluster | None = None

    @property
    def pid(self) -> int | None:
        """Give the server's process id, if it was started."""
        return self._child.pid if self._child else None

    @property
    def address(self) -> places.DatabaseAddress:
        """Say where the server listens, running or not."""
        return places.database_address(self._data_dir)

    @property
    def conninfo(self) -> str:
        """Give libpq's connection string for the product's database."""
        return self._conninfo(self.address.name)

    @property
    def log_path(self) -> Path:
        """Say where the server writes its log."""
        return places.logs_dir(self._data_dir) / "postgres.log"

    def django_database(self) -> dict[str, str]:
        """Give the identifying part of an entry of Django's `DATABASES`."""
        return self.address.django()

    def start(self) -> None:
        """Start the server and wait until it answers; do nothing while it runs.

        Raises a `PostgresError` whose message says what to do. After one, everything this call took is given back.
        """
        if self._child is not None and self._child.poll() is None:
            return
        try:
            self._take_lock()
            self._cluster = postgres_cluster.prepare(self._data_dir, log_path=self.log_path, durable=self._durable)
            postgres_orphans.end_orphans(self._cluster.directory)
            postgres_orphans.remove_pid_files(self._cluster.directory, self._cluster.socket_dir, self.address.port)
            self._child = self._spawn(self._cluster)
            self._wait_until_it_answers()
        except OSError as error:
            self.stop()
            raise UnusableDataDirectory(
                f"{error.filename or self._data_dir}: {error.strerror}. The embedded database needs to write there."
            ) from error
        except BaseException:
            self.stop()
            raise

    def poll(self) -> int | None:
        """Give None while the server runs, its exit code once it ended (start again), 0 when it was never started."""
        return self._child.poll() if self._child else 0

    def stop(self) -> None:
        """Shut the server down (fast: sessions are ended, everything committed is kept) and give the lock back."""
        if self._child is not None:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                if self._child.poll() is None:
                    self._child.send_signal(number)
                    try:
                        self._child.wait(STOP_S)
                    except subprocess.TimeoutExpired:
                        continue
            if self._cluster is not None:  # the children of a server that was killed
                postgres_orphans.end_orphans(self._cluster.directory)
            self._child = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        """Take the directory for ourselves; the kernel gives the lock back when we die."""
        if self._lock is not None:
            return
        places.ensure(self._data_dir)
        lock = open(places.postgres_lock_path(self._data_dir), "a+", encoding="ascii")  # noqa: SIM115  (held for life)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            owner = lock.read(20).strip()
            lock.close()
            raise AlreadyRunning(self._data_dir, owner) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _spawn(self, cluster: postgres_cluster.Cluster) -> subprocess.Popen[bytes]:
        options = {
            **SETTINGS,
            **({} if self._durable else VOLATILE),
            "unix_socket_directories": str(cluster.socket_dir),
            "cluster_name": postgres_orphans.label(cluster.directory),
        }
        arguments = [str(cluster.programs / "postgres"), "-D", str(cluster.directory), "-p", self.address.port]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_LIMIT_BYTES:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        with open(self.log_path, "ab") as log:
            return subprocess.Popen(
                cluster.command(arguments, death_signal=signal.SIGINT),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=cluster.environment(),
                start_new_session=True,
            )

    def _wait_until_it_answers(self) -> None:
        """Connect until it works, then make the product's database on the first start."""
        assert self._child is not None
        deadline = time.monotonic() + START_S
        while True:
            try:
                with psycopg.connect(self._conninfo("postgres"), autocommit=True, connect_timeout=5) as connection:
                    _create_database(connection, self.address.name)
                return
            except psycopg.OperationalError:
                code = self._child.poll()
                if code is not None:
                    raise self._failure(f"PostgreSQL ended with {code} while it was starting.") from None
                if time.monotonic() > deadline:
                    raise self._failure(f"PostgreSQL did not answer within {START_S:.0f} s.") from None
                time.sleep(ANSWER_POLL_S)

    def _failure(self, what: str) -> StartFailed:
        return StartFailed(what, postgres_cluster.end_of(self.log_path), self.log_path)

    def _conninfo(self, name: str) -> str:
        address = self.address
        return make_conninfo(host=str(address.socket_dir), port=address.port, user=address.user, dbname=name)


def _create_database(connection: psycopg.Connection[Any], name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
