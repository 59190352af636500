"""Importing a file: whatever the bytes, a template or a list of problems."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spaces.models import Space
from tests.workflows.texts import EXAMPLE
from tests.workflows.views.life import Browser, drafted, redrafted
from workflows.models import Workflow

ADDRESS = "/s/demo/imports/"
WORDS = [
    "aime: 1", "name: T", "nodes:", "- key: a", "  type: task", "{", "}", "[", "]", "&a", "*a", "!!python/object:x",
    "edges: [[a, a]]", "\t", "---", "...", "? ", "|", ">", "'", '"', "\x00", "é", "𠮷", "0x1", "1e999", ": ",
    "<<: *a", "position: [.inf, .nan]", "description: |", "#", "%YAML 9.9", "@", "`", "\ufeff", "\u2028", "-",
]  # fmt: skip


def sent(content: bytes, **more: Any) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("flow.yaml", content), **more}


def test_file_becomes_a_new_template(space: Space, as_: Browser) -> None:
    answer = as_("builder").post(ADDRESS, sent(EXAMPLE.encode()), follow=True)
    workflow = Workflow.objects.get()
    assert answer.redirect_chain == [(f"/s/demo/workflows/{workflow.slug}/", 302)]
    assert "was imported as a new template" in answer.content.decode()
    assert (workflow.name, workflow.owner.username) == ("Requirement to code", "builder")


@pytest.mark.parametrize("text", [EXAMPLE, EXAMPLE.replace("\n", "\r\n"), "\ufeff" + EXAMPLE])
def test_pasted_text_becomes_a_template(space: Space, as_: Browser, text: str) -> None:
    assert as_("builder").post(ADDRESS, {"text": text}).status_code == 302
    assert len(Workflow.objects.get().draft["nodes"]) == 2


def test_problems_have_place_reason_and_remedy(space: Space, as_: Browser) -> None:
    bad = EXAMPLE.replace("analyse.analysis}", "analyse.analysys}").replace("type: task", "type: tusk", 1)
    answer = as_("builder").post(ADDRESS, {"text": bad})
    assert answer.status_code == 422
    html = answer.content.decode()
    for text in ("nodes[0].type", "tusk is not known here", "did you mean task?", "Analyse the requirement"):
        assert text in html, "what was pasted stays, too"
    assert not Workflow.objects.exists()


def test_draft_of_the_same_name_is_replaced_only_by_choice(space: Space, builder: User, as_: Browser) -> None:
    target = drafted(space, builder, name="Requirement to code")
    client = as_("builder")
    html = client.post(ADDRESS, sent(EXAMPLE.encode())).content.decode()
    assert "There is a workflow “Requirement to code” already" in html
    assert "last saved by builder" in html
    target.refresh_from_db()
    assert target.draft_revision == 1
    more = {"text": EXAMPLE, "target": target.slug, "base_revision": 1}
    answer = client.post(ADDRESS, {**more, "choice": "replace"}, follow=True)
    assert "was replaced" in answer.content.decode()
    target.refresh_from_db()
    assert (target.draft_revision, target.draft["nodes"][0]["key"]) == (2, "analyse")
    client.post(ADDRESS, {**more, "choice": "new"})
    assert Workflow.objects.filter(name="Requirement to code").count() == 2


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"choice": "replace", "target": "requirement-to-code", "base_revision": 1}, 409),
        ({"choice": "replace", "target": "another", "base_revision": 2}, 200),
        ({"choice": "replace"}, 200),
    ],
)
def test_what_was_not_asked_about_is_not_replaced(
    space: Space, builder: User, as_: Browser, more: dict[str, Any], status: int
) -> None:
    target = redrafted(drafted(space, builder, name="Requirement to code"), builder)
    assert as_("builder").post(ADDRESS, {"text": EXAMPLE, **more}).status_code == status
    target.refresh_from_db()
    assert target.draft_revision == 2


def test_personal_template_of_another_is_not_mentioned(space: Space, colleague: User, as_: Browser) -> None:
    drafted(space, colleague, name="Requirement to code", visibility="personal")
    assert as_("builder").post(ADDRESS, {"text": EXAMPLE}).status_code == 302
    assert Workflow.objects.count() == 2


def test_number_of_blocking_problems_is_said(space: Space, as_: Browser) -> None:
    text = "aime: 1\nname: T\nnodes: [{key: a, type: task}]\n"
    assert "1 problem blocks publishing" in as_("builder").post(ADDRESS, {"text": text}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "is not UTF-8 text"),
        (b"name: \xc3(", "Byte 7 is not UTF-8 text"),
        (b"a" * (1024 * 1024 + 1), "larger than 1 MiB"),
        (b"[" * 500_000, "nested too deeply"),
        (b"a: &x [1]\nb: *x", "Anchors and aliases"),
        (b"\x00", "not YAML"),
    ],
)
def test_odd_files_are_refused_with_a_reason(space: Space, as_: Browser, content: bytes, said: str) -> None:
    answer = as_("builder").post(ADDRESS, sent(content))
    assert answer.status_code == 422
    assert said in answer.content.decode()


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404), ("builder", 200)])
def test_importing_is_for_builders(space: Space, as_: Browser, name: str, status: int) -> None:
    assert as_(name).get(ADDRESS).status_code == status


# --- Whatever is uploaded, the page answers -------------------------------------------------------------------------
ANY = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture
def fuzzed(space: Space, as_: Browser) -> Client:
    return as_("builder")


def answers(client: Client, content: bytes) -> None:
    answer = client.post(ADDRESS, sent(content))
    assert answer.status_code in (200, 302, 422)
    assert b"Traceback" not in answer.content


@given(content=st.binary(max_size=400))
@ANY
def test_any_bytes(fuzzed: Client, content: bytes) -> None:
    answers(fuzzed, content)


@given(words=st.lists(st.sampled_from(WORDS), max_size=30), between=st.sampled_from(["\n", " ", ""]))
@ANY
def test_any_scraps_of_yaml(fuzzed: Client, words: list[str], between: str) -> None:
    answers(fuzzed, between.join(words).encode())


@given(data=st.data())
@ANY
def test_any_damage_to_a_template(fuzzed: Client, data: st.DataObject) -> None:
    text = EXAMPLE
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        text = text[:place] + data.draw(st.sampled_from(WORDS)) + text[place + data.draw(st.integers(0, 8)) :]
    answers(fuzzed, text.encode())
