"""Colours for code: a text in a known language to spans of a few classes (`hl-…`), whose colours are the style sheet's.

On the server, by Pygments, so that pages need no script for it. Only well-known languages, and only texts that a lexer
reads in a few milliseconds; everything else stays plain. What comes out has the same characters as what went in.
"""

import time
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, String

from aime_project.markdown_budget import Budget

MAX_CHARS = 10_000
MAX_S = 0.1  # of one text; 10,000 characters of usual code take 20 ms, "a a a …" as Java would take 2 s
MAX_LINE_CHARS = 300  # several lexers are quadratic in a line: 20,000 dashes took one of them 59 s (2026-11-23)
_WORDS = """
bash c clojure cpp csharp css dart diff docker elixir erlang fsharp go graphql groovy haskell hcl html ini java
javascript json jsx julia kotlin lua make markdown nginx nix objective-c ocaml perl php powershell protobuf python r
ruby rust scala scss sql swift terraform toml tsx typescript vue xml yaml zig
"""
LANGUAGES = frozenset(_WORDS.split())
ALIASES = {
    "c#": "csharp", "c++": "cpp", "console": "bash", "dockerfile": "docker", "golang": "go", "js": "javascript",
    "kt": "kotlin", "makefile": "make", "md": "markdown", "patch": "diff", "proto": "protobuf", "ps1": "powershell",
    "py": "python", "python3": "python", "rb": "ruby", "rs": "rust", "sh": "bash", "shell": "bash", "ts": "typescript",
    "yml": "yaml", "zsh": "bash",
}  # fmt: skip
CLASSES: tuple[tuple[Any, str], ...] = (  # the first that fits
    (Comment, "hl-comment"),
    (Keyword, "hl-keyword"),
    (String, "hl-string"),
    (Number, "hl-number"),
    (Literal, "hl-number"),
    (Generic.Deleted, "hl-deleted"),
    (Generic.Inserted, "hl-inserted"),
    (Generic.Heading, "hl-keyword"),
    (Generic.Subheading, "hl-keyword"),
    (Name.Function, "hl-name"),
    (Name.Class, "hl-name"),
    (Name.Tag, "hl-keyword"),
    (Name.Attribute, "hl-name"),
    (Name.Decorator, "hl-name"),
    (Name.Builtin, "hl-builtin"),
)
CLASS_NAMES = frozenset(name for _token, name in CLASSES)


def known_language(name: str) -> str:
    """Give the name under which a language is highlighted, empty where it is not."""
    name = name.strip().lower()
    name = ALIASES.get(name, name)
    return name if name in LANGUAGES else ""


def highlight(code: str, language: str, budget: Budget | None = None) -> str:
    """Give the code as HTML with spans; escaped and plain where its language is not known, or it or a line is long.

    `budget`: of the text that it stands in; what is beyond it is plain, too.
    """
    name = known_language(language)
    if not name or len(code) > MAX_CHARS or any(len(line) > MAX_LINE_CHARS for line in code.split("\n")):
        return _escaped(code)
    budget = budget or Budget()
    if not budget.takes_code(len(code)):
        return _escaped(code)
    lexer = _lexer(name)  # loading it takes a tenth of a second, once in a process, which is not the text's
    began = time.thread_time()
    runs = groupby(_tokens(code, lexer, began + min(MAX_S, budget.code_s)), key=lambda token: token[0])
    html = "".join(_span(css, "".join(text for _css, text in tokens)) for css, tokens in runs)
    budget.code_s -= time.thread_time() - began
    return html


def _tokens(code: str, lexer: Lexer, until: float) -> Iterator[tuple[str, str]]:
    """Give (class, text) pairs that together are exactly the code; plain from where the time is over."""
    done = 0
    for _place, kind, text in lexer.get_tokens_unprocessed(code):
        if time.thread_time() > until:
            yield "", code[done:]
            return
        done += len(text)
        yield _class_of(kind), text


@lru_cache(maxsize=len(LANGUAGES))
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


@lru_cache(maxsize=1024)
def _class_of(kind: Any) -> str:
    return next((css for token, css in CLASSES if kind in token), "")


def _span(css: str, text: str) -> str:
    return f'<span class="{css}">{_escaped(text)}</span>' if css and text.strip() else _escaped(text)


def _escaped(text: str) -> str:
    return escape(text, quote=False)
