"""The embedded database against kills, stale files and rivals. Real servers on a real disk, fsync on."""

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest

from aime_project import data_dir as places
from aime_project.processes import postgres_orphans
from aime_project.processes.embedded_postgres import EmbeddedPostgres
from aime_project.processes.postgres_errors import AlreadyRunning, StartFailed, UnusableDataDirectory
from tests.conftest import remove_data_dir

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
ROWS = 50
ROUNDS = 4


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    directory = tmp_path / "data"
    yield directory
    postgres_orphans.end_orphans(places.postgres_cluster_dir(directory))
    remove_data_dir(directory)


@pytest.fixture
def database(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(data_dir)
    server.start()
    with psycopg.connect(server.conninfo) as connection:
        connection.execute("CREATE TABLE kept (number int)")
    yield server
    server.stop()


def commit_rows(server: EmbeddedPostgres) -> psycopg.Connection:
    """Commit rows one by one and leave the connection open, as a real client's would be."""
    connection = psycopg.connect(server.conninfo, autocommit=True)
    for number in range(ROWS):
        connection.execute("INSERT INTO kept VALUES (%s)", [number])
    return connection


def count(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.conninfo) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def kill_server(server: EmbeddedPostgres) -> None:
    os.kill(server.pid, signal.SIGKILL)


def kill_everything(server: EmbeddedPostgres) -> None:
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def kill_server_and_freeze_a_child(server: EmbeddedPostgres) -> None:
    """The worst case: a stopped child cannot notice its server's death and holds the shared memory."""
    child = min(psutil.Process(server.pid).children(), key=psutil.Process.create_time)  # one that lasts
    child.suspend()
    os.kill(server.pid, signal.SIGKILL)


@pytest.mark.parametrize("kill", [kill_server, kill_everything, kill_server_and_freeze_a_child])
def test_killed_server_starts_again_at_the_first_try_with_every_committed_row(database: EmbeddedPostgres, kill) -> None:
    for number in range(1, ROUNDS + 1):
        client = commit_rows(database)
        kill(database)
        wait_until(lambda: database.poll() is not None)
        database.start()
        assert database.poll() is None
        assert count(database) == number * ROWS
        client.close()


def test_killed_child_is_survived_by_the_server_itself(database: EmbeddedPostgres) -> None:
    for number in range(1, ROUNDS + 1):
        client = commit_rows(database)
        witness = psycopg.connect(database.conninfo, autocommit=True)
        server = database.pid
        os.kill(client.info.backend_pid, signal.SIGKILL)
        wait_until(partial(has_lost_its_server, witness))  # until then the server knows of nothing, and answers
        wait_until(lambda: answers(database))
        assert database.pid == server
        assert database.poll() is None
        assert count(database) == number * ROWS
        client.close()


def test_killed_owner_takes_its_server_along_and_the_next_start_works(data_dir: Path) -> None:
    for _ in range(2):
        owner = start_elsewhere(data_dir)
        owner.kill()
        owner.wait()
        server = EmbeddedPostgres(data_dir)
        server.start()
        assert answers(server)
        server.stop()
    wait_until(lambda: not postgres_orphans.processes_of(places.postgres_cluster_dir(data_dir)))


def test_stop_keeps_every_row_leaves_no_process_and_may_be_repeated(database: EmbeddedPostgres) -> None:
    commit_rows(database).close()
    database.stop()
    database.stop()
    assert not postgres_orphans.processes_of(places.postgres_cluster_dir(database._data_dir))
    database.start()
    assert count(database) == ROWS


def test_poll_tells_never_started_running_and_ended(data_dir: Path, database: EmbeddedPostgres) -> None:
    assert EmbeddedPostgres(data_dir).poll() == 0
    assert database.poll() is None
    os.kill(database.pid, signal.SIGINT)
    wait_until(lambda: database.poll() is not None)
    assert database.poll() == 0


@pytest.mark.parametrize("whose", ["dead", "foreign", "garbage"])
def test_stale_pid_files_stop_nothing_and_nobody(database: EmbeddedPostgres, data_dir: Path, whose: str) -> None:
    """A foreign process that has a dead server's pid must survive, and must not keep the database from starting."""
    commit_rows(database).close()
    kill_everything(database)
    wait_until(lambda: database.poll() is not None)
    database.stop()
    foreign = subprocess.Popen(["sleep", "900"])
    pid = {"dead": "999999999", "foreign": str(foreign.pid), "garbage": "what\n\n"}[whose]
    cluster, socket_dir = places.postgres_cluster_dir(data_dir), places.postgres_socket_dir(data_dir)
    (cluster / "postmaster.pid").write_text(f"{pid}\n{cluster}\n{int(time.time())}\n5432\n{socket_dir}\n")
    (socket_dir / ".s.PGSQL.5432.lock").write_text(f"{pid}\n{cluster}\n{int(time.time())}\n5432\n{socket_dir}\n")
    try:
        database.start()
        assert count(database) == ROWS
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_second_start_on_the_same_directory_is_refused_and_harms_nothing(database, data_dir: Path) -> None:
    rival = EmbeddedPostgres(data_dir)
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}.*AIME_DATA_DIR"):
        rival.start()
    rival.stop()
    assert answers(database)


def test_lock_of_another_process_is_refused_until_it_ends(data_dir: Path) -> None:
    owner = start_elsewhere(data_dir)
    server = EmbeddedPostgres(data_dir)
    with pytest.raises(AlreadyRunning, match=str(owner.pid)):
        server.start()
    owner.terminate()
    owner.wait()
    server.start()
    server.stop()


def test_killed_initdb_leaves_nothing_in_the_way(data_dir: Path) -> None:
    draft = places.postgres_cluster_dir(data_dir).with_name("postgres.new")
    draft.mkdir(parents=True)
    (draft / "half").touch()
    server = EmbeddedPostgres(data_dir, durable=False)
    server.start()
    server.stop()
    assert not draft.exists()


def test_data_of_another_version_is_refused_with_a_remedy(database: EmbeddedPostgres, data_dir: Path) -> None:
    database.stop()
    (places.postgres_cluster_dir(data_dir) / "PG_VERSION").write_text("16\n")
    with pytest.raises(UnusableDataDirectory, match="holds 16 .*needs version 18.*AIME_DATA_DIR"):
        database.start()
    assert database.poll() == 0


def test_failed_start_shows_the_log_and_gives_the_lock_back(database: EmbeddedPostgres, data_dir: Path) -> None:
    database.stop()
    configuration = places.postgres_cluster_dir(data_dir) / "postgresql.conf"
    sound = configuration.read_text()
    configuration.write_text("no_such_setting = 1\n")
    with pytest.raises(StartFailed, match="no_such_setting"):
        database.start()
    configuration.write_text(sound)
    rival = EmbeddedPostgres(data_dir)
    rival.start()
    rival.stop()


def test_only_the_owner_reaches_the_files_and_the_socket(database: EmbeddedPostgres, data_dir: Path) -> None:
    assert places.postgres_socket_dir(data_dir).stat().st_mode & 0o777 == 0o700
    assert places.postgres_cluster_dir(data_dir).stat().st_mode & 0o777 == 0o700
    server = psutil.Process(database.pid)
    assert server.uids().real != 0
    assert not server.net_connections("inet")


def test_ctrl_c_in_the_terminal_reaches_only_the_owner(database: EmbeddedPostgres) -> None:
    assert os.getpgid(database.pid) != os.getpgid(0)
    assert os.getsid(database.pid) != os.getsid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="the whole module runs without root already")
def test_ordinary_user_keeps_everything_in_places_of_their_own() -> None:
    """The same story as another user: start, rows, kill -9 of everything, start, rows, stop.

    The child may read what root may (one capability), since the interpreter may lie below /root.
    """
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="aime-user-") as home:
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        become += ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
        result = subprocess.run(
            [*become, sys.executable, "-m", "tests.processes.postgres_as_user", home],
            env={**os.environ, "TMPDIR": home, "XDG_RUNTIME_DIR": ""},
            capture_output=True,
            text=True,
            timeout=300,
            cwd=ROOT,
        )
        assert result.returncode == 0, result.stderr
        assert result.stdout.split() == ["1", "1", str(nobody.pw_uid), str(nobody.pw_uid)]
        assert (Path(home) / "data" / "postgres" / "PG_VERSION").exists()


def start_elsewhere(data_dir: Path) -> subprocess.Popen[str]:
    """Start the database in a process of its own, which then waits."""
    code = (
        "import sys, time, pathlib, signal; from aime_project.processes.embedded_postgres import EmbeddedPostgres;"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit());"
        "server = EmbeddedPostgres(pathlib.Path(sys.argv[1])); server.start(); print('up', flush=True);\n"
        "try: time.sleep(900)\nfinally: server.stop()"
    )
    owner = subprocess.Popen([sys.executable, "-c", code, str(data_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with owner.stdout as output:
        assert output.readline() == "up\n"
    return owner


def has_lost_its_server(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def answers(server: EmbeddedPostgres) -> bool:
    try:
        with psycopg.connect(server.conninfo) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def wait_until(condition, timeout_s: float = 120) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
