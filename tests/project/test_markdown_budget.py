"""Formatting a text costs a bounded amount of work whatever it is made of, and never loses a word of it."""

import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from aime_project.highlighting import highlight
from aime_project.markdown import MAX_CHARS, to_html
from aime_project.markdown_budget import CODE_CHARS, MAX_STEPS, Budget
from aime_project.templatetags.ui import markdown

CHARS = 60_000
CALLS = 60 * MAX_STEPS  # function calls; without the budget "lazy quotes" makes 39,000,000, "pictures" 31,000,000
NEVER_FORMATTED = {
    "brackets": "[",
    "pictures": "![",
    "open links": "[a](",
    "stars that open": "*a_ ",
    "stars and underscores": "_a*b",
    "items": "- a\n",
    "headings": "# a\n",
    "quoted lists": ">>- a\n",
    "quotes": ">",
    "ordered lists": "1) ",
    "rows of a table": "|a|b|\n|-|-|\n|\n",
    "definitions": "[a]:\n",
}
OTHERS = {"links": "[a](b)", "strikes": "~~a", "entities": "&a", "slashes": "\\", "spaces": "a  ", "需求": "需求**"}


def of_length(piece: str, chars: int = CHARS) -> str:
    return (piece * (chars // len(piece) + 1))[:chars]


SHAPES = {name: of_length(piece) for name, piece in (NEVER_FORMATTED | OTHERS).items()} | {
    "lazy quotes": "> " * 100 + "a\n" + of_length("b\n"),
    "deep list": "\n".join("  " * depth + "- a" for depth in range(240)),
    "wide table": "|".join("a" * 500) + "\n" + "|".join("-" * 500) + "\n" + of_length("x\n"),
    "closing": of_length("*a ")[: CHARS // 2] + of_length(" a*")[: CHARS // 2],
    "code": of_length("```java\n" + "a " * 145 + "\n```\n"),
}


def calls_of(act: Callable[[], Any]) -> int:
    """Count the functions that something calls."""
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("name", SHAPES)
def test_hostile_texts_take_bounded_work(name: str) -> None:
    to_html.cache_clear()
    assert calls_of(lambda: to_html(SHAPES[name])) < CALLS


@pytest.mark.parametrize("name", NEVER_FORMATTED)
def test_what_is_too_much_is_shown_whole_as_it_is_written_and_says_why(name: str) -> None:
    html = markdown(SHAPES[name])
    plain, _end, note = html.partition('<p class="small muted prose__why">')
    assert unescape(plain.partition('prose__plain">')[2].removesuffix("</div>")) == SHAPES[name]
    assert "Shown as it is written" in note


def test_nothing_that_is_nested_deeper_than_the_parser_goes_is_dropped() -> None:
    for quotes in range(1, 60):
        assert "deepest" in markdown("> " * quotes + "deepest")
    for depth in range(1, 30):
        text = "\n".join("  " * level + f"- level {level}" for level in range(depth))
        assert f"level {depth - 1}" in markdown(text)


def test_a_text_of_definitions_alone_is_not_an_empty_message() -> None:
    assert "https://example.org" in markdown("[a]: https://example.org")
    assert markdown("  \n") == ""


def test_very_long_texts_are_not_formatted_at_all() -> None:
    text = "需求 **bold** " * (MAX_CHARS // 10)
    assert calls_of(lambda: to_html(text)) < 20
    assert text in unescape(markdown(text))


@pytest.mark.parametrize("name", ["architecture.md", "changelog.md", "configuration.md"])
def test_usual_documents_of_60_000_characters_are_formatted(name: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / name).read_text("utf-8")
    html = markdown((text * 50)[:CHARS])
    assert "prose__plain" not in html
    assert "<h3>" in html


def test_all_code_blocks_of_a_text_share_one_allowance_of_colours() -> None:
    block = "```python\n" + "if x: pass\n" * 90 + "```\n\n"
    coloured = [part for part in markdown(block * 60).split("<pre")[1:] if "hl-keyword" in part]
    assert 0 < len(coloured) <= CODE_CHARS // 990
    spent = Budget(code_s=0)
    assert "<span" not in highlight("if x: pass", "python", spent)
    assert "<span" in highlight("if x: pass", "python", Budget())
