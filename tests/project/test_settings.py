"""What the settings become under different environments; each case is a fresh interpreter."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aime_project.databases import from_url
from aime_project.env import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import json, sys, warnings
warnings.simplefilter("error")
from aime_project import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


@pytest.fixture
def settings_with(tmp_path: Path):
    def read(*names: str, **environment: str) -> dict[str, Any]:
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("AIME_", "OPENAI_", "DATABASE"))
        }
        environment = {**clean, "AIME_DATA_DIR": str(tmp_path / "data"), **environment}
        command = [sys.executable, "-c", SHOW, *names]
        result = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode:
            raise RuntimeError(result.stderr)
        return json.loads(result.stdout)

    return read


def test_defaults_are_safe_for_production(settings_with) -> None:
    found = settings_with(
        "DEBUG",
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "ALLOWED_HOSTS",
        "SECURE_HSTS_SECONDS",
    )
    assert found.pop("SECURE_HSTS_SECONDS") > 0
    assert found == {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
    }


def test_make_run_speaks_plain_http_on_loopback(settings_with) -> None:
    found = settings_with("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS", AIME_HTTPS="0")
    assert found == {"SECURE_SSL_REDIRECT": False, "SESSION_COOKIE_SECURE": False, "SECURE_HSTS_SECONDS": 0}


@pytest.mark.parametrize(
    ("host", "allowed"), [("192.0.2.7", "192.0.2.7"), ("aime.local", "aime.local"), ("2001:db8::1", "[2001:db8::1]")]
)
def test_host_that_is_bound_may_be_asked_for(settings_with, host: str, allowed: str) -> None:
    assert allowed in settings_with("ALLOWED_HOSTS", HOST=host)["ALLOWED_HOSTS"]


def test_every_interface_allows_no_further_host(settings_with) -> None:
    assert "0.0.0.0" not in settings_with("ALLOWED_HOSTS", HOST="0.0.0.0")["ALLOWED_HOSTS"]


def test_queue_is_as_designed(settings_with) -> None:
    queue = settings_with("Q_CLUSTER", AIME_HOSTS="3")["Q_CLUSTER"]
    queue.pop("broker_class", None)
    assert queue == {
        "name": "aime",
        "orm": "default",
        "workers": 5,
        "timeout": None,
        "retry": 60,
        "queue_limit": 1,
        "poll": 0.5,
        "bulk": 1,
        "save_limit": -1,
        "max_attempts": 0,
        "ack_failures": True,
        "catch_up": False,
        "guard_cycle": 0.5,
        "recycle": 500,
    }


def test_only_the_queue_warning_about_the_time_limit_is_silent(tmp_path: Path) -> None:
    code = (
        "import os, warnings; os.environ['DJANGO_SETTINGS_MODULE'] = 'aime_project.settings'; import django.conf;"
        "django.conf.settings.DEBUG; import django_q.conf; warnings.warn('another', UserWarning)"
    )
    environment = {**os.environ, "AIME_DATA_DIR": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "misconfigured" not in result.stderr
    assert "another" in result.stderr


def test_every_shell_with_the_same_data_directory_finds_the_same_database_and_key(settings_with) -> None:
    first = settings_with("DATABASES", "SECRET_KEY")
    assert settings_with("DATABASES", "SECRET_KEY", HOME="/nonexistent") == first
    assert first["DATABASES"]["default"]["HOST"].startswith("/")
    assert first["DATABASES"]["default"]["NAME"] == "aime"


def test_model_is_embedded_until_an_endpoint_is_configured(settings_with) -> None:
    model = settings_with("AIME_MODEL")["AIME_MODEL"]
    assert (model["embedded"], model["max_parallel"]) == (True, 1)
    model = settings_with("AIME_MODEL", OPENAI_BASE_URL="http://127.0.0.1:9/v1/", AIME_MODEL="m")["AIME_MODEL"]
    assert (model["embedded"], model["max_parallel"], model["base_url"]) == (False, 0, "http://127.0.0.1:9/v1")
    assert settings_with("AIME_MODEL", OPENAI_API_KEY="k")["AIME_MODEL"]["base_url"] == "https://api.openai.com/v1"
    model = settings_with("AIME_MODEL", AIME_EMBEDDED_MODEL="none")["AIME_MODEL"]
    assert (model["embedded"], model["base_url"]) == (False, "")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL: expected postgresql://"),
        ("AIME_DEBUG", "maybe", "AIME_DEBUG: expected 1, true"),
        ("PORT", "http", "PORT: expected a whole number from 1 to 65535"),
        ("AIME_EMBEDDED_MODEL", "70b", "AIME_EMBEDDED_MODEL: expected one of 1.5b, 0.5b, none"),
        ("AIME_HOSTS", "0", "AIME_HOSTS: expected a whole number from 1 to 64"),
        ("AIME_LOG_LEVEL", "loud", "AIME_LOG_LEVEL: expected one of"),
    ],
)
def test_mistake_stops_the_start_and_names_the_variable(settings_with, name: str, value: str, expected: str) -> None:
    with pytest.raises(RuntimeError, match=expected):
        settings_with("DEBUG", **{name: value})


def test_database_url_is_read_part_by_part() -> None:
    found = from_url("postgresql://us%40er:p%2Fw@db.example.org:6432/na%20me?sslmode=require")
    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "na me",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example.org",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_url_may_name_a_socket_folder() -> None:
    found = from_url("postgres:///aime?host=/run/postgresql&user=me")
    assert (found["HOST"], found["USER"], found["NAME"], found["OPTIONS"]) == ("/run/postgresql", "me", "aime", {})


@pytest.mark.parametrize("url", ["sqlite:///x", "postgresql://host", "postgresql://host:port/name", "name"])
def test_database_url_of_another_form_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL: expected postgresql://"):
        from_url(url)


def test_models_that_see_and_prices_are_named(settings_with) -> None:
    names = ("AIME_MODEL_IMAGES", "AIME_MODEL_PRICES", "AIME_CURRENCY")
    assert settings_with(*names) == {
        "AIME_MODEL_IMAGES": "frozenset()",
        "AIME_MODEL_PRICES": {},
        "AIME_CURRENCY": "USD",
    }
    found = settings_with(*names, AIME_MODEL_IMAGES="*", AIME_MODEL_PRICES="m=1.25/10", AIME_CURRENCY="EUR")
    assert found == {
        "AIME_MODEL_IMAGES": "frozenset({'*'})",
        "AIME_MODEL_PRICES": {"m": ["1.25", "10", None]},
        "AIME_CURRENCY": "EUR",
    }


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AIME_MODEL_PRICES", "a=1/2,b=1", "AIME_MODEL_PRICES, item 2: expected MODEL=INPUT/OUTPUT"),
        ("AIME_CURRENCY", "dollars", "AIME_CURRENCY: expected a currency's code"),
        ("AIME_MODEL_IMAGES_MAX", "0", "AIME_MODEL_IMAGES_MAX: expected a whole number from 1 to 100"),
        ("AIME_MODEL_IMAGE_MIB", "21", "AIME_MODEL_IMAGE_MIB: expected a whole number from 1 to 20"),
    ],
)
def test_model_setting_of_a_wrong_form_stops_the_start(settings_with, variable: str, value: str, said: str) -> None:
    with pytest.raises(RuntimeError, match=said):
        settings_with(variable, **{variable: value})
