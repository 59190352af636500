"""Parts of the frame that are the same on every page of a language: rendered once in a process, not once a page.

What such a part shows must depend on nothing but its own words and its parameters, never on a person or on data.
"""

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def fixed(name: str, **values: str) -> SafeString:
    """Include a template that sees these values alone. In development it is read anew each time."""
    found = _fixed.__wrapped__ if settings.DEBUG else _fixed
    return found(name, get_language() or "", tuple(sorted(values.items())))


@lru_cache(maxsize=256)
def _fixed(name: str, language: str, values: tuple[tuple[str, str], ...]) -> SafeString:
    return render_to_string(name, dict(values))
