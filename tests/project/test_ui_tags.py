"""Tags and filters of all templates; and that every template at least parses."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template

from aime_project.templatetags import ui

FOLDER = settings.BASE_DIR / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
COUNTS = [(0, "0"), (950, "950"), (1240, "1.2k"), (9960, "10k"), (34_000, "34k"), (1_500_000, "1.5M")]
NAMES = [("Ana Lima", "AL"), ("admin", "a"), ("王小明", "王"), ("", "?"), ("a.b_c", "ac")]


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_parses(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("_*.html")), ids=lambda path: path.name)
def test_partial_says_what_it_needs(path: Path) -> None:
    assert path.read_text().startswith("{#"), f"{path.name}: begin with a comment on what it needs"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (-1, "0 s"), (42.9, "42 s"), (192, "3 min 12 s"), (7500, "2 h 5 min"), (3 * 86400, "3 days")],
)
def test_duration(seconds: float | None, words: str) -> None:
    assert ui.duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "word"), [(0, "0"), (950, "950"), (1240, "1.2k"), (9960, "10k"), (34_000, "34k"), (1_500_000, "1.5M")]
)
def test_compact(number: int, word: str) -> None:
    assert ui.compact(number) == word


@pytest.mark.parametrize(("name", "letters"), NAMES)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_stream_text_keeps_every_code_point() -> None:
    assert ui.stream_text("a\r\n<b>&𠮷") == "a&#13;\n&lt;b&gt;&amp;𠮷"
    assert ui.code_points("👩‍💻") == 3


def test_icon_is_hidden_from_assistive_technology() -> None:
    svg = Template('{% load ui %}{% icon "check" 16 "x" %}').render(Context())
    assert 'aria-hidden="true"' in svg
    assert 'class="x"' in svg
    assert "style" not in svg


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3.5))])
def test_moments_are_written_in_utc(zone: timezone) -> None:
    at = datetime(2026, 3, 1, 23, 5, 7, 89, tzinfo=UTC).astimezone(zone)
    assert ui.moment(at) == "2026-03-01T23:05:07.000089Z"
    assert ui.minute(at) == "2026-03-01 23:05"
    assert ui.moment(None) == ui.minute(None) == ""
