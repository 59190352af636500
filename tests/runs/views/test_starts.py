"""The start form: typed inputs, defaults, and nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from runs.models import Run
from spaces.models import Space
from tests.factories import make_workflow
from workflows.models import Workflow

Browser = Callable[[str], Client]
ADDRESS = "/s/demo/workflows/typed/start/"


@pytest.fixture
def typed(space: Space, builder: User) -> Workflow:
    def asks(name: str, type_: str, **more: object) -> dict[str, object]:
        return {"name": name, "type": type_, "ask": True, **more}

    inputs = [
        asks("goal", "text", label="What is wanted"),
        asks("language", "text", default="Python"),
        asks("snippet", "code", required=False),
        asks("issue", "link", required=False),
        asks("spec", "file", required=False),
    ]
    return make_workflow("a", space=space, owner=builder, slug="typed", nodes={"a": {"inputs": inputs}})


def test_form_asks_typed_with_defaults(typed: Workflow, as_: Browser) -> None:
    html = as_("builder").get(ADDRESS).content.decode()
    for text in ("What is wanted", ">\nPython</textarea>", 'type="url"', 'type="file"', "input--code", "optional"):
        assert text in html


def test_run_starts_and_opens(typed: Workflow, as_: Browser) -> None:
    data = {"goal": "导出发票", "language": "Go", "issue": "https://example.org/1"}
    answer = as_("builder").post(ADDRESS, {**data, "spec": SimpleUploadedFile("规格.md", b"# Spec")})
    run = Run.objects.get()
    assert answer["Location"] == f"/s/demo/runs/{run.public_id}/"
    assert run.inputs["a"]["goal"]["value"] == "导出发票"
    assert run.inputs["a"]["spec"]["name"] == "规格.md"


def test_htmx_is_sent_to_the_run(typed: Workflow, as_: Browser, htmx: dict[str, str]) -> None:
    answer = as_("builder").post(ADDRESS, {"goal": "x", "language": "Go"}, headers=htmx)
    assert answer["HX-Redirect"] == f"/s/demo/runs/{Run.objects.get().public_id}/"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"goal": "", "language": "Rust <3"}, "This field is required."),
        ({"goal": "  \n", "language": "Rust <3"}, "is required"),
        ({"goal": "x", "language": "Rust <3", "issue": "ftp://x"}, "must be a web link"),
    ],
)
def test_invalid_form_keeps_what_was_typed(
    typed: Workflow, as_: Browser, htmx: dict[str, str], data: dict[str, str], said: str
) -> None:
    for headers in ({}, htmx):
        answer = as_("builder").post(ADDRESS, data, headers=headers)
        html = answer.content.decode()
        assert answer.status_code == 422
        assert said in html
        assert "Rust &lt;3</textarea>" in html
        assert ("<html" in html) is not bool(headers)
    assert not Run.objects.exists()


def test_upload_of_the_wrong_kind_is_said_at_its_field(space: Space, builder: User, as_: Browser) -> None:
    inputs = [{"name": "shot", "type": "image", "ask": True}]
    make_workflow("a", space=space, owner=builder, slug="typed", nodes={"a": {"inputs": inputs}})
    answer = as_("builder").post(ADDRESS, {"shot": SimpleUploadedFile("a.png", b"no picture")})
    assert answer.status_code == 422
    assert "must be a picture" in answer.content.decode()


def test_upload_over_the_limit_is_refused_before_it_is_read(typed: Workflow, as_: Browser, settings: Any) -> None:
    settings.AIME_UPLOAD = settings.AIME_UPLOAD | {"max_bytes": 10}
    answer = as_("builder").post(ADDRESS, {"goal": "x", "language": "y", "spec": SimpleUploadedFile("a", b"x" * 11)})
    assert answer.status_code == 422
    assert "a is larger than 0 MiB" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "words"), [("run.exe", b"MZ", "type .exe are not taken"), ("a.md", b"", "is empty")]
)
def test_upload_that_no_message_takes_is_refused_at_its_field(
    typed: Workflow, as_: Browser, name: str, content: bytes, words: str
) -> None:
    answer = as_("builder").post(ADDRESS, {"goal": "x", "language": "y", "spec": SimpleUploadedFile(name, content)})
    assert (answer.status_code, Run.objects.count()) == (422, 0)
    assert words in answer.content.decode()


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404), ("admin", 200)])
def test_starting_is_for_builders(typed: Workflow, as_: Browser, name: str, status: int) -> None:
    client = as_(name)
    assert client.get(ADDRESS).status_code == status
    if status != 200:
        assert client.post(ADDRESS, {"goal": "x", "language": "y"}).status_code == status
        assert not Run.objects.exists()


def test_template_without_a_version_cannot_be_started(typed: Workflow, as_: Browser) -> None:
    typed.live_version = None
    typed.save(update_fields=["live_version"])
    assert as_("builder").get(ADDRESS).status_code == 404


def test_form_asks_for_the_values_of_a_trigger(space: Space, builder: User, as_: Browser) -> None:
    trigger = {"key": "change", "type": "trigger.codebase", "title": "Change", "connection": "main"}
    task = {"key": "check", "type": "task", "title": "Check", "prompt": "{{ diff }}"}
    task["inputs"] = [{"name": "diff", "type": "code", "from": "change.diff"}]  # type: ignore[assignment]
    document = {"aime": 1, "name": "Review", "nodes": [trigger, task], "edges": [["change", "check"]]}
    make_workflow(document, space=space, owner=builder, slug="typed")
    html = as_("builder").get(ADDRESS).content.decode()
    for text in ("Full name of the repository", "The change as a unified diff", "input--code", "icon-chip"):
        assert text in html
    answer = as_("builder").post(ADDRESS, {"diff": "+1", "link": "nowhere"})
    assert (answer.status_code, Run.objects.count()) == (422, 0)
    assert "must be a web link" in answer.content.decode()
    as_("builder").post(ADDRESS, {"diff": "+1\r\n", "branch": "main", "link": ""})
    assert {name: entry["value"] for name, entry in Run.objects.get().inputs["change"].items()} == {
        "diff": "+1\n", "branch": "main",
    }  # fmt: skip


def test_time_of_a_schedule_is_filled_in(space: Space, builder: User, as_: Browser) -> None:
    trigger = {
        "key": "monday",
        "type": "trigger.schedule",
        "title": "Monday",
        "cron": "0 9 * * 1",
        "zone": "Asia/Tokyo",
    }
    make_workflow({"aime": 1, "name": "W", "nodes": [trigger]}, space=space, owner=builder, slug="typed")
    html = as_("builder").get(ADDRESS).content.decode()
    assert "The moment it was due" in html
    assert "+09:00</textarea>" in html
