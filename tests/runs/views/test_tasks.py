"""My tasks: what waits for whom, in one space and in all, what they started, and the counts of every page."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs.access import Standing
from runs.graphs import version_graph
from runs.models import NodeRun, Run
from runs.pages.needs import counts, waiting_for
from runs.states import WaitingFor
from spaces.models import Membership, Role, Space
from tests.factories import make_run, make_space, make_workflow
from tests.runs.turns import answer
from workflows.models import Workflow

Browser = Callable[..., Client]
LIST = "/s/demo/tasks/"
FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


def rows(html: str) -> list[str]:
    return re.findall(r'class="task-row__title">([^<]*)<', html)


def listed(client: Client, address: str = LIST) -> list[str]:
    found = client.get(address)
    assert found.status_code == 200
    return rows(found.content.decode())


# --- Who is asked ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", sorted(WaitingFor))
@pytest.mark.parametrize("visibility", ["space", "personal"])
def test_query_finds_exactly_what_the_standing_says(
    space: Space, admin: User, builder: User, viewer: User, kind: str, visibility: str
) -> None:
    """`waiting_for` says to the database what `Standing.is_asked` says to Python, for everybody and everything."""
    told = User.objects.create_user("told")
    watcher = User.objects.create_user("watcher")
    for user, role in ((told, Role.BUILDER), (watcher, Role.VIEWER)):
        Membership.objects.create(space=space, user=user, role=role)
    outsider = User.objects.create_user("gone")
    notify = [{"who": "told", "on": ["waiting", "done"]}, {"who": "watcher", "on": ["waiting"]},
              {"who": "viewer", "on": ["failed"]}]  # fmt: skip
    flow = make_workflow("a; b", space=space, owner=builder, nodes={"a": {"notify": notify}}, confirm=["a", "b"])
    run = make_run(flow)
    Run.objects.filter(pk=run.pk).update(visibility=visibility)
    NodeRun.objects.filter(run=run).update(status="waiting", waiting_for=kind, executor=told)
    for user in (admin, builder, viewer, told, watcher, outsider):
        role = Membership.objects.filter(space=space, user=user).values_list("role", flat=True).first()
        standing = Standing(user.pk, role, builder.pk, user.username)
        sees = Run.objects.visible_to(user).exists()
        nodes = NodeRun.objects.filter(run=run)
        specs = version_graph(run.version_id).specs
        asked = {node.key for node in nodes if kind != "pipeline" and standing.is_asked(node, specs[node.key])}
        assert {node.key for node in waiting_for(user)} == (asked if sees else set()), user.username
        assert sum(counts(user).values()) == waiting_for(user).count(), user.username


def test_old_versions_and_inactive_people_are_not_asked(waiting: Run, builder: User) -> None:
    assert counts(builder) == {"demo": 1}
    NodeRun.objects.filter(run=waiting, key="a").update(is_latest=False)
    assert counts(builder) == {}


def test_member_who_was_removed_is_asked_nothing(waiting: Run, builder: User) -> None:
    Membership.objects.filter(user=builder).delete()
    assert counts(builder) == {}


# --- The page -------------------------------------------------------------------------------------------------------
def test_gate_of_the_first_task_stands_beside_the_list(waiting: Run, as_: Browser) -> None:
    html = as_("builder").get(LIST).content.decode()
    assert rows(html) == ["Analyse"]
    assert 'aria-current="true"' in html
    assert 'id="node-panel"' in html
    assert "confirmations/" in html
    assert f'data-run="{waiting.public_id}"' in html


def test_address_chooses_a_task_also_when_it_waits_no_more(waiting: Run, workflow: Workflow, as_: Browser) -> None:
    other = make_run(workflow, title="other")
    answer(other, "a", "done", outputs={"summary": "x"})
    client = as_("builder")
    html = client.get(f"{LIST}?run={waiting.public_id}&node=b").content.decode()
    assert f'data-run="{waiting.public_id}"' in html
    assert 'data-node="b"' in html
    assert client.get(f"{LIST}?run={'NO' * 13}&node=a").status_code == 200
    assert client.get(f"{LIST}?run=%00&node=%00").status_code == 200


def test_task_of_another_space_is_not_shown_in_this_one(waiting: Run, builder: User, as_: Browser) -> None:
    make_space("other", builder=builder)
    html = as_("builder").get(f"/s/other/tasks/?run={waiting.public_id}&node=a").content.decode()
    assert 'id="node-panel"' not in html
    assert "Nothing waits for you" in html


def test_all_spaces_are_listed_together(waiting: Run, builder: User, as_: Browser) -> None:
    far = make_space("other", builder=builder)
    flow = make_workflow("x", space=far, owner=builder, confirm=["x"], nodes={"x": {"title": "Far"}})
    answer(make_run(flow), "x", "text")
    client = as_("builder")
    assert listed(client, "/tasks/") == ["Far", "Analyse"]
    assert listed(client) == ["Analyse"]
    html = client.get("/tasks/").content.decode()
    assert "<title>(2) My tasks" in html
    assert listed(as_("outsider"), "/tasks/") == []


def test_fragment_is_the_list_alone(waiting: Run, as_: Browser) -> None:
    html = as_("builder").get(LIST, headers=FRAGMENT).content.decode()
    assert html.lstrip().startswith('<section id="task-list"')
    assert 'id="node-panel"' not in html


def test_list_is_fetched_again_with_what_is_chosen(waiting: Run, as_: Browser) -> None:
    html = as_("builder").get(LIST).content.decode()
    assert f'hx-get="{LIST}?run={waiting.public_id}&amp;node=a"' in html


def test_confirmed_task_leaves_the_list(waiting: Run, node: NodeRun, page: str, as_: Browser) -> None:
    client = as_("builder")
    html = client.get(LIST).content.decode()
    outputs = re.search(r'name="outputs" value="(\w+)"', html)
    assert outputs
    client.post(f"{page}nodes/a/confirmations/", {"version": 1, "outputs": outputs[1]})
    assert listed(client) == []
    assert "Nothing waits for you" in client.get(LIST).content.decode()


def test_started_by_me_lists_own_runs_in_pages(workflow: Workflow, space: Space, admin: User, as_: Browser) -> None:
    make_run(workflow, title="mine")
    make_run(workflow, by=admin, title="theirs")
    client = as_("builder")
    assert listed(client, f"{LIST}?tab=started") == ["mine"]
    assert listed(as_("admin"), "/tasks/?tab=started") == ["theirs"]
    assert listed(as_("viewer"), f"{LIST}?tab=started") == []
    assert "still going" in client.get(LIST).content.decode()


def test_tasks_cost_the_same_for_any_number(
    workflow: Workflow, as_: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("builder")
    for number in range(2):
        answer(make_run(workflow, title=f"t{number}"), "a", "x", outputs={"summary": "y"})
    client.get(LIST)
    for number in range(6):
        answer(make_run(workflow, title=f"u{number}"), "a", "x", outputs={"summary": "y"})
    with django_assert_max_num_queries(26):
        client.get(LIST)
    with django_assert_max_num_queries(18):
        client.get(f"{LIST}?tab=started")


# --- Counts on every page -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["/s/demo/", "/s/demo/runs/", "/s/demo/consents/", "/s/demo/task-templates/"])
def test_every_page_counts_in_title_and_navigation(waiting: Run, as_: Browser, address: str) -> None:
    html = as_("builder").get(address).content.decode()
    assert "<title>(1) " in html
    assert re.search(r'data-task-count="demo"><span data-part="count">1<', html)
    calm = as_("viewer").get(address).content.decode()
    assert "<title>(" not in calm
    assert 'data-task-count="demo" hidden' in calm


def test_run_page_counts_in_its_title(waiting: Run, page: str, as_: Browser) -> None:
    html = as_("builder").get(page).content.decode()
    assert "<title>(1) " in html
    assert 'id="task-counts"' in html


def test_count_fragment_says_each_space(waiting: Run, as_: Browser) -> None:
    html = as_("builder").get("/tasks/count/").content.decode()
    assert 'data-all="1"' in html
    assert '<data data-space="demo" value="1">' in html
    assert Client().get("/tasks/count/").status_code == 302
