"""Each deployer's mistake has a check with its id; production settings have none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import CheckMessage

from aime_project import checks, data_dir

ROOT = Path(__file__).resolve().parents[2]


def ids(found: list[CheckMessage]) -> list[str]:
    assert all(message.hint for message in found), "every message says what to do"
    return [message.id for message in found]


def test_production_settings_pass_without_a_warning(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AIME_", "OPENAI_"))}
    environment |= {"AIME_DATA_DIR": str(tmp_path), "AIME_ALLOWED_HOSTS": "aime.example.org", "AIME_PROXY_HEADERS": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "aime_project.settings"
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    problems = [line for line in result.stderr.splitlines() if line.startswith("?:") and "aime.E002" not in line]
    assert problems == []  # E002: only `make setup` collects static files


def test_missing_browser_packages_name_the_command(settings, tmp_path: Path) -> None:
    settings.NODE_MODULES = tmp_path
    found = checks.browser_packages(None)
    assert ids(found) == ["aime.E001"]
    assert "make setup" in found[0].hint
    for folder, _files in settings.NODE_PACKAGES.values():
        (tmp_path / folder).mkdir(parents=True)
    assert checks.browser_packages(None) == []


def test_folder_for_exports_that_is_not_there(settings, tmp_path: Path) -> None:
    assert checks.export_folder(None) == []
    settings.AIME_EXPORT_DIR = tmp_path / "exports"
    assert ids(checks.export_folder(None)) == ["aime.W007"]
    (tmp_path / "exports").write_text("a file")
    assert ids(checks.export_folder(None)) == ["aime.W007"]
    settings.AIME_EXPORT_DIR = tmp_path
    assert checks.export_folder(None) == []


def test_uncollected_static_files(settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    assert ids(checks.collected_files(None)) == ["aime.E002"]
    (tmp_path / "staticfiles.json").touch()
    assert checks.collected_files(None) == []


@pytest.mark.django_db
def test_test_database_is_accepted() -> None:
    assert checks.database_server(None, databases=["default"]) == []
    assert checks.database_server(None, databases=None) == []


@pytest.mark.django_db
def test_old_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "OLDEST_POSTGRESQL", 990000)
    assert ids(checks.database_server(None, databases=["default"])) == ["aime.E003"]


def test_silent_database_is_reported_not_raised(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": f"postgresql:///aime?host={tmp_path}", "AIME_HTTPS": "0"}
    environment["DJANGO_SETTINGS_MODULE"] = "aime_project.settings"
    command = [sys.executable, "manage.py", "check", "--database", "default", "--tag", "database"]
    result = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "aime.E003" in result.stderr
    assert result.returncode == 1


def test_key_that_others_may_read(settings, tmp_path: Path) -> None:
    settings.AIME_DATA_DIR = tmp_path
    data_dir.secret_key(tmp_path)
    assert checks.data_directory(None) == []
    data_dir.secret_key_path(tmp_path).chmod(0o644)
    assert ids(checks.data_directory(None)) == ["aime.W001"]


def test_data_directory_that_cannot_be_written(settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.AIME_DATA_DIR = tmp_path
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    assert ids(checks.data_directory(None)) == ["aime.E005"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ({"embedded": False, "base_url": ""}, ["aime.W002"]),
        ({"embedded": True, "base_url": ""}, []),
        ({"embedded": False, "base_url": "http://127.0.0.1/v1"}, []),
    ],
)
def test_no_model_at_all(settings, model: dict, expected: list[str]) -> None:
    settings.AIME_MODEL = model
    assert ids(checks.model_endpoint(None)) == expected


@pytest.mark.parametrize(("key", "expected"), [("a" * 60, ["aime.W003"]), ("abcdefgh", ["aime.W003"])])
def test_weak_key(settings, key: str, expected: list[str]) -> None:
    settings.SECRET_KEY = key
    assert ids(checks.secret_key(None)) == expected


def test_debug_beyond_loopback(settings) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "aime.example.org"]
    assert checks.debug_mode(None) == []
    settings.DEBUG = True
    assert ids(checks.debug_mode(None)) == ["aime.W005"]


def test_nobody_ends_tls(settings) -> None:
    settings.AIME_HTTPS, settings.SECURE_PROXY_SSL_HEADER = True, None
    assert ids(checks.tls_end(None)) == ["aime.W006"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert checks.tls_end(None) == []
