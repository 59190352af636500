"""Changing an output at the gate: pick, write, upload; who may; what it does to what waits and to a confirmation."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from runs.artifacts import NewArtifact, store_artifact
from runs.models import NodeRun, OutputValue, Run
from runs.transitions.outputs import outputs_sha256
from runs.uploads import refusal
from spaces.models import Space
from tests.factories import make_run, make_workflow
from tests.runs.turns import answer, status_of

Browser = Callable[[str], Client]
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def current(node: NodeRun, name: str) -> OutputValue:
    return OutputValue.objects.get(node_run=node, name=name, is_current=True)


def test_a_written_text_becomes_the_output_and_the_former_one_stays(node: NodeRun, page: str, as_: Browser) -> None:
    answered = as_("builder").post(f"{page}nodes/a/outputs/summary/", {"version": 1, "text": "Mine.\r\n"})
    assert answered.status_code == 302
    value = current(node, "summary")
    assert (value.text, value.reason, value.chosen_by) == ("Mine.\n", "chosen by builder", node.executor)
    former = OutputValue.objects.filter(node_run=node, name="summary", is_current=False)
    assert [row.text for row in former] == ["In **short**."]
    assert current(node, "analysis").artifact is not None, "the other output is left alone"
    assert "chosen by builder" in as_("builder").get(page).content.decode()


def test_another_artifact_of_this_version_is_picked(node: NodeRun, page: str, as_: Browser) -> None:
    other = store_artifact(node.pk, NewArtifact("file", "other.md", b"Other"))
    html = as_("builder").get(page).content.decode()
    assert f'<option value="{other.public_id}">other.md</option>' in html
    data = {"version": 1, "artifact": other.public_id}
    assert as_("builder").post(f"{page}nodes/a/outputs/analysis/", data).status_code == 302
    assert current(node, "analysis").artifact == other


def test_an_uploaded_file_becomes_an_artifact_of_the_person(
    node: NodeRun, page: str, as_: Browser, admin: User
) -> None:
    file = SimpleUploadedFile("mine.md", b"# Mine")
    data = {"version": 1, "file": file}
    assert as_("admin").post(f"{page}nodes/a/outputs/analysis/", data, headers=HTMX).status_code == 200
    artifact = current(node, "analysis").artifact
    assert artifact is not None
    assert (artifact.name, artifact.type, artifact.author) == ("mine.md", "file", admin)


@pytest.mark.parametrize(
    ("output", "data", "reason"),
    [
        ("nothing", {"text": "x"}, "no output “nothing”"),
        ("analysis", {"artifact": "0" * 26}, "an artifact of this node version"),
        ("analysis", {"text": "words"}, "an artifact of this node version"),
        ("analysis", {"artifact": "<link>"}, "this is a link"),
        ("summary", {"artifact": "0" * 26}, "is a text; write it"),
    ],
)
def test_what_does_not_fit_is_refused(
    node: NodeRun, page: str, as_: Browser, output: str, data: dict[str, str], reason: str
) -> None:
    link = store_artifact(node.pk, NewArtifact("link", "Page", url="https://example.org"))
    data = {key: link.public_id if value == "<link>" else value for key, value in data.items()}
    before = outputs_sha256(node.pk)
    refused = as_("builder").post(f"{page}nodes/a/outputs/{output}/", {"version": 1, **data}, headers=HTMX)
    assert refused.status_code == 409
    assert reason in refused.content.decode()
    assert outputs_sha256(node.pk) == before


@pytest.mark.parametrize(
    ("name", "content", "status"), [("run.exe", b"MZ", 422), ("none.md", b"", 422), ("photo.png", b"no picture", 409)]
)
def test_an_upload_is_refused_for_what_a_message_may_not_bring(
    node: NodeRun, page: str, as_: Browser, name: str, content: bytes, status: int
) -> None:
    before = outputs_sha256(node.pk)
    data = {"version": 1, "file": SimpleUploadedFile(name, content)}
    refused = as_("builder").post(f"{page}nodes/a/outputs/analysis/", data, headers=HTMX)
    assert refused.status_code == status
    assert refusal(name, len(content), content) in refused.content.decode()
    assert outputs_sha256(node.pk) == before


def test_the_gate_says_why_an_output_was_chosen_and_leads_to_it(node: NodeRun, page: str, as_: Browser) -> None:
    artifact = current(node, "analysis").artifact
    assert artifact is not None
    OutputValue.objects.filter(node_run=node, name="analysis", is_current=True).update(reason="The only <file>.")
    as_("builder").post(f"{page}nodes/a/outputs/summary/", {"version": 1, "text": "Mine."})
    gate = as_("builder").get(page).content.decode().partition('<ul class="gate__list">')[2].partition("</ul>")[0]
    assert f'hx-get="{page}artifacts/{artifact.public_id}/" hx-target="#reader-body"' in gate
    assert re.findall(r'class="gate__reason">(.*?)</span>', gate) == ["The only &lt;file&gt;.", "chosen by builder"]


def test_an_artifact_of_another_node_is_not_taken(node: NodeRun, waiting: Run, page: str, as_: Browser) -> None:
    other = store_artifact(NodeRun.objects.get(run=waiting, key="b").pk, NewArtifact("file", "b.md", b"B"))
    data = {"version": 1, "artifact": other.public_id}
    assert as_("builder").post(f"{page}nodes/a/outputs/analysis/", data).status_code == 409


def test_a_node_that_waits_for_nobody_takes_no_choice(run: Run, as_: Browser) -> None:
    address = f"/s/demo/runs/{run.public_id}/nodes/a/outputs/summary/"
    refused = as_("builder").post(address, {"version": 1, "text": "x"})
    assert refused.status_code == 409
    assert "it is queued" in refused.content.decode()


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404)])
def test_only_who_may_confirm_may_choose(node: NodeRun, page: str, as_: Browser, name: str, status: int) -> None:
    assert as_(name).post(f"{page}nodes/a/outputs/summary/", {"version": 1, "text": "x"}).status_code == status
    assert current(node, "summary").text == "In **short**."


def test_a_confirmation_of_what_was_there_before_says_who_changed_it(node: NodeRun, page: str, as_: Browser) -> None:
    seen = outputs_sha256(node.pk)
    as_("admin").post(f"{page}nodes/a/outputs/summary/", {"version": 1, "text": "Other"})
    refused = as_("builder").post(f"{page}nodes/a/confirmations/", {"version": 1, "outputs": seen}, headers=HTMX)
    assert refused.status_code == 409
    html = refused.content.decode()
    assert "admin chose “summary”, 2" in html
    assert f'name="outputs" value="{outputs_sha256(node.pk)}"' in html, "the fresh gate is beside it"


def test_the_second_confirmation_is_told_who_was_first(node: NodeRun, page: str, as_: Browser) -> None:
    data = {"version": 1, "outputs": outputs_sha256(node.pk)}
    as_("builder").post(f"{page}nodes/a/confirmations/", data)
    assert "by builder, 2" in as_("admin").post(f"{page}nodes/a/confirmations/", data).content.decode()


def test_the_missing_output_supplied_makes_the_node_wait_for_confirmation(run: Run, as_: Browser) -> None:
    answer(run, "a", missing="output *analysis* found no file")
    node = NodeRun.objects.get(run=run, key="a")
    assert node.waiting_for == "outputs"
    address, client = f"/s/demo/runs/{run.public_id}/nodes/a/", as_("builder")
    client.post(f"{address}outputs/summary/", {"version": 1, "text": "Mine"})
    node.refresh_from_db()
    assert node.waiting_for == "outputs", "the file is missing still"
    client.post(f"{address}outputs/analysis/", {"version": 1, "file": SimpleUploadedFile("mine.md", b"# Mine")})
    node.refresh_from_db()
    assert (node.waiting_for, node.error) == ("confirm", "")
    client.post(f"{address}confirmations/", {"version": 1, "outputs": outputs_sha256(node.pk)})
    assert status_of(run, "b") == "queued"


def test_a_link_is_written_as_an_address(space: Space, builder: User, as_: Browser) -> None:
    outputs = [{"name": "page", "type": "link", "description": "It"}]
    run = make_run(make_workflow("a", space=space, owner=builder, confirm=["a"], nodes={"a": {"outputs": outputs}}))
    answer(run, "a", missing="output *page* found no link")
    address, client = f"/s/demo/runs/{run.public_id}/nodes/a/outputs/page/", as_("builder")
    refused = {
        "javascript:alert(1)": "write the whole address",
        "https://me:secret@example.org/": "give it without them",
        "https://example.org/\u202egpj.exe": "copy it again, without them",
        f"https://example.org/{'x' * 2000}": "give a shorter one",
    }
    for bad, remedy in refused.items():
        answered = client.post(address, {"version": 1, "text": bad})
        assert (answered.status_code, remedy in answered.content.decode()) == (409, True)
    assert client.post(address, {"version": 1, "text": "https://example.org/x"}).status_code == 302
    artifact = current(NodeRun.objects.get(run=run), "page").artifact
    assert artifact is not None and artifact.url == "https://example.org/x"


def test_the_next_turn_chooses_anew_and_the_choice_of_the_person_is_kept_as_history(
    node: NodeRun, waiting: Run, page: str, as_: Browser
) -> None:
    client = as_("builder")
    client.post(f"{page}nodes/a/outputs/summary/", {"version": 1, "text": "Mine"})
    client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "Again"})
    answer(waiting, "a", outputs={"summary": "The agent's"})
    values = OutputValue.objects.filter(node_run=node, name="summary").order_by("id")
    assert [(v.text, v.is_current) for v in values] == [
        ("In **short**.", False),
        ("Mine", False),
        ("The agent's", True),
    ]
