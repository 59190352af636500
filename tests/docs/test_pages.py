"""The pages of the documentation lead somewhere, and say only what can be done."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.architecture.tree import CODE, ROOT, files, name

LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
MANAGE = re.compile(r"manage\.py ([a-z_]+)")
ADR = re.compile(r"\bADR (\d{4}(?:, \d{4})*)")
SECTIONS = ["## Status", "## Context", "## Decision", "## Consequences", "## Alternatives rejected"]
IMAGES_TO_COME = "docs/images/"
MAX_README_LINES = 120
PAGES = [ROOT / "README.md", *files("docs", ".md")]
DECISIONS = files("docs/adr", ".md")


def anchors(page: str) -> set[str]:
    """Give the anchors of a page's headings, as Git servers make them."""
    titles = re.findall(r"^#+ (.+)$", CODE_BLOCK.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_of_a_page_resolve(page: Path) -> None:
    broken = []
    for link in LINK.finditer(CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))):
        place, _, anchor = link["target"].partition("#")
        target = page if not place else (page.parent / place)
        if link["target"].startswith(("https://", "http://")) or name(target.resolve()).startswith(IMAGES_TO_COME):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link["target"])
    assert not broken, f"Correct these links of {name(page)}: {broken}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_of_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    verbs = set(re.findall(r"^([a-z][a-z-]*):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = " ".join(re.findall(r"`[^`]+`", text))
    assert not set(MAKE.findall(code)) - verbs, f"{name(page)} names a verb that the Makefile does not have"
    assert not set(MANAGE.findall(text)) - set(get_commands()), f"{name(page)} names a command that does not exist"


def test_readme_names_the_two_commands_and_stays_short() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in text and "make test" in text
    assert text.count("<!-- bench -->") == 1, "keep the mark of the measurements"
    assert len(text.splitlines()) <= MAX_README_LINES, f"README.md has at most {MAX_README_LINES} lines"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1)), f"a number is missing or double: {numbers}"


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.name[:4])
def test_decision_has_its_sections(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.name[:4]} "), "begin with the number and the title"
    assert [line for line in text.splitlines() if line.startswith("## ")] == SECTIONS


def test_decisions_that_the_code_names_exist() -> None:
    numbers = {path.name[:4] for path in DECISIONS}
    texts = {name(p): p.read_text(encoding="utf-8") for folder in CODE for p in files(folder, ".py")}
    named = {
        (place, number) for place, text in texts.items() for found in ADR.findall(text) for number in found.split(", ")
    }
    paths = {(place, path) for place, text in texts.items() for path in re.findall(r"docs/adr/[\w-]+\.md", text)}
    missing = [(place, n) for place, n in named if n not in numbers] + [p for p in paths if not (ROOT / p[1]).is_file()]
    assert not missing, f"Write the decision, or correct the number: {sorted(missing)}"
