"""What a provider's answer means: the kind of error, and whether trying again makes sense."""

from datetime import UTC, datetime
from typing import Any

import pytest

from runs.agent import errors
from runs.agent.faults import error_in_stream, error_of, retry_after_s

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def fault(status: int, body: Any, **headers: str) -> errors.ModelError:
    return error_of(status, body, headers, where="The model m at example.org", now=NOW)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"code": "context_length_exceeded", "message": "This model's maximum context length is 8192 tokens."}),
        (
            400,
            {
                "error": {
                    "code": 400,
                    "type": "exceed_context_size_error",
                    "n_ctx": 4096,
                    "message": "the request exceeds",
                }
            },
        ),
        (400, {"object": "error", "message": "This model's maximum context length is 4096 tokens.", "code": 400}),
        (400, {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"}),
        (
            400,
            [
                {
                    "error": {
                        "code": 400,
                        "message": "The input token count (1200000) exceeds the maximum number of tokens",
                    }
                }
            ],
        ),
        (413, "Request Entity Too Large"),
        (422, {"message": "Input is too long for requested model"}),
        (500, {"error": "the input exceeds the context window"}),
    ],
)
def test_full_context_is_known_in_every_dialect(status: int, body: Any) -> None:
    assert type(fault(status, body)) is errors.ContextTooLong


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (402, None, errors.QuotaExhausted),
        (429, {"code": "insufficient_quota", "message": "You exceeded your current quota"}, errors.QuotaExhausted),
        (
            429,
            [{"error": {"status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota"}}],
            errors.RateLimited,
        ),
        (400, {"error": {"code": "content_filter", "message": "filtered"}}, errors.Refused),
        (400, {"code": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}, errors.Refused),
        (408, None, errors.ServerFailed),
        (501, None, errors.BadRequest),
        (529, {"type": "overloaded_error"}, errors.ServerFailed),
        (418, {"detail": "teapot"}, errors.BadRequest),
    ],
)
def test_status_and_code_give_the_kind(status: int, body: Any, kind: type[errors.ModelError]) -> None:
    assert type(fault(status, body)) is kind


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": " hm "}, "hm"), ({"error": "hm"}, "hm"), ({"detail": "hm"}, "hm"), ("hm", "hm"), (None, ""),
        ([{"message": "hm"}], "hm"), ({"error": {"message": "hm"}}, "hm"), ([], "[]"), ({"odd": 1}, "{'odd': 1}"),
    ],
)  # fmt: skip
def test_providers_words_are_found(body: Any, said: str) -> None:
    assert fault(400, body).provider_message == said


def test_providers_words_are_bounded() -> None:
    assert len(fault(400, "x" * 10_000).provider_message) == 2001


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 -0000"}, 30),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "x"}, None),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, NOW) == seconds


def test_error_carries_what_people_need() -> None:
    error = fault(503, {"message": "busy"}, **{"retry-after": "4"})
    assert (error.kind, error.transient, error.retry_after_s, error.status) == ("server_failed", True, 4, 503)
    assert error.message == str(error) == "The model m at example.org failed with status 503."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"message": "busy", "code": 503}, errors.ServerFailed),
        ({"message": "busy", "code": "429"}, errors.RateLimited),
        ({"message": "x", "type": "overloaded_error"}, errors.ServerFailed),
        ({"message": "x", "code": "context_length_exceeded"}, errors.ContextTooLong),
        ({"message": "x", "code": "content_filter"}, errors.Refused),
        ({"message": "exceeds the context size"}, errors.ContextTooLong),
        ({"message": "x"}, errors.BrokenStream),
        ("x", errors.BrokenStream),
    ],
)
def test_error_in_the_stream_gives_the_kind(body: Any, kind: type[errors.ModelError]) -> None:
    assert type(error_in_stream(body, where="m")) is kind


def test_every_error_has_a_sentence_and_a_kind_of_its_own() -> None:
    kinds = [kind for kind in errors.ModelError.__subclasses__() if kind.__module__ == errors.__name__]
    assert len({kind.kind for kind in kinds}) == len(kinds) == 13
    assert all(kind().message.endswith(".") for kind in kinds)
