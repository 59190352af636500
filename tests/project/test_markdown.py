"""Markdown to HTML: nothing a model writes may do anything."""

import re
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest

from aime_project import highlighting
from aime_project.highlighting import LANGUAGES, highlight
from aime_project.markdown import to_html
from aime_project.templatetags.ui import markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,AAAA)",
    "![x](https://tracker.example/pixel.png)",
    '![x](https://a.example/"onload="alert(1))',
    "<a href='https://x' onclick='y'>z</a>",
    "<iframe src=//x></iframe>",
    "```html\n</code></pre><script>x</script>\n```",
    "<style>*{display:none}</style>",
    "[a]: javascript:alert(1)\n[a]",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_active_comes_out(text: str) -> None:
    html = to_html(text).lower()
    for bad in (
        "<script",
        "<img",
        "<iframe",
        "<style",
        'href="javascript',
        'href="data',
        "<a href='https://x' onclick",
    ):
        assert bad not in html


def test_links_are_marked_and_images_become_links() -> None:
    assert 'rel="noopener nofollow"' in to_html("[x](https://example.org)")
    html = to_html("![a chart](https://example.org/a.png)")
    assert "a chart</a>" in html
    assert 'href="https://example.org/a.png"' in html


def test_headings_become_a_proper_outline_below_the_page() -> None:
    html = to_html("# One\n#### Deep\n## Two\n# Three")
    assert [
        html.index(f"<{tag}>{text}") for tag, text in (("h3", "One"), ("h4", "Deep"), ("h4", "Two"), ("h3", "Three"))
    ]


def test_code_and_tables_can_be_scrolled_by_keys() -> None:
    html = to_html("```\na <b>\n```\n\n| x |\n|---|\n| 需求 |\n")
    assert '<pre tabindex="0"><code>a &lt;b&gt;\n</code></pre>' in html
    assert '<table tabindex="0">' in html
    assert "需求" in html


def test_code_of_a_known_language_is_coloured_and_keeps_every_character() -> None:
    code = 'def f(x):  # 你好 <b>\n    return "a\\n" + str(1)\n\n\n'
    html = to_html(f"```python\n{code}```")
    assert '<pre tabindex="0" data-language="python">' in html
    assert '<span class="hl-keyword">def</span>' in html
    assert '<span class="hl-comment"># 你好 &lt;b&gt;</span>' in html
    assert unescape(re.sub(r"<[^>]*>", "", html)) == f"{code}\n"


@pytest.mark.parametrize("language", ["", "nonsense", 'py" onclick="x', "brainfuck"])
def test_code_of_another_language_is_plain(language: str) -> None:
    html = to_html(f"```{language}\nif x: pass\n```")
    assert html == '<pre tabindex="0"><code>if x: pass\n</code></pre>\n'


def test_long_code_is_plain() -> None:
    assert "<span" not in to_html("```python\n" + "if x: pass\n" * 2000 + "```")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_known_to_the_lexers_and_changes_no_character(language: str) -> None:
    code = "a = 'x' # <y> & \"z\"\n\n  {1: 2} -- // 你好\r\n\tend \\ `$"
    assert unescape(re.sub(r"<[^>]*>", "", highlight(code, language))) == code


def test_every_code_block_can_be_copied_and_nothing_else_is_taken_for_one() -> None:
    html = markdown('```python\n1\n```\n[x](https://x.example "<pre tabindex=0></pre>")\n\n    plain\n')
    assert html.count('<div class="code-block"') == html.count("<copy-button") == 2
    assert 'data-language="python"><pre' in html and 'data-language=""><pre' in html
    assert 'title="<pre tabindex=0></pre>"' in html or "&lt;pre" in html
    assert "<copy-button" not in markdown("no code")


def test_code_that_a_lexer_reads_slowly_keeps_every_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aime_project.highlighting.MAX_S", 0.0)
    code = "a b " * 70 + "<c> 你好\n"
    assert unescape(re.sub(r"<[^>]*>", "", highlight(code, "java"))) == code


def test_time_that_loading_a_lexer_takes_is_not_the_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first code of a language was shown plain after each start of a slow machine."""
    now, load = [0.0], highlighting._lexer

    def loads_slowly(language: str) -> Any:
        now[0] += 10.0
        return load(language)

    monkeypatch.setattr(highlighting, "time", SimpleNamespace(thread_time=lambda: now[0]))
    monkeypatch.setattr(highlighting, "_lexer", loads_slowly)
    assert '<span class="hl-keyword">if</span>' in highlight("if x: pass", "python")


def test_long_line_is_plain() -> None:
    assert highlight("if " * 200, "python") == "if " * 200
