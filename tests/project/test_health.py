"""Readiness names exactly what is missing. The model endpoint is a real HTTP server on loopback."""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from aime_project import health, model_probe
from runs.models import Heartbeat, Host

READY = "/health/ready"


class FakeEndpoint:
    """A model endpoint that answers with a status of our choice and remembers who asked."""

    def __init__(self) -> None:
        self.status = 200
        self.keys: list[str | None] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                endpoint.keys.append(self.headers["Authorization"])
                self.send_response(endpoint.status if self.path == "/v1/models" else 404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()


@pytest.fixture
def endpoint(settings) -> Iterator[FakeEndpoint]:
    fake = FakeEndpoint()
    settings.AIME_MODEL = {**settings.AIME_MODEL, "base_url": fake.url, "api_key": "key", "embedded": False}
    model_probe.forget()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()
    model_probe.forget()


@pytest.fixture
def host(db: None) -> Host:
    now = timezone.now()
    return Host.objects.create(id=uuid.uuid4(), slot=0, machine="m", pid=1, started_at=now, heartbeat_at=now)


@pytest.fixture
def supervisor(db: None) -> Heartbeat:
    return Heartbeat.objects.create(name="supervisor", beat_at=timezone.now())


def missing(client: Client) -> list[str]:
    response = client.get(READY)
    report = response.json()
    assert (response.status_code, report["status"]) == ((503, "not ready") if report["missing"] else (200, "ready"))
    return report["missing"]


def test_live_asks_nobody(client: Client) -> None:
    response = client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert client.post("/health").status_code == 405


def test_ready_when_everything_is_there(client: Client, host, supervisor, endpoint: FakeEndpoint) -> None:
    assert missing(client) == []
    ages = client.get(READY).json()["age_s"]
    assert 0 <= ages["host"] < 60
    assert 0 <= ages["supervisor"] < 60
    assert ages["oldest_queued_attempt"] is None


def test_answers_are_not_cached(client: Client, host, supervisor, endpoint) -> None:
    assert "no-store" in client.get(READY)["Cache-Control"]


def test_processes_that_never_ran(client: Client, db: None, endpoint) -> None:
    assert missing(client) == ["queue hosts: not running", "supervisor: not running"]


def test_old_heartbeats(client: Client, host: Host, supervisor: Heartbeat, endpoint) -> None:
    old = timezone.now() - timedelta(seconds=45)
    Host.objects.update(heartbeat_at=old)
    Heartbeat.objects.update(beat_at=old)
    assert [text.split(" for ")[0] for text in missing(client)] == [
        "queue hosts: no heartbeat",
        "supervisor: no heartbeat",
    ]


def test_draining_host_does_not_count(client: Client, host: Host, supervisor, endpoint) -> None:
    Host.objects.update(state=Host.State.DRAINING)
    assert missing(client) == ["queue hosts: not running"]


def test_missing_migrations(client: Client, host, supervisor, endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "migrations_are_applied", lambda: False)
    assert missing(client) == ["database: migrations are not applied: run `manage.py migrate`"]


def test_silent_database(client: Client, endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> bool:
        raise OperationalError("secret address")

    monkeypatch.setattr(health, "migrations_are_applied", refuse)
    assert missing(client) == ["database: does not answer"]


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (401, ["model: the endpoint refuses the key (HTTP 401): check OPENAI_API_KEY"]),
        (503, ["model: the endpoint answers HTTP 503"]),
        (404, []),  # no list of models, but somebody is there
    ],
)
def test_endpoint_that_answers_otherwise(client, host, supervisor, endpoint, status: int, problem: list[str]) -> None:
    endpoint.status = status
    assert missing(client) == problem


def test_endpoint_that_does_not_answer(client: Client, host, supervisor, endpoint: FakeEndpoint) -> None:
    endpoint.server.shutdown()
    endpoint.server.server_close()
    assert missing(client) == ["model: the endpoint does not answer (ConnectionRefusedError)"]


def test_no_endpoint_says_what_to_set(client: Client, host, supervisor, settings) -> None:
    settings.AIME_MODEL = {**settings.AIME_MODEL, "base_url": "", "embedded": False}
    assert missing(client) == ["model: no endpoint: set OPENAI_BASE_URL, or AIME_EMBEDDED_MODEL to 1.5b or 0.5b"]
    settings.AIME_MODEL = {**settings.AIME_MODEL, "base_url": "", "embedded": True}
    assert missing(client) == ["model: the embedded model is not up yet"]


def test_probes_do_not_become_load(client: Client, host, supervisor, endpoint: FakeEndpoint) -> None:
    for _ in range(5):
        assert missing(client) == []
    assert endpoint.keys == ["Bearer key"]
