"""The templates on the space home: searched, filtered, marked, with their last runs, at the same cost for many."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from runs.models import Run
from spaces.models import Space
from tests.factories import document_of, make_run, make_workflow
from workflows.actions import archive_workflow, mark_favourite, publish, save_draft
from workflows.document import from_json
from workflows.listing import PAGE, WorkflowFilter
from workflows.models import Workflow

Browser = Callable[[str], Client]
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def several(space: Space, builder: User, admin: User) -> dict[str, Workflow]:
    """Templates by name, each fit for one of the filters."""

    def made(name: str, by: User = builder, **more: Any) -> Workflow:
        return make_workflow(document_of("a → b") | {"name": name}, space=space, owner=by, slug=name.lower(), **more)

    found = {name: made(name) for name in ("Alpha", "Beta", "Old")}
    found["Theirs"] = made("Theirs", admin)
    found["Secret"] = made("Secret", visibility="personal")
    mark_favourite(workflow=found["Beta"], by=builder, marked=True)
    archive_workflow(workflow=found["Old"], by=builder)
    changed = document_of("a → b") | {"name": "Alpha", "description": "Digest of the week"}
    save_draft(workflow=found["Alpha"], by=builder, document=from_json(changed))
    bad = document_of("a", nodes={"a": {"prompt": ""}}) | {"name": "Theirs"}
    save_draft(workflow=found["Theirs"], by=admin, document=from_json(bad))
    return found


def names(client: Client, query: str = "") -> list[str]:
    html = client.get(f"/s/demo/?{query}", headers=HTMX).content.decode()
    return re.findall(r'class="table__name"[^>]*>([^<]*)<', html)


def test_favourites_come_first(several: dict[str, Workflow], as_: Browser) -> None:
    assert names(as_("builder")) == ["Beta", "Alpha", "Secret", "Theirs"]
    assert names(as_("viewer")) == ["Alpha", "Beta", "Theirs"], "other people's marks and personal ones are theirs"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=alp", ["Alpha"]),
        ("q=WEEK+digest", ["Alpha"]),
        ("q=nothing", []),
        ("q=%00", ["Beta", "Alpha", "Secret", "Theirs"]),
        ("q=%25", []),
        ("favourite=1", ["Beta"]),
        ("mine=1", ["Beta", "Alpha", "Secret"]),
        ("personal=1", ["Secret"]),
        ("unpublished=1", ["Alpha", "Theirs"]),
        ("problems=1", ["Theirs"]),
        ("archived=1", ["Old"]),
        ("mine=1&unpublished=1", ["Alpha"]),
        ("limit=x&mine=", ["Beta", "Alpha", "Secret", "Theirs"]),
    ],
)
def test_address_says_what_is_listed(
    several: dict[str, Workflow], as_: Browser, query: str, expected: list[str]
) -> None:
    assert names(as_("builder"), query) == expected


def test_page_has_the_filters_as_the_address_has_them(several: dict[str, Workflow], as_: Browser) -> None:
    html = as_("builder").get("/s/demo/?q=alp&mine=1").content.decode()
    assert 'name="q" value="alp"' in html
    assert re.search(r'name="mine" value="1" checked', html)
    assert not re.search(r'name="personal" value="1" checked', html)
    assert "Nothing fits" in as_("builder").get("/s/demo/?q=nothing").content.decode()


def test_fragment_is_the_list_alone(several: dict[str, Workflow], as_: Browser) -> None:
    answer = as_("builder").get("/s/demo/?q=alp", headers=HTMX)
    html = answer.content.decode()
    assert html.lstrip().startswith('<div id="template-list"')
    assert "1 template found" in html
    assert "HX-Request" in answer.headers["Vary"]


def test_acts_depend_on_who_looks(several: dict[str, Workflow], as_: Browser) -> None:
    pages = {name: as_(name).get("/s/demo/").content.decode() for name in ("admin", "builder", "viewer")}
    assert "New workflow" in pages["builder"]
    assert "/s/demo/workflows/theirs/archives/" not in pages["builder"], "of somebody else"
    assert "/s/demo/workflows/theirs/duplicates/" in pages["builder"]
    for act in ("archives", "deletions", "transfers", "visibility"):
        assert f"/s/demo/workflows/alpha/{act}/" in pages["builder"]
        assert f"/s/demo/workflows/alpha/{act}/" in pages["admin"]
        assert f"/{act}/" not in pages["viewer"]
    assert "/duplicates/" not in pages["viewer"]
    assert "/s/demo/workflows/alpha/file/" in pages["viewer"]
    assert "secret" not in pages["admin"].lower()


def test_archived_template_offers_no_start(several: dict[str, Workflow], as_: Browser) -> None:
    html = as_("builder").get("/s/demo/?archived=1", headers=HTMX).content.decode()
    assert "/s/demo/workflows/old/restored-archives/" in html
    assert "/start/" not in html
    assert 'name="next" value="/s/demo/?archived=1"' in html


def test_last_runs_are_said_in_words(several: dict[str, Workflow], builder: User, as_: Browser) -> None:
    workflow = several["Beta"]
    runs = [make_run(workflow, by=builder) for _ in range(10)]
    Run.objects.filter(pk=runs[8].pk).update(status="failed", finished_at=timezone.now())
    html = as_("builder").get("/s/demo/", headers=HTMX).content.decode()
    said = "Last runs, oldest first: " + ", ".join(["Running"] * 6 + ["Failed", "Running"])
    assert html.count(f'aria-label="{said}"') == 1
    assert html.count("run-strip__run") == 8
    assert f"/s/demo/runs/{runs[9].public_id}/" in html


def test_personal_runs_of_others_are_not_in_the_strip(
    several: dict[str, Workflow], builder: User, as_: Browser
) -> None:
    run = make_run(several["Beta"], by=builder)
    Run.objects.filter(pk=run.pk).update(visibility="personal")
    assert "run-strip__run" in as_("builder").get("/s/demo/", headers=HTMX).content.decode()
    assert "run-strip__run" not in as_("admin").get("/s/demo/", headers=HTMX).content.decode()


@pytest.mark.parametrize(("query", "limit"), [("", 7), ("problems=1", 9)])
def test_list_costs_the_same_for_many(
    space: Space,
    builder: User,
    as_: Browser,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    query: str,
    limit: int,
) -> None:
    for number in range(12):
        node = {"a": {"task_template": f"none-{number}", "prompt": ""}}
        workflow = make_workflow(document_of("a", nodes=node), space=space, owner=builder, slug=f"w{number}")
        mark_favourite(workflow=workflow, by=builder, marked=number % 2 == 0)
    for workflow in Workflow.objects.all():
        save_draft(workflow=workflow, by=builder, document=from_json(workflow.draft))
    client = as_("builder")
    client.get("/s/demo/")
    with django_assert_max_num_queries(limit):
        html = client.get(f"/s/demo/?{query}", headers=HTMX).content.decode()
    assert html.count("table__name") == 12


def test_many_templates_come_by_and_by(space: Space, builder: User, as_: Browser) -> None:
    first = make_workflow("a", space=space, owner=builder, slug="first")
    rows = [
        Workflow(space=space, owner=builder, slug=f"w{n:03}", name=f"W {n:03}", draft=first.draft)
        for n in range(PAGE + 5)
    ]
    Workflow.objects.bulk_create(rows)
    client = as_("builder")
    html = client.get("/s/demo/?q=w", headers=HTMX).content.decode()
    assert html.count("table__name") == PAGE
    more = re.search(r'hx-get="(\?[^"]*)"', html)
    assert more
    html = client.get("/s/demo/" + more[1].replace("&amp;", "&"), headers=HTMX).content.decode()
    assert html.count("table__name") == PAGE + 5
    assert "Show more" not in html


def test_limit_has_bounds() -> None:
    assert WorkflowFilter.of({"limit": "999999"}).limit == 2000
    assert WorkflowFilter.of({"limit": "1"}).limit == PAGE
    assert WorkflowFilter.of({"limit": "9" * 5000}).limit == PAGE


def test_draft_that_is_live_has_no_changes(space: Space, builder: User, as_: Browser) -> None:
    workflow = make_workflow("a", space=space, owner=builder)
    save_draft(workflow=workflow, by=builder, document=from_json(workflow.draft))
    publish(workflow=workflow, by=builder)
    assert "+ changes" not in as_("builder").get("/s/demo/", headers=HTMX).content.decode()
    save_draft(workflow=workflow, by=builder, document=from_json(document_of("a → b") | {"name": "a"}))
    assert "+ changes" in as_("builder").get("/s/demo/", headers=HTMX).content.decode()
