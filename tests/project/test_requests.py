"""Every response carries a request id and the security headers; log lines carry the ids that are bound."""

import json
import logging
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory

from aime_project import logging as aime_logging


def log_line(**extra: Any) -> dict[str, Any]:
    record = logging.LogRecord("aime.test", logging.INFO, __file__, 1, "说 %s", ("x",), None)
    vars(record).update(extra)
    return json.loads(aime_logging.JsonFormatter().format(record))


def test_log_line_is_one_json_object_with_the_bound_ids() -> None:
    with aime_logging.bind(run_id=7, node_run_id="n"), aime_logging.bind(attempt_id="a"):
        line = log_line()
    assert (line["event"], line["level"], line["logger"]) == ("说 x", "info", "aime.test")
    assert (line["run_id"], line["node_run_id"], line["attempt_id"]) == ("7", "n", "a")
    assert "run_id" not in log_line()


def test_extra_wins_over_bound() -> None:
    with aime_logging.bind(run_id="outer"):
        assert log_line(run_id="inner")["run_id"] == "inner"


def test_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="password"), aime_logging.bind(password="x"):
        pass


def test_exception_is_in_the_line() -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError as error:
        info = (type(error), error, error.__traceback__)
    line = log_line(exc_info=info)
    assert "RuntimeError: broken" in line["error"]


@pytest.mark.parametrize(("given", "kept"), [("proxy-id-1234", True), ("short", False), ("evil\tid{}", False)])
def test_request_id_comes_back(client: Client, given: str, kept: bool) -> None:
    answer = client.get("/health", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (answer == given) is kept
    assert len(answer) >= 8


def test_security_headers(client: Client) -> None:
    response = client.get("/health")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.django_db
def test_admin_asks_to_sign_in(client: Client) -> None:
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_logout_is_no_get(client: Client) -> None:
    assert client.get("/accounts/logout/").status_code == 405


def test_lines_after_the_middleware_still_carry_the_request_id(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Django logs 4xx and 5xx once every middleware is through."""
    response = client.get("/no/such/page")
    record = next(record for record in caplog.records if record.name == "django.request")
    assert json.loads(aime_logging.JsonFormatter().format(record))["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize(("path", "kept"), [("/health/ready", False), ("/health", False), ("/runs/", True)])
def test_probes_leave_no_line(path: str, kept: bool) -> None:
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "x", (), None)
    vars(record)["request"] = RequestFactory().get(path)
    assert aime_logging.WithoutProbes().filter(record) is kept


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_form_that_is_too_large_is_told_what_to_do(client: Client, settings: Any, headers: dict[str, str]) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client.post("/accounts/login/", {"username": "x" * 200, "password": "x"}, headers=headers)
    assert answer.status_code == 400
    assert "horten it" in answer.content.decode()


@pytest.mark.parametrize("away", [OperationalError("gone"), InterfaceError("closed")])
def test_database_that_is_away_is_503_and_says_when_to_come_back(
    away: Exception, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise away

    client.raise_request_exception = False
    monkeypatch.setattr("spaces.views.accounts.SignIn.dispatch", fail)
    answer = client.get("/accounts/login/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"The database is not answering" in answer.content
    note = client.get("/accounts/login/", headers={"HX-Request": "true"})
    assert (note.status_code, note["HX-Retarget"]) == (503, "#toasts")


def test_fault_of_ours_is_500(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("spaces.views.accounts.SignIn.dispatch", lambda *_args, **_options: 1 / 0)
    answer = client.get("/accounts/login/")
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content
