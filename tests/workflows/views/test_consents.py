"""A person's own consents: asked for, given, taken back; and what nobody may do for another."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
from tests.factories import document_of, make_space, make_workflow
from workflows.actions import give_consent
from workflows.models import ExecutorConsent, Workflow
from workflows.pages.consents import consent_of

PAGE = "/s/demo/consents/"
GIVE, TAKE_BACK = "/s/demo/workflows/release/consents/", "/s/demo/workflows/release/revocations/"


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


@pytest.fixture
def release(space: Space, admin: User) -> Workflow:
    nodes = {"b": {"executor": "builder", "title": "Publish it"}}
    return make_workflow("a → b", space=space, owner=admin, slug="release", nodes=nodes)


def shown(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return str(answer.content.decode())


def given() -> list[str]:
    return list(ExecutorConsent.objects.filter(revoked_at__isnull=True).values_list("user__username", flat=True))


def test_request_is_shown_accepted_and_taken_back(release: Workflow, builder_client: Client) -> None:
    page = shown(builder_client)
    assert "Asked of you" in page and "Publish it" in page and "Nothing runs as you" in page
    answer = builder_client.post(GIVE, {"next": PAGE}, follow=True)
    assert given() == ["builder"]
    page = answer.content.decode()
    assert "may run as you" in page and "Withdraw my consent" in page and "Asked of you" not in page
    page = builder_client.post(TAKE_BACK, {"next": PAGE}, follow=True).content.decode()
    assert given() == []
    assert "no longer run as you" in page and "Asked of you" in page


def test_draft_asks_before_it_is_published(release: Workflow, builder: User, builder_client: Client) -> None:
    release.draft = document_of("a", nodes={"a": {"executor": "builder", "title": "Only in the draft"}})
    release.live_version = None
    release.save()
    assert "Only in the draft" in shown(builder_client)
    consent = consent_of(release, builder)
    assert consent is not None and consent.nodes == ("Only in the draft",)


def test_nobody_is_asked_for_another(release: Workflow, viewer: User, admin: User) -> None:
    for person in (viewer, admin):
        client = Client()
        client.force_login(person)
        assert "Publish it" not in shown(client)
        assert consent_of(release, person) is None


def test_post_without_a_page_answers_plainly(release: Workflow, builder_client: Client) -> None:
    assert builder_client.post(GIVE, headers={"HX-Request": "true"}).status_code == 204
    answer = builder_client.post(TAKE_BACK)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)


def test_address_of_another_site_is_not_followed(release: Workflow, builder_client: Client) -> None:
    answer = builder_client.post(GIVE, {"next": "https://evil.example/"})
    assert answer["Location"] == "/s/demo/"


def test_personal_template_takes_no_consent_and_does_not_exist_for_others(
    release: Workflow, admin: User, builder_client: Client, builder: User
) -> None:
    give_consent(workflow=release, by=builder)
    Workflow.objects.filter(pk=release.pk).update(visibility="personal")
    assert builder_client.post(GIVE).status_code == 404
    assert builder_client.post(TAKE_BACK).status_code == 404
    assert "Publish it" not in shown(builder_client)
    owner = Client()
    owner.force_login(admin)
    assert owner.post(GIVE).status_code == 403


@pytest.mark.parametrize("method", ["get", "head", "put"])
def test_consent_is_a_post(release: Workflow, builder_client: Client, method: str) -> None:
    for address in (GIVE, TAKE_BACK):
        assert getattr(builder_client, method)(address).status_code == 405
    assert given() == []


def test_outsider_finds_nothing(release: Workflow, outsider: User) -> None:
    client = Client()
    client.force_login(outsider)
    assert client.get(PAGE).status_code == 404
    assert client.post(GIVE).status_code == 404
    assert given() == []


def test_page_costs_the_same_however_many_templates(
    space: Space, admin: User, builder: User, builder_client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        nodes = {"a": {"executor": "builder"}}
        workflow = make_workflow("a", space=space, owner=admin, slug=f"flow-{number}", nodes=nodes)
        if number % 2:
            give_consent(workflow=workflow, by=builder)
    with django_assert_max_num_queries(9):
        shown(builder_client)


def test_page_of_the_template_asks_whom_it_names(release: Workflow, builder_client: Client, admin: User) -> None:
    address = "/s/demo/workflows/release/"
    page = builder_client.get(address).content.decode()
    assert "is meant to run as you: Publish it" in page and GIVE in page
    builder_client.post(GIVE, {"next": address})
    assert "is meant to run as you" not in builder_client.get(address).content.decode()
    other = Client()
    other.force_login(admin)
    assert "is meant to run as you" not in other.get(address).content.decode()
