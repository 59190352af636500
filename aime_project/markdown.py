"""Markdown of agents, people and artifacts to HTML that is safe to show.

Nothing here is trusted: raw HTML in the text is shown as text, what the renderer gives goes through
nh3 with a short allow-list, links get rel=noopener nofollow, and an image becomes a link to it, so that
no text can make a browser fetch something. Code is coloured by spans of known classes. Headings are re-levelled into a
proper outline below the page's own. A text whose formatting would be too much work, or would lose something, is left as
it is written (`markdown_budget.py`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from aime_project.highlighting import CLASS_NAMES, highlight, known_language
from aime_project.markdown_budget import NAME, Budget, TooMuch, budgeted

HIGHEST_HEADING = 3  # a page has its h1, a section its h2
MAX_CHARS = 200_000  # what is not counted as work grows with the length: 0.1 s at most (2026-11-23)
CACHE_TEXTS = 256
_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "span", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "pre": {"tabindex", "data-language"}, "table": {"tabindex"}}
_CLASSES = {"span": set(CLASS_NAMES)}
_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
_OPENING = re.compile(r'<pre tabindex="0"(?: data-language="([a-z-]+)")?>')
_SCHEMES = {"http", "https", "mailto"}


def _image(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
    """Render an image as a link to it."""
    token = tokens[idx]
    text = self.renderInlineAsText(token.children or [], options, env)
    source = str(token.attrGet("src") or "")
    label = nh3.clean_text(text or source).replace("&#32;", " ")
    return f'<a href="{nh3.clean_text(source)}">{label}</a>'


def _scroller(tag: str) -> Any:
    def render(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        return f'<{tag} tabindex="0">\n'

    return render


def _code_block(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
    """Render code in a focusable block, since it may scroll sideways; in colours where its language is known."""
    token = tokens[idx]
    return code_to_html(token.content, (token.info.split() or [""])[0], env[NAME])


def _renderer() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    markdown.add_render_rule("image", _image)
    markdown.add_render_rule("fence", _code_block)
    markdown.add_render_rule("code_block", _code_block)
    markdown.add_render_rule("table_open", _scroller("table"))
    return budgeted(markdown)


_MARKDOWN = _renderer()


def _outline(tokens: Sequence[Token]) -> None:
    """Give headings consecutive levels from `HIGHEST_HEADING` down, whatever levels the text used."""
    stack: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            while stack and stack[-1] >= level:
                stack.pop()
            stack.append(level)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(HIGHEST_HEADING + len(stack) - 1, 6)}"


@lru_cache(maxsize=CACHE_TEXTS)
def to_html(text: str) -> str | None:
    """Render `text` as sanitised HTML; None where it is to be shown as it is written."""
    if len(text) > MAX_CHARS:
        return None
    env: dict[str, Any] = {NAME: Budget()}
    try:
        tokens = _MARKDOWN.parse(text, env)
    except TooMuch:
        return None
    _outline(tokens)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, env)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow",
    )
    return clean if clean or not text.strip() else None  # definitions of links alone would leave nothing to read


def code_to_html(code: str, language: str, budget: Budget | None = None) -> str:
    """Render a text that is code, as a block; `language` may be anything, also the suffix of a file's name.

    `budget`: of the text that it stands in, where it is a part of one.
    """
    language = known_language(language)
    named = f' data-language="{language}"' if language else ""
    return f'<pre tabindex="0"{named}><code>{highlight(code, language, budget)}</code></pre>\n'


def in_blocks(html: str, before: str, after: str) -> str:
    """Wrap each code block of what `to_html` gave: `before` and `after` are HTML of ours, {language} is the block's.

    Only whole tags are touched, so nothing in a text or an attribute can look like a block.
    """

    def wrapped(match: re.Match[str]) -> str:
        if match[0] == "</pre>":
            return f"</pre>{after}"
        opening = _OPENING.fullmatch(match[0])
        return f"{before.replace('{language}', opening[1] or '')}{match[0]}" if opening else match[0]

    return _TAG.sub(wrapped, html)
