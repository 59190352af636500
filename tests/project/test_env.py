"""The typed readers: the form of every value, and errors that name the variable but never the value."""

from decimal import Decimal
from pathlib import Path

import pytest

from aime_project import env

NAME = "AIME_TEST_VALUE"


@pytest.fixture
def value(monkeypatch: pytest.MonkeyPatch):
    def set_value(text: str | None, name: str = NAME) -> None:
        monkeypatch.delenv(name, raising=False)
        if text is not None:
            monkeypatch.setenv(name, text)

    set_value(None)
    set_value(None, f"{NAME}_FILE")
    return set_value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", True),
        ("TRUE", True),
        (" yes ", True),
        ("on", True),
        ("0", False),
        ("False", False),
        ("no", False),
        ("Off", False),
    ],
)
def test_bool_reads_both_words(value, text: str, expected: bool) -> None:
    value(text)
    assert env.env_bool(NAME, default=not expected) is expected


@pytest.mark.parametrize("unset", [None, "", "   "])
def test_unset_and_blank_mean_the_default(value, unset: str | None) -> None:
    value(unset)
    assert env.env_bool(NAME, default=True) is True
    assert env.env_int(NAME, 7) == 7
    assert env.env_str(NAME, "x") == "x"
    assert env.env_choice(NAME, "a", ("a", "b")) == "a"
    assert env.env_list(NAME, ["d"]) == ["d"]
    assert env.env_path(NAME, None) is None
    assert env.env_url(NAME) == ""
    assert env.env_secret(NAME) == ""


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (lambda: env.env_bool(NAME, default=True), "perhaps", "1, true"),
        (lambda: env.env_int(NAME, 1), "many", "a whole number of at least 0"),
        (lambda: env.env_int(NAME, 1), "-1", "a whole number of at least 0"),
        (lambda: env.env_int(NAME, 1, maximum=5), "6", "from 0 to 5"),
        (lambda: env.env_choice(NAME, "a", ("a", "b")), "zebra", "one of a, b"),
        (lambda: env.env_url(NAME), "example.org/v1", "http:// or https://"),
        (lambda: env.env_url(NAME), "ftp://example.org", "http:// or https://"),
        (lambda: env.env_url(NAME), "http://", "http:// or https://"),
    ],
)
def test_wrong_form_names_variable_and_form_not_value(value, read, text: str, expected: str) -> None:
    value(text)
    with pytest.raises(env.ConfigurationError) as caught:
        read()
    assert NAME in str(caught.value)
    assert expected in str(caught.value)
    if len(text) > 3 and text != "http://":
        assert text not in str(caught.value)


def test_int_accepts_its_bounds(value) -> None:
    value("5")
    assert env.env_int(NAME, 1, minimum=5, maximum=5) == 5


def test_list_drops_blanks(value) -> None:
    value(" a, ,b ,")
    assert env.env_list(NAME) == ["a", "b"]


def test_choice_ignores_case(value) -> None:
    value("B")
    assert env.env_choice(NAME, "a", ("a", "b")) == "b"


def test_url_drops_the_slash_at_the_end(value) -> None:
    value("http://127.0.0.1:9/v1/")
    assert env.env_url(NAME) == "http://127.0.0.1:9/v1"


def test_path_is_absolute_and_expands_home(value, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    value("~/x/../data")
    assert env.env_path(NAME, None) == tmp_path.resolve() / "data"


def test_secret_comes_from_the_variable_or_a_file(value, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from file\n")
    value(str(file), f"{NAME}_FILE")
    assert env.env_secret(NAME) == "from file"
    value(None, f"{NAME}_FILE")
    value("direct")
    assert env.env_secret(NAME) == "direct"


def test_secret_refuses_both_sources(value, tmp_path: Path) -> None:
    value("direct")
    value(str(tmp_path / "secret"), f"{NAME}_FILE")
    with pytest.raises(env.ConfigurationError, match="not both"):
        env.env_secret(NAME)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_unusable_secret_file_names_the_file_variable(value, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    value(str(file), f"{NAME}_FILE")
    with pytest.raises(env.ConfigurationError, match=f"{NAME}_FILE"):
        env.env_secret(NAME)


def test_prices_are_read_by_model(value) -> None:
    value("gpt-x=1.25/10, vendor/other:8b = 0.2 / 0.8 / 0.02 ,a=b=0/0")
    assert env.env_prices(NAME) == {
        "gpt-x": (Decimal("1.25"), Decimal(10), None),
        "vendor/other:8b": (Decimal("0.2"), Decimal("0.8"), Decimal("0.02")),
        "a=b": (Decimal(0), Decimal(0), None),
    }
    value("")
    assert env.env_prices(NAME) == {}


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("gpt-x", 1),
        ("=1/2", 1),
        ("a=1/2,b=1", 2),
        ("a=1/2,b=1/2/3/4", 2),
        ("a=1/2,b=-1/2", 2),
        ("a=1/2,b=1e9/2", 2),
        ("a=1/2,b=nan/2", 2),
        ("a=1/2,b=12345/2", 2),
        ("a=1/2,b=1.1234567/2", 2),
        ("a=1/2,b=3/4,a=5/6", 3),
    ],
)
def test_price_of_a_wrong_form_is_refused_with_its_place(value, text: str, item: int) -> None:
    value(text)
    with pytest.raises(env.ConfigurationError, match=f"{NAME}, item {item}: expected "):
        env.env_prices(NAME)


def test_text_of_a_form_is_read_whole(value) -> None:
    value("EUR")
    assert env.env_match(NAME, "USD", "[A-Z]{3}", "a code") == "EUR"
    value(None)
    assert env.env_match(NAME, "USD", "[A-Z]{3}", "a code") == "USD"
    value("EURO")
    with pytest.raises(env.ConfigurationError, match=f"{NAME}: expected a code"):
        env.env_match(NAME, "USD", "[A-Z]{3}", "a code")
