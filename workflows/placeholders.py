"""`{{ name }}` in prompts: finding and filling. Pure, and deliberately not a template language.

Filling is one pass: what stands in a value is never looked at again, so untrusted text cannot pull in another
input. Braces around anything but a name stay as they are.
"""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{\{[ \t]*([^\W\d_][\w-]{0,39})[ \t]*\}\}")
_BRACES = re.compile(r"\{\{([^{}\n]{0,80})\}\}")


def find(text: str) -> list[str]:
    """Return the names used in `text`, each once, in order of first use."""
    return list(dict.fromkeys(match.group(1) for match in _PLACE.finditer(text)))


def find_odd(text: str) -> list[str]:
    """Return what stands in double braces without being a name, e.g. `analyse.summary`: probably a mistake."""
    inner = (match.group(1) for match in _BRACES.finditer(text) if not _PLACE.fullmatch(match.group(0)))
    return list(dict.fromkeys(word.strip() for word in inner))


def substitute(text: str, values: Mapping[str, str]) -> str:
    """Put the values in their places; a name without a value stays as it is."""
    return _PLACE.sub(lambda match: values.get(match.group(1), match.group(0)), text)
