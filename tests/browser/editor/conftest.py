"""Templates of their own for each test, and people at the editor."""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site
from tests.browser.editor.acting import FingerHand, Hand, KeyHand, MouseHand
from tests.browser.watching import Watched
from tests.chaos.people import TOKEN
from tests.processes.queue_harness import ROOT
from workflows.document import parse_yaml, to_json

WAIT_MS = 60_000
ON_LINE = """
(edge, share) => {
  const line = edge.querySelector('.canvas-edge__line');
  const { x, y } = line.getPointAtLength(line.getTotalLength() * share).matrixTransform(line.getScreenCTM());
  return [x, y];
}
"""


@dataclass
class Template:
    """A template of the installation, seen from outside: by its addresses."""

    site: Site
    slug: str
    space: str = "demo"

    @property
    def path(self) -> str:
        return f"/s/{self.space}/workflows/{self.slug}/"

    def draft(self, person: str = "builder") -> dict[str, Any]:
        """The draft as the server has it: revision, document, who saved it."""
        with asked(self.site, person) as client:
            found: dict[str, Any] = client.get(f"{self.path}draft/").json()
        return found

    def exported(self, person: str = "builder", version: int | None = None) -> dict[str, Any]:
        """The file that people export, read."""
        with asked(self.site, person) as client:
            answer = client.get(f"{self.path}file/", params={"version": version} if version else {})
        assert answer.status_code == 200, answer.text
        return to_json(parse_yaml(answer.text))


def asked(site: Site, person: str) -> httpx2.Client:
    """Somebody without a browser, signed in."""
    cookies = {"sessionid": site.seeded.sessions[person], "csrftoken": TOKEN}
    return httpx2.Client(base_url=site.url, cookies=cookies, headers={"X-CSRFToken": TOKEN}, timeout=60)


def make_template(site: Site, document: dict[str, Any] | None = None, *, person: str = "builder") -> Template:
    """Make a template; with a document as its draft."""
    with asked(site, person) as client:
        answer = client.post("/s/demo/workflows/")
        assert answer.status_code in (204, 302), answer.text
        address = answer.headers.get("Location") or answer.headers["HX-Redirect"]
        template = Template(site, address.rstrip("/").split("/")[-1])
        if document is not None:
            body = {"base_revision": template.draft(person)["revision"], "document": document}
            answer = client.post(f"{template.path}draft/", json=body)
            assert answer.status_code == 200, answer.text
    return template


@pytest.fixture
def made(site: Site) -> Callable[..., Template]:
    """Make a template that no other test has."""

    def make(document: dict[str, Any] | None = None, *, person: str = "builder") -> Template:
        return make_template(site, document, person=person)

    return make


@pytest.fixture
def empty_space(site: Site) -> str:
    """The slug of a space without templates, of this test only."""
    slug = f"space-{secrets.token_hex(4)}"
    command = [sys.executable, "-m", "tests.browser.editor.spaces", slug]
    subprocess.run(command, cwd=ROOT, env=site.aime.env(), check=True, timeout=300)
    return slug


@dataclass
class Editor:
    """Somebody at the editor page. Reads the page by the names that are on the screen; acts by a hand."""

    watched: Watched
    hand: Any
    hands: list[Hand] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.watched.page

    def open(self, template: Template) -> "Editor":
        self.page.goto(template.path)
        return self.ready()

    def ready(self) -> "Editor":
        message = "\n".join(["the editor does not start", *self.watched.complaints])
        expect(self.page.locator("body[data-ready]"), message).to_be_attached(timeout=WAIT_MS)
        return self

    def node(self, key: str) -> Locator:
        return self.page.locator(f'.canvas-node[data-key="{key}"]')

    def nodes(self) -> Locator:
        return self.page.locator(".canvas-node:not(.canvas-ghost)")

    def title(self, key: str) -> Locator:
        return self.node(key).locator(".canvas-node__title")

    def port(self, key: str, side: str, name: str | None = None) -> Locator:
        """The dot of an order port, or of a row."""
        if name is None:
            return self.node(key).locator(f'.canvas-port[data-side="{side}"]:not([data-name])')
        return self.node(key).locator(f'.canvas-port[data-side="{side}"][data-name="{name}"]')

    def edge(self, above: str, below: str) -> Locator:
        return self.page.locator(f'.canvas-edge[data-edge="{above}→{below}"]')

    def edges(self) -> Locator:
        return self.page.locator(".canvas-edge")

    def along(self, above: str, below: str, share: float = 0.5) -> tuple[float, float]:
        """A point of an edge's line; in its middle comes the `+`."""
        expect(self.edge(above, below)).to_be_attached()
        x, y = self.edge(above, below).evaluate(ON_LINE, share)
        return (x, y)

    def item(self, type_: str = "task") -> Locator:
        return self.page.locator(f'.palette-item[data-type="{type_}"]')

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> Locator:
        return self.page.locator("node-inspector").get_by_role("tab", name=name)

    def field(self, label: str) -> Locator:
        return self.page.locator("node-inspector").get_by_label(label, exact=True)

    def shows(self, key: str) -> None:
        """The settings of this step are there."""
        expect(self.page.locator(f'#inspector-panel[data-key="{key}"]')).to_be_attached(timeout=WAIT_MS)

    def saved(self) -> None:
        """Everything is saved."""
        expect(self.page.locator("save-state")).to_have_attribute("data-state", "saved", timeout=WAIT_MS)

    def says(self, text: str) -> None:
        """The hint beside the pointer says why something is refused."""
        expect(self.page.locator(".canvas__hint")).to_contain_text(text, timeout=WAIT_MS)

    def free(self, x: float, y: float) -> tuple[float, float]:
        """A point of the canvas by its share of width and height."""
        box = self.page.locator(".canvas").bounding_box()
        assert box is not None
        return (box["x"] + box["width"] * x, box["y"] + box["height"] * y)


@pytest.fixture
def editor_of(browser_of: Callable[..., Watched]) -> Iterator[Callable[..., Editor]]:
    """Give somebody at a page, with a hand. Complaints of the page are checked at the end."""
    opened: list[Editor] = []
    hands = {"mouse": MouseHand, "keys": KeyHand, "finger": FingerHand}

    def open_editor(
        person: str = "builder", template: Template | None = None, *, hand: str = "mouse", **options: Any
    ) -> Editor:
        if hand == "finger":
            options = {"has_touch": True, **options}
        watched = browser_of(person, **options)
        watched.page.set_default_timeout(WAIT_MS)
        editor = Editor(watched, hands[hand](watched.page))
        opened.append(editor)
        return editor.open(template) if template else editor

    yield open_editor
    for editor in opened:
        editor.watched.assert_no_complaints()


def same(document: dict[str, Any], *, places: bool = False) -> str:
    """A document as text that can be compared; without the places of its nodes, which a hand hits by chance."""
    nodes = [
        {key: value for key, value in node.items() if places or key != "position"} for node in document.get("nodes", [])
    ]
    edges = sorted(document.get("edges", []))
    return json.dumps({**document, "nodes": nodes, "edges": edges}, indent=1, ensure_ascii=False, sort_keys=True)
