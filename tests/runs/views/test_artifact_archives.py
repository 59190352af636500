"""All artifacts at once: what is in the archive of a run and of a node version, who gets it, how it is sent."""

import io
import zipfile
from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import AsyncClient, Client

from runs.actions.nodes import restart
from runs.artifacts import NewArtifact, store_artifact
from runs.models import NodeRun, Run
from runs.uploads import Upload
from runs.views import artifacts as views
from tests.runs.turns import answer

Browser = Callable[[str], Client]


def unpacked(answer: object) -> dict[str, str]:
    content = answer.getvalue()  # type: ignore[attr-defined]
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return {name: archive.read(name).decode() for name in archive.namelist()}


def test_archive_of_a_run_has_the_newest_revisions_in_folders_by_node(
    node: NodeRun, waiting: Run, page: str, as_: Browser
) -> None:
    store_artifact(node.pk, NewArtifact("file", "analysis.md", b"# Second"))
    store_artifact(node.pk, NewArtifact("link", "The ../page", url="https://example.org/x"))
    found = as_("viewer").get(f"{page}artifacts.zip")
    assert unpacked(found) == {"a/analysis.md": "# Second", "a/links.txt": "The ../page\nhttps://example.org/x\n\n"}
    assert found["Content-Type"] == "application/zip"
    assert found["Content-Disposition"] == f'attachment; filename="flow-{waiting.public_id[-6:].lower()}.zip"'
    assert found["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in found["Content-Security-Policy"]


def test_archive_of_a_version_has_its_own_alone(waiting: Run, page: str, as_: Browser, builder: User) -> None:
    restart(node_run=NodeRun.objects.select_related("run").get(run=waiting, key="a", is_latest=True), by=builder)
    answer(waiting, "a", outputs={"analysis": Upload("other.md", b"other"), "summary": "."})
    client = as_("builder")
    assert set(unpacked(client.get(f"{page}artifacts.zip?node=a&version=1"))) == {"analysis.md"}
    latest = client.get(f"{page}artifacts.zip?node=a")
    assert unpacked(latest) == {"other.md": "other"}
    assert latest["Content-Disposition"].endswith('-a-v2.zip"')
    assert set(unpacked(client.get(f"{page}artifacts.zip"))) == {"a/v1/analysis.md", "a/v2/other.md"}


def test_hostile_names_stay_inside_the_archive(node: NodeRun, page: str, as_: Browser) -> None:
    for name in ("../../etc/cron.d/x", "C:\\x.exe", "Analysis.MD", "analysis.md/y"):
        store_artifact(node.pk, NewArtifact("file", name, name.encode()))
    names = set(unpacked(as_("builder").get(f"{page}artifacts.zip?node=a")))
    assert names == {"analysis.md", "etc/cron.d/x", "C_/x.exe", "Analysis (2).MD", "analysis (3).md/y"}


def test_nothing_to_send_and_too_much_are_said(
    run: Run, waiting: Run, page: str, as_: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_("builder")
    assert "no artifacts yet" in client.get(f"{page}artifacts.zip?node=b", follow=True).content.decode()
    monkeypatch.setattr(views, "ARCHIVE_MAX_BYTES", 3)
    refused = client.get(f"{page}artifacts.zip", follow=True)
    assert refused.redirect_chain == [(page, 302)]
    assert "Download the artifacts node by node" in refused.content.decode()


def test_archive_is_for_those_who_see_the_run(waiting: Run, page: str, as_: Browser) -> None:
    assert as_("outsider").get(f"{page}artifacts.zip").status_code == 404
    assert as_("viewer").get(f"{page}artifacts.zip?node=nowhere").status_code == 404
    assert as_("viewer").get(f"{page}artifacts.zip?node=a&version=7").status_code == 404
    Run.objects.filter(pk=waiting.pk).update(visibility="personal")
    assert [as_(who).get(f"{page}artifacts.zip").status_code for who in ("admin", "builder")] == [404, 200]


@pytest.mark.django_db(transaction=True)
def test_web_process_sends_it_in_pieces(node: NodeRun, page: str, builder: User) -> None:
    for number in range(4):
        store_artifact(node.pk, NewArtifact("file", f"{number}.zip", bytes([number]) * 600_000))

    async def ask() -> list[bytes]:
        client = AsyncClient()
        await client.aforce_login(builder)
        found = await client.get(f"{page}artifacts.zip")
        assert found.is_async, "a plain iterator would be held back until its end"
        return [piece async for piece in found]

    pieces = async_to_sync(ask)()
    assert len(pieces) > 4
    assert len(zipfile.ZipFile(io.BytesIO(b"".join(pieces))).namelist()) == 5
