"""Markdown to HTML: nothing a model writes may do anything."""

import pytest

from aime_project.markdown import to_html

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
