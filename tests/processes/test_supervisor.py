"""The real `manage.py supervise`: start, kills, stop, refusals. Whatever happens, no process is left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from aime_project import data_dir as places
from tests.conftest import remove_data_dir
from tests.processes.aime_harness import Aime
from tests.processes.queue_harness import HANGS_S, ROOT, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.slow]
PATIENT = "tests.patient_settings"  # whoever stops in time has stopped without waiting for the queue's grace


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One database for all tests of this module: a first start takes seconds."""
    path = tmp_path_factory.mktemp("aime") / "data"
    yield path
    remove_data_dir(path)


@pytest.fixture
def aime(data_dir: Path) -> Iterator[Aime]:
    aime = Aime(data_dir)
    yield aime
    aime.close()


@pytest.fixture
def patient_aime(data_dir: Path) -> Iterator[Aime]:
    aime = Aime(data_dir, DJANGO_SETTINGS_MODULE=PATIENT)
    yield aime
    aime.close()


HOSTS_UP = "SELECT count(*) FROM runs_host WHERE state = 'up' AND heartbeat_at > clock_timestamp() - interval '4 s'"


def hosts_up(aime: Aime) -> bool:
    try:
        with psycopg.connect(database(aime)) as connection:
            row = connection.execute(HOSTS_UP).fetchone()
    except psycopg.Error:
        return False  # it starts again
    return row is not None and row[0] == 2


def database(aime: Aime) -> str:
    address = places.database_address(aime.data_dir)
    return f"host={address.socket_dir} user={address.user} dbname={address.name} connect_timeout=5"


def ended_cleanly(aime: Aime) -> None:
    assert wait_until(lambda: not aime.survivors(), HANGS_S), f"left behind: {aime.survivors()}\n{aime.output()}"


def test_first_start_prints_passwords_once_and_the_second_is_quick(aime: Aime) -> None:
    aime.start()
    assert wait_until(lambda: hosts_up(aime), HANGS_S), aime.output()
    first = aime.output()
    aime.tree()
    aime.signal(signal.SIGINT)
    assert aime.wait() == 0
    ended_cleanly(aime)
    aime.start()
    second = aime.output()[len(first) :]
    if "New users" in first:  # the data directory is shared with the other tests
        assert first.count("admin ") == 1
    slow = ("New users", "applying", "Collecting static files")
    assert not [words for words in slow if words in second], second


def test_runtime_file_describes_what_runs(aime: Aime) -> None:
    aime.start()
    runtime = json.loads(places.runtime_path(aime.data_dir).read_text())
    tree = aime.tree()
    assert runtime["pid"] == tree["supervisor"][0]
    assert runtime["url"] == f"http://127.0.0.1:{aime.port}"
    assert runtime["processes"] == {"web": tree["web"][0], "queue": tree["queue"][0]}
    assert places.runtime_path(aime.data_dir).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stop_signal_ends_every_process(patient_aime: Aime, number: signal.Signals) -> None:
    aime = patient_aime
    aime.start()
    assert wait_until(lambda: hosts_up(aime), HANGS_S)
    aime.tree()
    aime.signal(number)
    assert aime.wait() == 0
    assert not places.runtime_path(aime.data_dir).exists()
    ended_cleanly(aime)


@pytest.mark.parametrize("delay_s", [0.3, 0.7, 1.1, 1.5, 2.0, 2.6])
def test_stop_while_starting_ends_every_process(aime: Aime, delay_s: float) -> None:
    aime.launch()
    time.sleep(delay_s)
    aime.tree()
    aime.signal(signal.SIGTERM)
    aime.wait()
    ended_cleanly(aime)


def test_second_signal_ends_everything_at_once(patient_aime: Aime) -> None:
    aime = patient_aime
    aime.start()
    queue = aime.tree()["queue"][0]
    os.kill(queue, signal.SIGSTOP)  # would use up its whole grace
    before = len(aime.output())
    aime.signal(signal.SIGINT)
    assert wait_until(lambda: "Aime stops" in aime.output()[before:], HANGS_S)  # two signals at once may be one
    aime.signal(signal.SIGINT)
    assert aime.wait() == 130
    ended_cleanly(aime)


def test_killed_supervisor_leaves_nothing_and_the_next_start_works(aime: Aime) -> None:
    for _ in range(3):
        aime.start()
        assert wait_until(lambda: hosts_up(aime), HANGS_S), aime.output()
        aime.tree()
        aime.signal(signal.SIGKILL)
        aime.wait()
        assert wait_until(lambda: not aime.survivors(), HANGS_S), f"left behind: {aime.survivors()}"


@pytest.mark.parametrize("role", ["web", "queue", "postgres"])
def test_killed_child_is_started_again(aime: Aime, role: str) -> None:
    aime.start()
    assert wait_until(lambda: hosts_up(aime), HANGS_S)
    for _ in range(3):
        before = aime.tree()[role][0]
        os.kill(before, signal.SIGKILL)
        assert wait_until(lambda before=before: aime.tree()[role][:1] not in ([], [before]), HANGS_S), aime.output()
        assert wait_until(aime.answers, HANGS_S)
        assert wait_until(lambda: hosts_up(aime), HANGS_S), aime.output()
        assert not {before} & set(aime.survivors())
    tree = {pid for pids in aime.tree().values() for pid in pids}
    assert wait_until(lambda: not set(aime.survivors()) - tree, HANGS_S)


def test_browsers_wait_while_the_web_process_is_replaced(aime: Aime) -> None:
    aime.start()
    os.kill(aime.tree()["web"][0], signal.SIGKILL)
    assert aime.answers(timeout_s=HANGS_S), "refused instead of answered late"


def test_second_start_beside_a_running_one_is_refused(aime: Aime) -> None:
    aime.start()
    second = _refused(Aime(aime.data_dir))
    assert f"Aime already runs as process {aime.tree()['supervisor'][0]} at http://127.0.0.1:{aime.port}" in second
    assert aime.answers()


def test_taken_port_is_named(aime: Aime, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", aime.port))
        other.listen()
        assert f"Port {aime.port} on 127.0.0.1 is taken" in _refused(aime)


def test_unknown_host_is_named(data_dir: Path) -> None:
    assert "Cannot listen on 203.0.113.1" in _refused(Aime(data_dir, HOST="203.0.113.1"))


def _refused(aime: Aime) -> str:
    result = subprocess.run(
        [sys.executable, "manage.py", "supervise"],
        cwd=ROOT,
        env=aime.env(),
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert result.returncode == 2
    return result.stdout + result.stderr


def test_database_that_does_not_answer_is_said(data_dir: Path) -> None:
    aime = Aime(data_dir, DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    aime.launch()
    assert aime.wait() == 1
    assert "step `prepare` failed" in aime.output() and "127.0.0.1" in aime.output()


def test_without_network_and_weights_aime_comes_up_and_says_what_to_configure(data_dir: Path) -> None:
    nowhere = {
        "HF_ENDPOINT": "",
        "PIP_NO_INDEX": "1",
        "https_proxy": "http://127.0.0.1:9",
        "PIP_CONFIG_FILE": os.devnull,
    }
    aime = Aime(data_dir, AIME_EMBEDDED_MODEL="0.5b", AIME_MODEL_SOURCES="http://127.0.0.1:9/,/nowhere", **nowhere)
    words = ("AIME_MODEL_SOURCES", "/nowhere", "huggingface.co", "OPENAI_BASE_URL", "Aime is up")
    try:
        before = len(aime.output())
        aime.start()
        assert wait_until(lambda: all(word in aime.output()[before:] for word in words), HANGS_S), aime.output()
        assert not aime.answers("/health/ready")
        aime.tree()
        aime.signal(signal.SIGTERM)
        assert aime.wait() == 0
        ended_cleanly(aime)
    finally:
        aime.close()
