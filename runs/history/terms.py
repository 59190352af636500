"""PURE. What a run is found by: its title and the beginning of its inputs, as text and as numbers of letter pairs.

A word is looked for as part of the text, so it works for Chinese, for parts of names and for typing on. Pairs of
letters narrow the search down by an index; the text itself decides (two pairs may have the same number).
"""

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

INPUT_CHARS = 300
TITLE_CHARS = 300
MIXER = 0x9E3779B1  # spreads neighbouring code points over 31 bits (Knuth's multiplicative hashing)
MASK = 0x7FFFFFFF  # what the database's integer holds


def search_text(title: str, inputs: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Return what a run is searched in: its title and the first characters of its inputs, in one form of letters."""
    given = " ".join(_values(inputs))[:INPUT_CHARS]
    return normal(f"{title[:TITLE_CHARS]} {given}")


def normal(text: str) -> str:
    """Return a text without differences that nobody types: case, width of letters, kinds of space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words(query: str) -> tuple[str, ...]:
    """Split a query into the parts that must all be found, each once."""
    return tuple(dict.fromkeys(normal(query).split()))


def terms(text: str) -> list[int]:
    """Number the letters and the pairs of letters of a normal text; each once, in ascending order."""
    found = {_number(letter, "") for letter in text}
    found |= {_number(first, second) for first, second in pairwise(text)}
    return sorted(found)


def _number(first: str, second: str) -> int:
    return (ord(first) * MIXER ^ (ord(second) + 1 if second else 0) * 0x85EBCA6B) & MASK


def _values(inputs: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Give the values of the inputs, of an upload its name, in their stored order."""
    for given in inputs.values():
        for entry in given.values():
            yield str(entry.get("value", entry.get("name", "")))[:INPUT_CHARS]
