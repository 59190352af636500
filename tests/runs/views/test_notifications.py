"""The bell and the list: what the person was told, in words, in pages; reading it; of what they want to be told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs.models import Notification, NotificationSetting, Run
from runs.pages.notifications import PAGE
from runs.transitions import acts
from spaces.models import Membership, Role, Space
from tests.factories import make_run, make_workflow
from tests.runs.turns import answer, fail

Browser = Callable[..., Client]
LIST = "/notifications/"
FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
ALL = ["waiting", "done", "failed"]


@pytest.fixture
def told(space: Space, builder: User) -> Callable[..., Run]:
    """Start a run whose node tells its initiator (and others) of everything."""

    def make(*, who: tuple[str, ...] = ("initiator",), title: str = "", **fields: Any) -> Run:
        notify = [{"who": name, "on": ALL} for name in who]
        node = {"title": "Analyse", "notify": notify, "confirm": True} | fields
        return make_run(make_workflow("a", space=space, owner=builder, nodes={"a": node}), title=title)

    return make


def sentences(html: str) -> list[str]:
    return [text.strip() for text in re.findall(r'class="notice__link" href="[^"]*">([^<]*)<', html)]


def listed(client: Client, address: str = LIST) -> list[str]:
    found = client.get(address)
    assert found.status_code == 200
    return sentences(found.content.decode())


def bell(client: Client) -> int:
    html = client.get("/tasks/count/").content.decode()
    found = re.search(r'data-notices="(\d+)"', html)
    assert found
    return int(found[1])


# --- What is said ---------------------------------------------------------------------------------------------------
def test_list_says_what_happened_and_leads_to_the_exact_gate(told: Any, as_: Browser) -> None:
    run = told(title="Export")
    answer(run, "a")
    html = as_("builder").get(LIST).content.decode()
    assert sentences(html) == ["“Analyse” waits to be confirmed"]
    assert f'href="/s/demo/runs/{run.public_id}/?node=a&amp;version=1"' in html
    assert "Export" in html
    assert as_("builder").get(f"/s/demo/runs/{run.public_id}/?node=a&version=1").status_code == 200


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda run, by: None, "waits to be confirmed"),
        (lambda run, by: acts.confirm(run.pk, "a", 1, by=by), "is done, accepted by admin"),
    ],
)
def test_words_of_what_happened(told: Any, admin: User, as_: Browser, act: Any, said: str) -> None:
    run = told()
    answer(run, "a")
    act(run, admin.pk)
    assert said in listed(as_("builder"))[0]


def test_words_of_every_wait(told: Any, admin: User, as_: Browser, space: Space) -> None:
    client = as_("builder")
    run = told()
    answer(run, "a")
    acts.confirm(run.pk, "a", 1, by=admin.pk)
    acts.say(run.pk, "a", 1, by=admin.pk, text="Again.")
    acts.stop(run.pk, "a", 1, by=admin.pk)
    assert "was stopped by admin" in listed(client)[0]
    acts.retry_turn(run.pk, "a", 1, by=admin.pk)
    answer(run, "a")
    assert "was reopened and waits for Done" in listed(client)[0]
    outputs = [{"name": "note", "type": "text", "description": "x"}]
    answer(told(outputs=outputs), "a", missing="output note found nothing")
    assert "lacks an output" in listed(client)[0]
    Membership.objects.create(space=space, user=User.objects.create_user("bob"), role=Role.BUILDER)
    told(executor="bob")
    assert "waits for the consent of bob" in listed(client)[0]
    told(executor="admin", who=())
    assert "waits for your consent" in listed(as_("admin"))[0]


def test_gate_that_was_confirmed_by_another_waits_no_longer(told: Any, admin: User, as_: Browser) -> None:
    run = told()
    answer(run, "a")
    acts.confirm(run.pk, "a", 1, by=admin.pk)
    html = as_("builder").get(LIST).content.decode()
    assert sentences(html) == ["“Analyse” is done, accepted by admin", "“Analyse” waits no longer"]
    assert "settled by admin" in html


def test_failure_is_told_with_its_reason_while_it_stands(told: Any, builder: User, as_: Browser) -> None:
    run = told()
    fail(run, "a", "The model endpoint <rejected> the API key.")
    client = as_("builder")
    html = client.get(LIST).content.decode()
    assert sentences(html) == ["“Analyse” failed"]
    assert "The model endpoint &lt;rejected&gt; the API key." in html
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    html = client.get(LIST).content.decode()
    assert "rejected" not in html
    assert "settled by builder" in html


# --- Reading --------------------------------------------------------------------------------------------------------
def test_bell_counts_what_is_neither_read_nor_overtaken(told: Any, admin: User, as_: Browser) -> None:
    runs = [told() for _ in range(3)]
    for run in runs:
        answer(run, "a")
    client = as_("builder")
    assert bell(client) == 3
    html = client.get("/s/demo/").content.decode()
    assert re.search(r'data-part="count">3<', html)
    acts.cancel_run(runs[0].pk, by=admin.pk)
    assert bell(client) == 2
    assert client.post(f"/notifications/{Notification.objects.latest('id').pk}/readings/").status_code == 302
    assert bell(client) == 1
    assert len(listed(client)) == 3
    assert len(listed(client, f"{LIST}?show=unread")) == 1
    client.post("/notifications/readings/")
    assert bell(client) == 0
    assert listed(client, f"{LIST}?show=unread") == []


def test_nobody_reads_for_another(told: Any, as_: Browser) -> None:
    answer(told(who=("initiator", "viewer")), "a")
    mine = Notification.objects.get(user__username="builder")
    assert as_("viewer").post(f"/notifications/{mine.pk}/readings/").status_code == 404
    assert as_("viewer").post("/notifications/readings/").status_code == 302
    assert bell(as_("viewer")) == 0
    assert bell(as_("builder")) == 1
    assert as_("builder").post("/notifications/99999999999999999999999/readings/").status_code == 404


def test_reading_is_never_a_get(told: Any, as_: Browser) -> None:
    answer(told(), "a")
    client = as_("builder")
    assert client.get("/notifications/readings/").status_code == 405
    assert client.get(f"/notifications/{Notification.objects.get().pk}/readings/").status_code == 405
    listed(client)
    client.get("/notifications/glance/")
    assert bell(client) == 1


def test_act_answers_with_the_list_it_came_from(told: Any, as_: Browser) -> None:
    answer(told(), "a")
    client = as_("builder")
    address = f"/notifications/{Notification.objects.get().pk}/readings/"
    html = client.post(f"{address}?show=unread", {"from": "page"}, headers=FRAGMENT).content.decode()
    assert html.lstrip().startswith("<notice-list")
    assert "Nothing unread" in html
    html = client.post(address, {"from": "bell"}, headers=FRAGMENT).content.decode()
    assert 'id="notice-glance"' in html


def test_who_left_the_space_sees_nothing_of_it(told: Any, builder: User, as_: Browser) -> None:
    answer(told(), "a")
    client = as_("builder")
    assert bell(client) == 1
    Membership.objects.filter(user=builder).delete()
    assert (bell(client), listed(client)) == (0, [])


def test_strangers_are_sent_to_sign_in() -> None:
    for address in (LIST, "/notifications/glance/"):
        assert "/accounts/login/" in Client().get(address)["Location"]
    assert "/accounts/login/" in Client().post("/notifications/readings/")["Location"]


# --- Settings -------------------------------------------------------------------------------------------------------
def test_person_chooses_of_what_they_are_told(told: Any, builder: User, as_: Browser) -> None:
    client = as_("builder")
    html = client.get(LIST).content.decode()
    assert re.findall(r'name="kind" value="(\w+)" checked', html) == ALL
    html = client.post("/notifications/settings/", {"kind": ["failed", "nonsense"]}, follow=True).content.decode()
    assert re.findall(r'name="kind" value="(\w+)" checked', html) == ["failed"]
    answer(told(), "a")
    assert bell(client) == 0
    setting = NotificationSetting.objects.get(user=builder)
    assert (setting.waiting, setting.done, setting.failed) == (False, False, True)


# --- Pages ----------------------------------------------------------------------------------------------------------
def test_pages_lead_through_everything_both_ways(told: Any, builder: User, as_: Browser) -> None:
    run = told()
    node = run.node_runs.get()
    Notification.objects.bulk_create(
        Notification(user=builder, run=run, node_run=node, kind="done", settled_at=node.created_at)
        for _ in range(2 * PAGE + 5)
    )
    client = as_("builder")

    def walk(address: str, rel: str) -> list[list[str]]:
        found = []
        while address:
            html = client.get(address).content.decode()
            found.append(re.findall(r'id="notice-page-(\d+)"', html))
            after = re.search(rf'rel="{rel}" href="([^"]*)"', html)
            last, address = address, after[1].replace("&amp;", "&") if after else ""
        return [*found, [last]]

    *down, (last,) = walk(LIST, "next")
    assert [len(page) for page in down] == [PAGE, PAGE, 5]
    assert [pk for page in down for pk in page] == [str(pk) for pk in Notification.objects.values_list("pk", flat=True)]
    *up, _ = walk(last, "prev")
    assert [page[0] for page in up[-1:]] == [down[0][0]]
    for nonsense in ("before=x", "after=%00", f"before={10**30}", "after=-1", "show=%00"):
        assert client.get(f"{LIST}?{nonsense}").status_code == 200


def test_cost_is_the_same_for_any_number(
    told: Any, builder: User, as_: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("builder")
    run = told()
    answer(run, "a")
    client.get(LIST)  # the template version is read once per process
    with django_assert_max_num_queries(10) as few:
        client.get(LIST)
    node = run.node_runs.get()
    Notification.objects.bulk_create(
        Notification(user=builder, run=run, node_run=node, kind="done", settled_at=node.created_at) for _ in range(80)
    )
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(LIST)
    with django_assert_max_num_queries(4):
        client.get("/notifications/glance/")
