"""Paths of the data directory, the key that is made once, the socket that every shell finds."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aime_project import data_dir as places

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ordinary_user(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Paths as somebody else than root sees them; gives XDG_RUNTIME_DIR: short, as the path of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="xdg-") as runtime:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield Path(runtime)


def test_key_is_made_once_strong_and_for_the_owner_only(tmp_path: Path) -> None:
    key = places.secret_key(tmp_path / "new" / "data")
    path = places.secret_key_path(tmp_path / "new" / "data")
    assert len(key) >= 50
    assert len(set(key)) > 20
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert places.secret_key(tmp_path / "new" / "data") == key
    assert os.listdir(path.parent) == ["secret_key"]


def test_many_first_readers_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: places.secret_key(tmp_path / "data"), range(64)))
    assert len(keys) == 1


def test_broken_key_is_refused_by_name_not_replaced(tmp_path: Path) -> None:
    places.secret_key_path(tmp_path).write_text("short\n")
    with pytest.raises(ValueError, match="secret_key holds no usable key: delete it"):
        places.secret_key(tmp_path)
    assert places.secret_key_path(tmp_path).read_text() == "short\n"


def test_ensure_makes_private_folders_and_may_be_repeated(tmp_path: Path) -> None:
    places.ensure(tmp_path / "data")
    places.ensure(tmp_path / "data")
    for path in (places.models_dir, places.logs_dir, places.run_dir):
        assert stat.S_IMODE(path(tmp_path / "data").stat().st_mode) == 0o700


def test_one_directory_has_one_name_however_it_is_reached(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert places.digest(tmp_path / "link") == places.digest(tmp_path / "real")
    assert places.digest(tmp_path / "real") != places.digest(tmp_path)


def test_root_keeps_the_database_where_an_unprivileged_user_can_reach_it(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    home = Path("/var/lib/aime") / places.digest(tmp_path)
    assert places.postgres_cluster_dir(tmp_path) == home / "postgres"
    assert places.postgres_socket_dir(tmp_path) == home / "socket"


def test_ordinary_user_has_a_short_socket_below_the_runtime_folder(ordinary_user: Path, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / "data"
    socket_dir = places.postgres_socket_dir(deep)
    assert socket_dir.parent == ordinary_user
    assert places.socket_path_fits(socket_dir)
    assert places.postgres_cluster_dir(deep) == deep / "postgres"


def test_recorded_socket_is_found_from_a_shell_with_another_environment(ordinary_user, monkeypatch, tmp_path) -> None:
    chosen = places.postgres_socket_dir(tmp_path)
    places.ensure(tmp_path)
    places.socket_record_path(tmp_path).write_text(f"{chosen}\n")
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert places.postgres_socket_dir(tmp_path) == chosen


@pytest.mark.parametrize("record", ["/no/such/folder/socket", "relative", "", "\0"])
def test_useless_record_is_ignored(ordinary_user: Path, tmp_path: Path, record: str) -> None:
    """XDG_RUNTIME_DIR is gone after a restart of the machine."""
    places.ensure(tmp_path)
    places.socket_record_path(tmp_path).write_text(record)
    assert places.postgres_socket_dir(tmp_path).parent == ordinary_user


@pytest.mark.parametrize(("length", "fits"), [(107, True), (108, False)])
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_socket_limit_counts_bytes(length: int, fits: bool) -> None:
    suffix = len("/.s.PGSQL.5432")
    assert places.socket_path_fits(Path("/" + "a" * (length - suffix - 1))) is fits
    assert places.socket_path_fits(Path("/" + "ä" * ((length - suffix - 1) // 2))) is True
    assert places.socket_path_fits(Path("/" + "ä" * (length - suffix - 1))) is False


def test_too_long_temporary_folder_is_passed_over(ordinary_user, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("x" * 100)))
    (tmp_path / ("x" * 100)).mkdir()
    assert places.socket_path_fits(places.choose_socket_dir(tmp_path))


def test_module_needs_no_django() -> None:
    code = "import sys, aime_project.data_dir; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
