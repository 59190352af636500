"""The home of a space."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs.models import Run
from spaces.models import Space
from tests.factories import make_run
from workflows.models import Workflow

Browser = Callable[[str], Client]


def test_home_shows_what_needs_the_person_what_runs_and_the_templates(waiting: Run, as_: Browser) -> None:
    html = as_("builder").get("/s/demo/").content.decode()
    for text in ("Needs you", "Analyse", "Running now", "0 of 2 nodes done", "Templates", "Gallery", "/flow/start/"):
        assert text in html


def test_home_of_a_viewer_offers_nothing_to_do(waiting: Run, as_: Browser) -> None:
    html = as_("viewer").get("/s/demo/").content.decode()
    assert "Running now" in html
    for text in ("Needs you", "gallery-title", "/start/", "New workflow", "imports/"):
        assert text not in html


def test_home_of_others_does_not_exist(space: Space, as_: Browser) -> None:
    for address in ("/s/demo/", "/s/demo/activity/"):
        assert as_("outsider").get(address).status_code == 404


def test_personal_runs_of_others_are_not_shown(workflow: Workflow, as_: Browser) -> None:
    workflow.visibility = "personal"
    workflow.save(update_fields=["visibility"])
    make_run(workflow, title="My secret plan")
    assert "My secret plan" in as_("builder").get("/s/demo/").content.decode()
    assert "My secret plan" not in as_("admin").get("/s/demo/").content.decode()


def test_activity_is_a_fragment(waiting: Run, as_: Browser) -> None:
    html = as_("builder").get("/s/demo/activity/").content.decode()
    assert "Needs you" in html
    assert "<html" not in html


def test_ended_runs_are_listed_apart(waiting: Run, page: str, as_: Browser) -> None:
    client = as_("builder")
    client.post(f"{page}cancellation/")
    html = client.get("/s/demo/").content.decode()
    assert "Recently ended" in html
    assert "Running now" not in html


def test_home_costs_the_same_for_any_number_of_runs(
    workflow: Workflow, as_: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("builder")
    for _ in range(2):
        make_run(workflow)
    client.get("/s/demo/")
    for _ in range(8):
        make_run(workflow)
    with django_assert_max_num_queries(16):
        client.get("/s/demo/")


@pytest.mark.parametrize("embedded", [True, False])
def test_embedded_model_is_named(space: Space, as_: Browser, settings: object, embedded: bool) -> None:
    settings.AIME_MODEL = {**settings.AIME_MODEL, "embedded": embedded}  # type: ignore[attr-defined]
    assert ("Small demonstration model" in as_("builder").get("/s/demo/").content.decode()) is embedded
