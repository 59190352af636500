"""`{% fixed %}`: rendered once for each language, with its own values alone."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.template import Context, Engine
from django.utils.safestring import mark_safe
from django.utils.translation import override

from aime_project.templatetags import frame

TEXT = '{% load frame %}{% fixed "some.html" word="hi" %}'


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    seen: list[tuple[str, dict[str, Any]]] = []

    def render(name: str, values: dict[str, Any]) -> str:
        seen.append((name, values))
        return mark_safe(f"<{len(seen)}>")

    monkeypatch.setattr(frame, "render_to_string", render)
    frame._fixed.cache_clear()
    return seen


def page() -> str:
    engine = Engine(libraries={"frame": "aime_project.templatetags.frame"}, autoescape=False)
    return str(engine.from_string(TEXT).render(Context({"secret": "of one person"})))


def test_it_is_rendered_once_for_each_language(calls: list[tuple[str, dict[str, Any]]]) -> None:
    with override("en"):
        assert [page(), page()] == ["<1>", "<1>"]
    with override("zh-hans"):
        assert page() == "<2>"
    assert calls == [("some.html", {"word": "hi"})] * 2
    frame._fixed.cache_clear()


def test_in_development_it_is_read_anew(calls: list[tuple[str, dict[str, Any]]], settings: LazySettings) -> None:
    settings.DEBUG = True
    assert [page(), page()] == ["<1>", "<2>"]
