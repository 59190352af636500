"""Artifacts to read and to download."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs.actions.nodes import restart
from runs.artifacts import NewArtifact, store_artifact
from runs.models import Artifact, NodeRun, Run
from runs.uploads import Upload
from tests.runs.test_pictures import png
from tests.runs.turns import answer
from tests.runs.views.conftest import DOCUMENT

Browser = Callable[[str], Client]


@pytest.fixture
def artifact(node: NodeRun) -> Artifact:
    return Artifact.objects.get(node_run=node)


def test_markdown_is_rendered_and_sanitised(artifact: Artifact, page: str, as_: Browser, htmx: dict[str, str]) -> None:
    for headers in ({}, htmx):
        html = as_("viewer").get(f"{page}artifacts/{artifact.public_id}/", headers=headers).content.decode()
        assert "<strong>Export</strong> 发票" in html
        assert "<script>alert" not in html
        assert ("<html" in html) is not bool(headers)


def test_download_is_an_attachment_that_no_browser_opens(artifact: Artifact, page: str, as_: Browser) -> None:
    answer = as_("viewer").get(f"{page}artifacts/{artifact.public_id}/content/")
    assert answer.content.decode().startswith("# Goal")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="analysis.md"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_artifact_of_others_does_not_exist(artifact: Artifact, page: str, as_: Browser) -> None:
    for part in ("", "content/"):
        assert as_("outsider").get(f"{page}artifacts/{artifact.public_id}/{part}").status_code == 404


@pytest.mark.parametrize(
    ("new", "shown"),
    [
        (NewArtifact("code", "a.py", b"x = '<b>'"), "<span class=\"hl-string\">'&lt;b&gt;'</span>"),
        (NewArtifact("file", "a.bin", b"\xff\xfe"), "cannot be shown here"),
        (NewArtifact("file", "nul.txt", b"a\x00b"), "cannot be shown here"),
        (NewArtifact("link", "docs", url="https://example.org/a?b=c"), 'href="https://example.org/a?b=c"'),
        (NewArtifact("file", "big.txt", b"y" * 500_000), "Only the beginning is shown"),
    ],
)
def test_what_is_shown_of_each_kind(node: NodeRun, page: str, as_: Browser, new: NewArtifact, shown: str) -> None:
    artifact = store_artifact(node.pk, new)
    assert shown in as_("builder").get(f"{page}artifacts/{artifact.public_id}/").content.decode()


def test_link_to_a_script_is_text(node: NodeRun, page: str, as_: Browser) -> None:
    artifact = store_artifact(node.pk, NewArtifact("link", "bad", url="javascript:alert(1)"))
    html = as_("builder").get(f"{page}artifacts/{artifact.public_id}/").content.decode()
    assert 'href="javascript' not in html
    assert "javascript:alert(1)" in html


def test_name_with_chinese_is_kept_in_the_download(node: NodeRun, page: str, as_: Browser) -> None:
    artifact = store_artifact(node.pk, NewArtifact("file", "文档/分析.md", b"x"))
    answer = as_("builder").get(f"{page}artifacts/{artifact.public_id}/content/")
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E5%88%86%E6%9E%90.md"


def test_every_revision_of_every_version_is_offered(
    node: NodeRun, waiting: Run, page: str, as_: Browser, builder: User
) -> None:
    second = store_artifact(node.pk, NewArtifact("file", "analysis.md", b"# Goal\n\nSecond"), author_id=builder.pk)
    restart(node_run=NodeRun.objects.select_related("run").get(pk=node.pk), by=builder)
    answer(waiting, "a", outputs={"analysis": Upload("analysis.md", b"# Other"), "summary": "."})
    html = as_("viewer").get(f"{page}artifacts/{second.public_id}/").content.decode()
    assert re.findall(r"Revision (\d)</span>", html) == ["1", "2", "1"]
    assert re.findall(r'revisions__version"[^>]*>(v\d)', html) == ["v2", "v1"]
    assert "by builder" in html and "revision 2" in html


def test_changes_are_against_the_revision_before_unless_another_is_named(
    node: NodeRun, artifact: Artifact, page: str, as_: Browser
) -> None:
    second = store_artifact(node.pk, NewArtifact("file", "analysis.md", DOCUMENT.replace("Export", "Import").encode()))
    third = store_artifact(node.pk, NewArtifact("file", "analysis.md", DOCUMENT.replace("Goal", "Aim").encode()))
    client = as_("viewer")

    def marks(shown: Artifact, query: str = "") -> list[str]:
        html = client.get(f"{page}artifacts/{shown.public_id}/?view=changes{query}").content.decode()
        return re.findall(r'<mark class="diff__mark">(.*?)</mark>', html)

    assert marks(second) == ["Export", "Import"]
    assert marks(third) == ["Goal", "Aim", "Import", "Export"]
    assert marks(third, f"&against={artifact.public_id}") == ["Goal", "Aim"]
    assert marks(artifact) == ["Import", "Export"], "of the first, against the one after it"
    strange = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    assert marks(second, f"&against={strange}") == ["Export", "Import"], "what is not offered is not compared"


@pytest.mark.parametrize("layout", ["inline", "sides"])
def test_layout_is_what_the_address_says(node: NodeRun, page: str, as_: Browser, layout: str) -> None:
    made = store_artifact(node.pk, NewArtifact("file", "analysis.md", b"# Other"))
    html = as_("viewer").get(f"{page}artifacts/{made.public_id}/?view=changes&layout={layout}").content.decode()
    assert ("diff--sides" in html) is (layout == "sides")
    assert re.findall(r'id="reader-layout-(\w+)"[^>]*aria-current', html) == [layout]


PICTURE, OTHER_PICTURE = png(2, 2), png(3, 3)


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ((b"\xff\x00", b"\xff\x01"), "They differ"),
        ((b"text", b"\xff\x01"), "They differ"),
        ((b"a\nb", b"a\r\nb\n"), "Only ends of lines differ"),
        ((PICTURE, OTHER_PICTURE), "<figcaption"),
        ((b"x" * 300_000, b"y" * 300_000), "They differ"),
        ((b"", b"new line"), "new line"),
    ],
)
def test_what_is_said_of_each_kind_of_difference(
    node: NodeRun, page: str, as_: Browser, contents: tuple[bytes, bytes], said: str
) -> None:
    for content in contents:
        made = store_artifact(node.pk, NewArtifact("file", "x.bin", content))
    assert said in as_("viewer").get(f"{page}artifacts/{made.public_id}/?view=changes").content.decode()


def test_written_back_to_what_it_was_differs_in_nothing(node: NodeRun, page: str, as_: Browser) -> None:
    first = store_artifact(node.pk, NewArtifact("file", "x.md", b"one"))
    store_artifact(node.pk, NewArtifact("file", "x.md", b"two"))
    third = store_artifact(node.pk, NewArtifact("file", "x.md", b"one"))
    address = f"{page}artifacts/{third.public_id}/?view=changes&against={first.public_id}"
    assert "byte by byte" in as_("viewer").get(address).content.decode()


def test_link_shows_the_host_as_it_is_looked_up(node: NodeRun, page: str, as_: Browser) -> None:
    made = store_artifact(node.pk, NewArtifact("link", "bank", url="https://b\u0430nk.example:8443/login"))
    html = as_("viewer").get(f"{page}artifacts/{made.public_id}/").content.decode()
    assert '<p class="link-card__host">xn--bnk-6cd.example:8443</p>' in html


def test_source_is_the_text_as_it_is(artifact: Artifact, page: str, as_: Browser) -> None:
    html = as_("viewer").get(f"{page}artifacts/{artifact.public_id}/?view=source").content.decode()
    assert "**Export** 发票 &lt;script&gt;" in html


def test_page_takes_the_same_queries_for_any_number_of_revisions(
    node: NodeRun, page: str, as_: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(70):
        made = store_artifact(node.pk, NewArtifact("file", "many.md", f"# {number}".encode()))
    first = Artifact.objects.get(node_run=node, name="many.md", revision=1)
    client = as_("viewer")
    for shown in (made, first):
        with django_assert_max_num_queries(14):
            html = client.get(f"{page}artifacts/{shown.public_id}/?view=changes").content.decode()
        assert f"revision-{shown.public_id}" in html
