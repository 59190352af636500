"""A node that waits for somebody's consent, as the run's page and the home show it to each person."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.models import Run
from spaces.models import Membership, Role, Space
from tests.factories import make_run, make_workflow
from tests.runs.engine import statuses
from tests.runs.turns import answer
from workflows.models import Workflow

Browser = Callable[[str], Client]


@pytest.fixture
def asking(space: Space, builder: User) -> Workflow:
    return make_workflow(
        "a", space=space, owner=builder, slug="flow", nodes={"a": {"executor": "admin", "title": "Ship"}}
    )


@pytest.fixture
def page(asking: Workflow) -> str:
    return f"/s/demo/runs/{make_run(asking).public_id}/"


def test_executor_is_asked_and_others_are_told(as_: Browser, page: str) -> None:
    html = as_("admin").get(page).content.decode()
    assert "This node waits for your consent" in html and "Give my consent" in html
    for name in ("builder", "viewer"):
        html = as_(name).get(page).content.decode()
        assert "Waits for the consent of admin" in html
        assert "Give my consent" not in html
        assert 'name="text"' not in html  # nobody speaks to a node that has not begun


def test_node_cancelled_before_consent_is_spoken_to_on_its_page(as_: Browser, page: str) -> None:
    client = as_("builder")
    assert client.post(f"{page}nodes/a/cancellations/", {"version": 1}).status_code == 302
    html = client.get(page).content.decode()
    assert "data-may-say" in html and f"{page}nodes/a/retries/" in html
    assert client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "Go on"}).status_code == 302
    assert statuses(Run.objects.get()) == "a1:waiting/consent"
    assert "data-may-say" not in client.get(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_consent_on_the_page_starts_the_node(as_: Browser, page: str) -> None:
    html = as_("admin").get(page).content.decode()
    address = re.search(r'action="([^"]+/consents/)"', html)
    back = re.search(r'name="next" value="(/s/demo/runs/[^"]+node=[^"]+)"', html)
    assert address and back and back[1] == f"{page}?node=a"
    answer = as_("admin").post(address[1], {"next": back[1]}, follow=True)
    assert "may run as you" in answer.content.decode()
    assert statuses(Run.objects.get()) == "a1:queued"


def test_home_asks_the_executor_only(as_: Browser, page: str) -> None:
    assert "Needs you" in as_("admin").get("/s/demo/").content.decode()
    for name in ("builder", "viewer"):
        assert "Needs you" not in as_(name).get("/s/demo/").content.decode()


def test_whom_a_node_tells_sees_it_on_the_home_and_confirms(
    as_: Browser, space: Space, admin: User, builder: User, outsider: User
) -> None:
    Membership.objects.create(space=space, user=outsider, role=Role.BUILDER)
    rules = [{"who": "outsider", "on": ["waiting"]}]
    nodes = {"a": {"notify": rules, "outputs": [{"name": "plan", "type": "text", "description": "The plan"}]}}
    run = make_run(make_workflow("a → b", space=space, owner=admin, slug="told", confirm=["a"], nodes=nodes))
    answer(run, "a", "Here it is.", outputs={"plan": "First this."})
    told, other = as_("outsider"), as_("builder")
    assert "Needs you" in told.get("/s/demo/").content.decode()
    assert "Needs you" not in other.get("/s/demo/").content.decode()
    address = f"/s/demo/runs/{run.public_id}/nodes/a/confirmations/"
    html = told.get(f"/s/demo/runs/{run.public_id}/").content.decode()
    assert ">Confirm</button>" in html
    seen = re.search(r'name="outputs" value="([0-9a-f]{64})"', html)
    assert seen
    choice = f"/s/demo/runs/{run.public_id}/nodes/a/outputs/plan/"
    assert other.post(choice, {"version": 1, "text": "First this."}).status_code == 403
    assert told.post(choice, {"version": 1, "text": "First this."}).status_code == 302
    data = {"version": 1, "outputs": seen[1]}  # the same text has the same hash, whoever chose it
    assert other.post(address, data).status_code == 403
    assert told.post(address, data).status_code == 302
    assert statuses(run).startswith("a1:done")
    assert "<message-composer" not in html  # confirming, and changing an output, is all they may do
    assert "Tells outsider" in html and "it waits" in html
