"""My tasks: what waits for whom, in one space and in all, what they started, and the counts of every page."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs.access import Standing
from runs.graphs import version_graph
from runs.models import NodeRun, Run
from runs.pages import needs
from runs.pages.needs import asked, counts
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
    """`asked` and `counts` say of rows what `Standing.is_asked` says of instances, for everybody and everything."""
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
        expected = {node.key for node in nodes if kind != "pipeline" and standing.is_asked(node, specs[node.key])}
        found = asked(user, most=100)
        assert {node.key for node in found} == (expected if sees else set()), user.username
        assert [node.pk for node in found] == sorted((node.pk for node in found), reverse=True)
        assert sum(counts(user).values()) == len(found) == len(asked(user, space, most=100)), user.username


@pytest.mark.parametrize("looked_at", [1, 2, 3, 100])
def test_the_newest_that_wait_for_a_person_are_found_among_those_of_others(
    workflow: Workflow, admin: User, builder: User, monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    monkeypatch.setattr(needs, "LOOKED_AT", looked_at)
    runs = [make_run(workflow, by=by) for by in (builder, admin, admin, builder, admin, admin)]
    nodes = NodeRun.objects.filter(run__in=runs, key="a")
    for node in nodes:
        node.executor_id = node.run.initiator_id
        node.save()
    nodes.update(status="waiting", waiting_for="confirm")
    own = sorted(nodes.filter(run__initiator=builder).values_list("pk", flat=True), reverse=True)
    assert [node.pk for node in asked(builder, most=5)] == own
    assert [node.pk for node in asked(builder, most=1)] == own[:1]
    assert len(asked(admin, most=5)) == 5  # who is asked by all
    assert asked(builder, make_space("other"), most=5) == []


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


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("q=zip", ["ZIP export"]),
        ("q=EXPORT+zip", ["ZIP export"]),
        ("q=%E5%AF%BC%E5%87%BA", ["导出项目"]),
        ("trigger=manual", ["导出项目", "ZIP export"]),
        ("trigger=schedule", []),
        ("template=flow", ["导出项目", "ZIP export"]),
        ("template=another", []),
        ("since=2001-01-01", ["导出项目", "ZIP export"]),
        ("until=2001-01-01", []),
        ("status=done", []),
        ("status=nonsense&since=never", ["导出项目", "ZIP export"]),
    ],
)
@pytest.mark.parametrize("address", [LIST, "/tasks/"])
def test_filters_of_the_address_narrow_both_tabs(
    workflow: Workflow, as_: Browser, address: str, question: str, titles: list[str]
) -> None:
    Workflow.objects.filter(pk=workflow.pk).update(slug="flow")
    for title in ("ZIP export", "导出项目"):
        answer(make_run(workflow, title=title), "a", "x", outputs={"summary": "y"})
    client = as_("builder")
    assert listed(client, f"{address}?tab=started&{question}") == titles
    html = client.get(f"{address}?{question}").content.decode()
    assert len(rows(html)) == len(titles)
    assert all(f'<span class="small muted">{title}</span>' in html for title in titles)
    assert ("Nothing fits" in html) is (titles == [])


def test_what_was_asked_for_stays_with_tab_row_and_refresh(waiting: Run, as_: Browser) -> None:
    Run.objects.filter(pk=waiting.pk).update(search_text="zip export")
    client = as_("builder")
    html = client.get(f"{LIST}?q=zip").content.decode()
    assert 'value="zip"' in html
    assert f"?run={waiting.public_id}&amp;node=a&amp;q=zip" in html
    answered = client.get(f"{LIST}?asked=1&q=zip&trigger=&since=", headers=FRAGMENT)
    assert answered["HX-Replace-Url"] == f"{LIST}?q=zip"
    assert "HX-Replace-Url" not in client.get(f"{LIST}?q=zip", headers=FRAGMENT)  # a live refresh leaves the address


def test_started_runs_are_found_in_the_history_with_the_same_filters(workflow: Workflow, as_: Browser) -> None:
    make_run(workflow, title="ZIP export")
    client = as_("builder")
    found = re.search(r'href="(/s/demo/runs/[^"]*)">Cancel', client.get(f"{LIST}?tab=started&q=zip").content.decode())
    assert found
    address = unescape(found[1])
    assert address == "/s/demo/runs/?q=zip&by=builder"
    assert "ZIP export" in client.get(address).content.decode()
    assert "in the history" not in client.get("/tasks/?tab=started").content.decode()


@pytest.mark.parametrize("address", [LIST, "/tasks/"])
def test_started_runs_have_the_menu_of_the_history(
    workflow: Workflow, space: Space, as_: Browser, address: str
) -> None:
    going, ended = make_run(workflow, title="going"), make_run(workflow, title="ended")
    client = as_("builder")
    client.post(f"/s/demo/runs/{ended.public_id}/cancellation/")
    html = client.get(f"{address}?tab=started").content.decode()
    for run in (going, ended):
        menu = html.partition(f'id="menu-{run.public_id}"')[2].partition("</li>")[0]
        for place in (
            f"runs/{run.public_id}/",
            f"run-comparison/?after={run.public_id}",
            f"runs/{run.public_id}/ticket/",
        ):
            assert f'href="/s/demo/{place}"' in menu
        assert (f'hx-post="/s/demo/runs/{run.public_id}/cancellation/" hx-swap="none"' in menu) == (run == going)
        assert ("hx-target" in menu) is False  # the history's list is not on this page


def test_failed_run_is_re_run_from_the_menu_of_started_runs(waiting: Run, as_: Browser) -> None:
    from django.utils import timezone

    failed = {"status": "failed", "waiting_for": "", "error": "It broke.", "finished_at": timezone.now()}
    NodeRun.objects.filter(run=waiting, key="a").update(**failed)
    html = as_("builder").get("/tasks/?tab=started").content.decode()
    assert f"/runs/{waiting.public_id}/nodes/a/plan/?act=restart" in html


def test_started_runs_are_exported_as_they_are_listed(workflow: Workflow, admin: User, as_: Browser) -> None:
    make_run(workflow, title="mine, a zip")
    make_run(workflow, title="mine")
    make_run(workflow, by=admin, title="a zip of theirs")
    client = as_("builder")
    found = re.search(r'href="([^"]*)" download', client.get(f"{LIST}?tab=started&q=zip").content.decode())
    assert found
    lines = b"".join(client.get(unescape(found[1])).streaming_content).decode("utf-8-sig").splitlines()
    assert ['"mine, a zip"' in line for line in lines] == [False, True]
    assert "download" not in client.get("/tasks/?tab=started").content.decode()


def test_filters_offer_templates_that_the_person_sees(workflow: Workflow, outsider: User, as_: Browser) -> None:
    make_workflow(slug="hidden", space=make_space(slug="elsewhere", admin=outsider), owner=outsider)
    for address in (LIST, "/tasks/"):
        html = as_("builder").get(address).content.decode()
        assert f'<option value="{workflow.slug}">' in html
        assert 'value="hidden"' not in html


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
