"""Pictures of graphs in pages."""

from functools import lru_cache
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lucide import _render_icon

from workflows import pictures
from workflows.document import Document, DocumentError, from_json

register = template.Library()


@register.simple_tag
def picture(document: Document) -> SafeString:
    """Draw a document's graph with its titles."""
    return mark_safe(pictures.picture(document, label=_label(document), icon=_icon))  # noqa: S308  (it escapes)


@register.simple_tag
def thumbnail(document: Document | dict[str, Any]) -> SafeString:
    """Draw a graph, of a document or of its JSON form, as a strip of small blocks; nothing for what is no document."""
    try:
        read = document if isinstance(document, Document) else from_json(document)
    except DocumentError:
        return SafeString("")
    return mark_safe(pictures.thumbnail(read, label=_label(read)))  # noqa: S308  (it escapes)


def _label(document: Document) -> str:
    return _("Steps of %(name)s") % {"name": document.name}


@lru_cache(maxsize=64)
def _icon(name: str, size: int) -> str:
    return str(_render_icon(name, size, aria_hidden="true", focusable="false"))
