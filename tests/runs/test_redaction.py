"""What is or looks like a secret is hidden in what is handed on; other words stay as they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.redaction import HIDDEN, redact, redacted

PEM = "RSA " + "PRIVATE KEY"  # no file here holds one
SECRETS = [
    ("Authorization: Bearer abcdef0123456789", "Bearer [secret]"),
    ("key sk-proj-abcdefghijklmnop", "key [secret]"),
    ('{"api_key": "0123456789abcdef"}', '"api_key": "[secret]"'),
    ("password=correct-horse", "password=[secret]"),
    ("ghp_abcdefghijklmnopqrst0123", "[secret]"),
    ("postgres://aime:hunter22@db:5432/aime", "postgres://[secret]@db:5432/aime"),
    (f"-----BEGIN {PEM}-----\nabc\n-----END {PEM}-----", "[secret]"),
]
PLAIN = [
    "The model used 200,000 tokens; its limit is 100,000.",
    "token: a word",
    "Passwords are hashed. See https://example.org/a:b@c?x=1",
    "Ask for the secret: why?",
    "risk-taking, task-management",
]


@pytest.mark.parametrize(("text", "shown"), SECRETS)
def test_what_looks_like_a_secret_is_hidden(text: str, shown: str) -> None:
    assert shown in redact(text)


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_secrets_of_the_installation_are_hidden_by_value(settings: Any) -> None:
    settings.OPENAI_API_KEY = "plain words of a key"
    said = {"a": ["x plain words of a key y", 1, None], "b": settings.SECRET_KEY}
    assert redacted(said) == {"a": [f"x {HIDDEN} y", 1, None], "b": HIDDEN}


def test_password_that_is_the_name_of_its_user_is_a_word(settings: Any) -> None:
    settings.DATABASE_URL = "postgresql://postgres:postgres@db/aime"
    assert redact("postgres does not answer") == "postgres does not answer"
    assert redact(f"at {settings.DATABASE_URL}") == f"at {HIDDEN}"


@given(st.text(max_size=200))
def test_any_text_is_read_in_a_moment_and_twice_is_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)
