"""What every test may use: a real PostgreSQL, people, and no network but loopback."""

import ipaddress
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.models import User
from django.test import Client

from aime_project import data_dir as places
from aime_project.processes.embedded_postgres import EmbeddedPostgres

# Drawing slowly is no fault on a busy machine. The same is drawn always; `--hypothesis-profile=anew` draws anew.
USUAL = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow], "print_blob": True}
hypothesis.settings.register_profile("ci", max_examples=200, derandomize=True, **USUAL)
hypothesis.settings.register_profile("quick", max_examples=30, derandomize=True, **USUAL)
hypothesis.settings.register_profile("anew", max_examples=1000, **USUAL)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "quick")
PASSWORD = "correct horse battery staple"
LEFT_OVER_S = 12 * 3600


# --- Database: an embedded PostgreSQL of this session's own, unless DATABASE_URL names a server ---------------------
@pytest.fixture(scope="session")
def embedded_postgres() -> Iterator[EmbeddedPostgres | None]:
    """The session's database server, or None when DATABASE_URL names another one."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    server = EmbeddedPostgres(Path(os.environ["AIME_TEST_DATA_DIR"]), durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    embedded_postgres: EmbeddedPostgres | None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Called by pytest-django before it makes the test database; tests in parallel have one for each worker."""


def pytest_sessionstart() -> None:
    """Remove what killed sessions left behind."""
    directory = Path(os.environ["AIME_TEST_DATA_DIR"])
    for left in directory.parent.glob("aime-test-*"):
        if left != directory and time.time() - left.stat().st_mtime > LEFT_OVER_S:
            remove_data_dir(left)


def pytest_unconfigure() -> None:
    """Remove this session's data directory."""
    directory = os.environ.get("AIME_TEST_DATA_DIR")
    if directory:
        remove_data_dir(Path(directory))


def remove_data_dir(directory: Path) -> None:
    """Remove a test's data directory with everything that its database kept elsewhere."""
    home = places.postgres_home(directory)
    shutil.rmtree(places.postgres_socket_dir(directory), ignore_errors=True)
    if home != directory:
        shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)


# --- Network: loopback and unix sockets only ------------------------------------------------------------------------
_guard = {"on": True}


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or not _guard["on"]:
        return
    address = arguments[1]
    if isinstance(address, tuple) and not _is_loopback(str(address[0])):
        raise PermissionError(f"tests speak to loopback only, not to {address[0]}")


def _is_loopback(host: str) -> bool:
    try:
        return host in ("localhost", "") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


sys.addaudithook(_refuse_network)


@pytest.fixture(autouse=True)
def _network(request: pytest.FixtureRequest) -> Iterator[None]:
    _guard["on"] = request.node.get_closest_marker("network") is None
    yield
    _guard["on"] = True


# --- People ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def admin(db: None) -> User:
    """Staff, and space admin wherever a test makes a space."""
    return User.objects.create_user("admin", "admin@example.org", PASSWORD, is_staff=True, is_superuser=True)


@pytest.fixture
def builder(db: None) -> User:
    """Builds templates and starts runs."""
    return User.objects.create_user("builder", "builder@example.org", PASSWORD)


@pytest.fixture
def viewer(db: None) -> User:
    """Reads."""
    return User.objects.create_user("viewer", "viewer@example.org", PASSWORD)


@pytest.fixture
def outsider(db: None) -> User:
    """A signed-in person who is in no space."""
    return User.objects.create_user("outsider", "outsider@example.org", PASSWORD)


@pytest.fixture
def builder_client(builder: User) -> Client:
    """The builder's browser."""
    client = Client()
    client.force_login(builder)
    return client
