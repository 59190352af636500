"""Reading the elements of a template: its tags are left out, both sides of an `if` count."""

import re
from html.parser import HTMLParser

TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Roots(HTMLParser):
    """Collects the elements at the top of a fragment."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.roots: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if not self.depth:
            self.roots.append(tag)
        self.depth += tag not in VOID

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag not in VOID


def roots(template: str) -> list[str]:
    """Give the names of a template's root elements."""
    parser = Roots()
    parser.feed(TAG.sub("", template))
    return parser.roots
