"""Tags and filters that every template may use. Presentation only: no model, no query."""

import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from lucide import _render_icon

from aime_project import markdown as renderer
from aime_project import modules
from spaces.people import person_name

register = template.Library()

MODULES = {  # bare name → static file; our own modules use relative paths
    "@dagrejs/dagre": "vendor/dagre/dagre.esm.js",
    "htmx.org": "vendor/htmx/htmx.esm.min.js",
}
TINTS = 5
SPACE_BETWEEN_TAGS = re.compile(r">\s+<")


@register.simple_tag
def dom_id(obj: Any, suffix: str = "") -> str:
    """Name the element that shows `obj`: its kind, its public id, and which of its elements."""
    identity = getattr(obj, "public_id", "") or getattr(obj, "pk", "")
    name = f"{type(obj).__name__.lower()}-{identity}"
    return f"{name}-{suffix}" if suffix else name


@lru_cache(maxsize=512)
def _icon(name: str, size: int, css: str) -> SafeString:
    extra = {"class": css} if css else {}
    svg = _render_icon(name, size, aria_hidden="true", focusable="false", **extra)
    return mark_safe(SPACE_BETWEEN_TAGS.sub("><", svg))  # noqa: S308


@register.simple_tag
def icon(name: str, size: int = 18, css: str = "") -> SafeString:
    """Give a lucide icon as inline SVG, hidden from assistive technology: a word is always beside it."""
    return _icon(name, size, css)


@register.simple_tag(takes_context=True)
def importmap(context: template.Context) -> SafeString:
    """Name the third-party modules. Inline, so it carries the nonce and comes before any module script."""
    imports = {name: static(path) for name, path in MODULES.items()}
    body = json.dumps({"imports": imports}).replace("<", "\\u003c")
    nonce = str(context["request"].csp_nonce)
    return format_html('<script type="importmap" nonce="{}">{}</script>', nonce, mark_safe(body))  # noqa: S308


@register.simple_tag
def module(entry: str) -> SafeString:
    """Load a module script, with a hint for each module that it imports. After the import map."""
    return _module(entry, static(entry))


@lru_cache(maxsize=64)
def _module(entry: str, address: str) -> SafeString:
    """Write the tags of a module, once for each address, which is another where the files are others."""
    hints = [format_html('<link rel="modulepreload" href="{}">', static(name)) for name in modules.needed(entry)]
    script = format_html('<script type="module" src="{}"></script>', address)
    return mark_safe("".join([*hints, script]))  # noqa: S308


@register.filter
def markdown(text: str) -> SafeString:
    """Render Markdown as sanitised HTML; each code block says its language and can be copied.

    What would be too much work to format is shown as it is written, and says so.
    """
    html = renderer.to_html(text or "")
    return render_to_string("components/unformatted.html", {"text": text}) if html is None else _with_blocks(html)


@register.filter
def code(text: str, language: str) -> SafeString:
    """Show a text that is code as a whole: escaped, in colours where the language is known, to be copied."""
    return _with_blocks(renderer.code_to_html(text, language))


def _with_blocks(html: str) -> SafeString:
    if "<pre" not in html:
        return mark_safe(html)  # noqa: S308
    before, after = _around_code(get_language() or "")
    return mark_safe(renderer.in_blocks(html, before, after))  # noqa: S308


@lru_cache(maxsize=16)
def _around_code(language: str) -> tuple[str, str]:
    """Give what stands before and after a code block, in a language of the interface."""
    before, _mark, after = render_to_string("components/code_block.html").partition("<!---->")
    return before.strip(), after.strip()


@register.filter
def stream_text(text: str) -> SafeString:
    """Escape text so that the browser's DOM holds exactly its code points (a raw CR would become LF)."""
    return mark_safe(str(escape(text)).replace("\r", "&#13;"))  # noqa: S308


@register.filter
def code_points(text: str) -> int:
    """Count as the browser counts: code points, not UTF-16 units."""
    return len(text)


@register.filter
def first_line(text: str) -> str:
    """Give the first line that says something, for a preview."""
    return next((line.strip() for line in str(text).splitlines() if line.strip()), "")


@register.filter
def at(values: dict[str, Any], key: str) -> Any:
    """Give the value of a mapping under a key that is a variable itself; nothing where there is none."""
    return values.get(key, "") if values else ""


@register.filter
def moment(at: datetime | None) -> str:
    """Write a moment as the browser reads it (UTC). Django's `date` takes twenty times as long."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if at else ""


@register.filter
def minute(at: datetime | None) -> str:
    """Write the day and the minute (UTC), for who reads without scripts."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""


@register.filter
@lru_cache(maxsize=256)
def badge(label: Any) -> SafeString:
    """Show a status label as a badge, rendered once for each: its words are in it."""
    shown = {"word": label.word, "tone": label.tone, "icon_name": label.icon_name, "spin": label.spin}
    return render_to_string("components/badge.html", shown)


@register.filter
@lru_cache(maxsize=256)
def icon_chip(kind: str, icon_name: str) -> SafeString:
    """Show the chip of a kind, rendered once for each."""
    return render_to_string("components/icon_chip.html", {"kind": kind, "icon_name": icon_name})


@register.filter
def tint(identity: Any) -> int:
    """Choose one of the tints for an id, the same one every time."""
    return int(identity or 0) % TINTS


@register.filter
def called(person: Any) -> str:
    """Give the name of a person, empty for nobody."""
    return person_name(person) if person else ""


@register.filter
def initials(name: str) -> str:
    """Give one or two letters for an avatar; works for names without spaces and for Chinese ones."""
    words = [word for word in str(name).replace(".", " ").replace("_", " ").split() if word]
    if not words:
        return "?"
    return words[0][0] + (words[-1][0] if len(words) > 1 else "")


@register.filter
def duration(seconds: float | None) -> str:
    """Say a duration in the two largest units that matter. `static/js/lib/duration.js` says it alike."""
    if seconds is None:
        return ""
    total = max(0, int(seconds))
    if total < 60:
        return gettext("%(s)d s") % {"s": total}
    minutes, s = divmod(total, 60)
    if minutes < 60:
        return gettext("%(m)d min %(s)d s") % {"m": minutes, "s": s}
    hours, m = divmod(minutes, 60)
    if hours < 48:
        return gettext("%(h)d h %(m)d min") % {"h": hours, "m": m}
    return ngettext("%(d)d day", "%(d)d days", hours // 24) % {"d": hours // 24}


@register.filter
def compact(number: int | None) -> str:
    """Say a count in at most four characters: 950, 1.2k, 34k, 1.5M."""
    value = float(number or 0)
    for unit in ("", "k", "M"):
        if value < 999.5 or unit == "M":
            return f"{value:.1f}".removesuffix(".0") + unit if unit and value < 9.95 else f"{value:.0f}{unit}"
        value /= 1000
    return ""
