"""Worked examples: template files that a space can start from."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workflows.document import Document, parse_yaml

FOLDER = Path(__file__).parent
ORDER = ("requirement_to_code", "code_review", "bug_triage", "test_plan", "release_notes", "weekly_digest")


@dataclass(frozen=True)
class Example:
    """One worked example. `key` is the name of its file."""

    key: str
    document: Document


@cache
def examples() -> tuple[Example, ...]:
    """Return the examples in the order of the gallery."""
    return tuple(_read())


def example(key: str) -> Example:
    """Return the example with this key; KeyError when there is none."""
    return {found.key: found for found in examples()}[key]


def path_of(key: str) -> Path:
    """Return where the file of an example lies."""
    return FOLDER / f"{key}.yaml"


def _read() -> Iterator[Example]:
    for key in ORDER:
        yield Example(key, parse_yaml(path_of(key).read_text("utf-8")))
