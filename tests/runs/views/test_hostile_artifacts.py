"""Content that wants to be more than content: whatever an agent or a person stored, no browser runs it in our name."""

from collections.abc import Callable

import pytest
from django.test import Client

from runs.artifacts import NewArtifact, store_artifact
from runs.models import NodeRun, Run
from tests.runs.test_pictures import png

Browser = Callable[[str], Client]
SCRIPT = b"<script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
PNG = png(4, 3)
HOSTILE = {
    "page.html": b"<!doctype html><title>x</title>" + SCRIPT,
    "drawing.svg": SVG,
    "photo.png": SVG,  # says it is a picture
    "photo.jpg": b"<html>" + SCRIPT,
    "feed.xml": b'<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</x>",
    "notes.md": b"# Hi\n\n" + SCRIPT + b"\n\n[x](javascript:alert(1)) ![y](https://tracker.example/p.gif)"
    b" <img src=x onerror=alert(1)>",
    "table.csv": b'name,"' + SCRIPT + b'"\n=HYPERLINK("http://x"),"<img src=x onerror=alert(1)>"\n',
    "change.patch": b"--- a\n+++ b\n@@ -1 +1 @@\n-" + SCRIPT + b"\n+<img src=x onerror=alert(1)>\n",
    "main.py": b"x = '</pre>" + SCRIPT + b"'\n",
    "unseen.txt": "\u202e<script>\u2028".encode() + SCRIPT,
    "half.md": b"# " + "长".encode()[:2],
    "</title><script>alert(1)</script>.md": b"# Name",
}  # fmt: skip


@pytest.fixture(params=HOSTILE)
def made(request: pytest.FixtureRequest, node: NodeRun) -> str:
    """The public id of one hostile artifact that has a revision before it."""
    name = request.param
    kind = "image" if name.endswith((".png", ".jpg", ".svg")) else "file"
    store_artifact(node.pk, NewArtifact(kind, name, b"before\n" + SCRIPT))
    return store_artifact(node.pk, NewArtifact(kind, name, HOSTILE[name])).public_id


@pytest.mark.parametrize("query", ["", "?view=source", "?view=changes", "?view=changes&layout=sides"])
def test_page_shows_no_markup_of_it(made: str, page: str, as_: Browser, query: str, htmx: dict[str, str]) -> None:
    for headers in ({}, htmx):
        html = as_("viewer").get(f"{page}artifacts/{made}/{query}", headers=headers).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html and '<svg xmlns="http://www.w3.org/2000/svg" onload' not in html
        assert 'src="https://tracker' not in html and 'href="javascript' not in html
        assert "<iframe" not in html and "<object" not in html and "<embed" not in html


def test_content_is_only_ever_saved(made: str, page: str, as_: Browser) -> None:
    answer = as_("viewer").get(f"{page}artifacts/{made}/content/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "\n" not in answer["Content-Disposition"]


def test_nothing_of_it_is_drawn_as_a_picture(made: str, page: str, as_: Browser) -> None:
    assert as_("viewer").get(f"{page}artifacts/{made}/picture/").status_code == 404
    assert "/picture/" not in as_("viewer").get(f"{page}artifacts/{made}/").content.decode()


def test_picture_is_what_its_bytes_say_whatever_its_name_says(node: NodeRun, page: str, as_: Browser) -> None:
    made = store_artifact(node.pk, NewArtifact("file", "page.html", PNG))
    answer = as_("viewer").get(f"{page}artifacts/{made.public_id}/picture/")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer.content == PNG
    html = as_("viewer").get(f"{page}artifacts/{made.public_id}/").content.decode()
    assert f'src="{page}artifacts/{made.public_id}/picture/"' in html
    assert 'width="4" height="3"' in html


def test_picture_that_would_unpack_to_gigabytes_is_not_drawn(node: NodeRun, page: str, as_: Browser) -> None:
    bomb = PNG[:16] + (60_000).to_bytes(4) * 2 + PNG[24:]
    made = store_artifact(node.pk, NewArtifact("image", "bomb.png", bomb))
    html = as_("viewer").get(f"{page}artifacts/{made.public_id}/").content.decode()
    assert "/picture/" not in html
    assert "cannot be shown here" in html
    assert as_("viewer").get(f"{page}artifacts/{made.public_id}/picture/").status_code == 404


def test_card_shows_a_small_picture_itself(node: NodeRun, page: str, as_: Browser) -> None:
    small = store_artifact(node.pk, NewArtifact("image", "small.png", PNG))
    large = store_artifact(node.pk, NewArtifact("image", "large.png", PNG + b"\x00" * 2_000_000))
    drawing = store_artifact(node.pk, NewArtifact("image", "drawing.svg", SVG))
    html = as_("viewer").get(f"{page}?node=a").content.decode()
    shown = {made.name: f"{made.public_id}/picture/" in html for made in (small, large, drawing)}
    assert shown == {"small.png": True, "large.png": False, "drawing.svg": False}


def test_parts_of_an_artifact_are_for_those_who_see_the_run(
    node: NodeRun, waiting: Run, page: str, as_: Browser
) -> None:
    made = store_artifact(node.pk, NewArtifact("image", "x.png", PNG))
    parts = [f"{page}artifacts/{made.public_id}/{part}" for part in ("", "content/", "picture/", "?view=changes")]
    assert [as_("outsider").get(part).status_code for part in parts] == [404] * 4
    Run.objects.filter(pk=waiting.pk).update(visibility="personal")
    for part in parts:
        assert [as_(who).get(part).status_code for who in ("admin", "viewer", "builder")] == [404, 404, 200]
