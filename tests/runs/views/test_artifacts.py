"""Artifacts to read and to download."""

from collections.abc import Callable

import pytest
from django.test import Client

from runs.artifacts import NewArtifact, store_artifact
from runs.models import Artifact, NodeRun

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
        (NewArtifact("code", "a.py", b"x = '<b>'"), "x = &#x27;&lt;b&gt;&#x27;"),
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
