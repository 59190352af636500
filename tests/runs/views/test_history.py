"""The history of a space: what is listed to whom, filters, pages, many cancelled at once, CSV, saved filters."""

import csv
import io
import re
from collections.abc import Callable

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from runs import sql
from runs.history import paging
from runs.history.paging import PAGE
from runs.history.terms import terms
from runs.models import NodeRun, Run, SavedFilter
from spaces.models import Space
from tests.factories import make_run, make_space, make_workflow
from tests.runs.turns import answer
from workflows.models import Workflow

Browser = Callable[..., Client]
LIST = "/s/demo/runs/"
FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


def titles(html: str) -> list[str]:
    return re.findall(r'class="table__name" href="[^"]+">([^<]*)<', html)


def listed(client: Client, query: str = "") -> list[str]:
    found = client.get(f"{LIST}?{query}")
    assert found.status_code == 200
    return titles(found.content.decode())


def test_public_runs_and_own_personal_ones_are_listed_newest_first(
    workflow: Workflow, space: Space, admin: User, builder: User, as_: Browser
) -> None:
    personal = make_workflow("a", space=space, owner=builder, visibility="personal")
    for title in ("first", "second"):
        make_run(workflow, title=title)
    make_run(personal, title="own")
    assert listed(as_("builder")) == ["own", "second", "first"]
    assert listed(as_("viewer")) == ["second", "first"]
    assert listed(as_("admin")) == ["second", "first"]
    assert as_("outsider").get(LIST).status_code == 404


def test_runs_of_another_space_are_not_listed(workflow: Workflow, builder: User, as_: Browser) -> None:
    make_run(make_workflow("a", space=make_space("other", builder=builder), owner=builder), title="elsewhere")
    make_run(workflow, title="here")
    assert listed(as_("builder")) == ["here"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=cancelled", ["theirs"]),
        ("status=running", ["发票导出", "mine"]),
        ("status=running&status=cancelled", ["theirs", "发票导出", "mine"]),
        ("status=nonsense", ["theirs", "发票导出", "mine"]),
        ("template=other", ["theirs"]),
        ("template=nowhere", []),
        ("template=nowhere&q=mine", []),
        ("trigger=manual", ["theirs", "发票导出", "mine"]),
        ("trigger=schedule", []),
        ("by=admin", ["theirs"]),
        ("by=nobody", []),
        ("run_as=builder", ["发票导出", "mine"]),
        ("since=2020-01-01", ["theirs", "发票导出", "mine"]),
        ("since=2999-01-01", []),
        ("until=2020-01-01", []),
        ("until=not-a-day", ["theirs", "发票导出", "mine"]),
        ("q=MINE", ["mine"]),
        ("q=发票", ["发票导出"]),
        ("q=票", ["发票导出"]),
        ("q=导出+发", ["发票导出"]),
        ("q=quarter", ["mine"]),
        ("q=%25", []),
        ("q=thei_s", []),
        ("q=theirs&status=running", []),
        ("q=%00", ["theirs", "发票导出", "mine"]),
    ],
)
def test_filters_of_the_address(
    workflow: Workflow, space: Space, admin: User, as_: Browser, query: str, expected: list[str]
) -> None:
    make_run(workflow, title="mine", inputs={"goal": "Export the last QUARTER"})
    make_run(workflow, title="发票导出")
    theirs = make_run(make_workflow("x", space=space, owner=admin, slug="other"), by=admin, title="theirs")
    as_("admin").post(f"/s/demo/runs/{theirs.public_id}/cancellation/")
    assert listed(as_("builder"), query) == expected


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", ' hidden><span data-part="count">0<'),
        ("q=one", ' hidden><span data-part="count">0<'),
        ("q=one&status=done&status=failed", '><span data-part="count">1<'),
        ("status=done&template=flow&trigger=manual&by=a&run_as=b&since=2020-01-01&until=2020-01-02",
         '><span data-part="count">7<'),
    ],
)  # fmt: skip
def test_fold_of_the_filters_says_how_many_are_set(space: Space, as_: Browser, query: str, said: str) -> None:
    for address in (LIST, "/s/demo/tasks/", "/tasks/"):
        html = as_("builder").get(f"{address}?{query}").content.decode()
        assert f'<filter-count class="filter-fold__count"{said}' in html, address


def test_fragment_is_the_list_alone_and_says_its_address(workflow: Workflow, as_: Browser) -> None:
    make_run(workflow, title="one")
    found = as_("builder").get(f"{LIST}?q=one&status=&template=", headers=FRAGMENT)
    html = found.content.decode()
    assert html.lstrip().startswith('<section id="history-list"')
    assert found["HX-Replace-Url"] == f"{LIST}?q=one"
    assert "<html" not in html


def test_row_says_template_people_trigger_and_where_it_is(waiting: Run, as_: Browser) -> None:
    html = as_("builder").get(LIST).content.decode()
    assert "Waiting for you" in html
    assert "Analyse" in html  # the node that it is at
    assert "By hand" in html
    assert "Cancel run" in html
    assert "Cancel run" not in as_("viewer").get(LIST).content.decode()


def test_people_are_called_as_everywhere(waiting: Run, builder: User, as_: Browser) -> None:
    for first, last, shown in (("小明", "王", "王小明"), ("Bo", "Builder", "Bo Builder"), ("", "", "builder")):
        User.objects.filter(pk=builder.pk).update(first_name=first, last_name=last)
        html = as_("builder").get(LIST).content.decode()
        assert html.count(f'<td class="table__cell table__cell--extra">{shown}</td>') == 2  # started by, runs as
        assert html.count(f'<option value="builder">{shown}</option>') == 2


def test_lineage_names_the_node_that_was_begun_anew(waiting: Run, page: str, as_: Browser) -> None:
    NodeRun.objects.filter(run=waiting, key="a").update(number=2)
    assert "re-run from Analyse (v2)" in as_("builder").get(LIST).content.decode()


def test_failed_run_offers_the_plan_from_its_failed_node(waiting: Run, as_: Browser) -> None:
    from django.utils import timezone

    failed = {"status": "failed", "waiting_for": "", "error": "It broke.", "finished_at": timezone.now()}
    NodeRun.objects.filter(run=waiting, key="a").update(**failed)
    assert f"/runs/{waiting.public_id}/nodes/a/plan/?act=restart" in as_("builder").get(LIST).content.decode()
    assert f"/runs/{waiting.public_id}/nodes/a/plan/?act=restart" not in as_("viewer").get(LIST).content.decode()


# --- Pages ----------------------------------------------------------------------------------------------------------
def test_pages_are_stable_while_runs_come(workflow: Workflow, as_: Browser) -> None:
    make_many(workflow, 2 * PAGE + 3)
    client = as_("builder")
    first = client.get(LIST).content.decode()
    seen = titles(first)
    make_many(workflow, 5, "late")
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = client.get(older[1].replace("&amp;", "&")).content.decode()
    assert len(seen) == len(titles(second)) == PAGE
    assert not set(seen) & set(titles(second))
    newer = re.search(r'rel="prev" href="([^"]+)"', second)
    assert newer
    assert titles(client.get(newer[1].replace("&amp;", "&")).content.decode()) == seen


def test_page_after_too_few_runs_is_the_newest_page(workflow: Workflow, as_: Browser) -> None:
    make_many(workflow, 5)
    oldest = Run.objects.order_by("public_id").first()
    assert oldest
    assert len(listed(as_("builder"), f"after={oldest.public_id}")) == 5


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], int]:
    """Count what a call asks the database: through the ORM, and what `runs.sql` sends past it."""
    past: list[object] = []
    send = sql._send

    def noting(todo: list[tuple[sql.Statement, str]]) -> list[psycopg.Cursor[sql.Row]]:
        past.extend(todo)
        return send(todo)

    monkeypatch.setattr(sql, "_send", noting)

    def count(call: Callable[[], object]) -> int:
        past.clear()
        with CaptureQueriesContext(connection) as orm:
            call()
        return len(orm) + len(past)

    return count


EACH_KIND = {  # question → how many statements more than the page without one
    "": 0,
    "status=running&status=done": 0,
    "trigger=manual": 0,
    "since=2020-01-01&until=2999-01-01": 0,
    "before=7ZZZZZZZZZZZZZZZZZZZZZZZZZ": 0,
    "template=flow": 1,  # its versions
    "by=builder": 1,  # the people who are named
    "run_as=builder": 1,
    "by=builder&run_as=builder&template=flow&status=running": 2,
    "q=many": 0,
    "q=many&status=running&before=7ZZZZZZZZZZZZZZZZZZZZZZZZZ": 0,
    "q=seldom": 0,  # all were looked through
    "after=00000000000000000000000000": 0,
}


@pytest.mark.parametrize(("question", "more"), EACH_KIND.items())
def test_history_asks_as_much_for_one_run_as_for_many(
    workflow: Workflow, as_: Browser, statements: Callable[[Callable[[], object]], int], question: str, more: int
) -> None:
    client = as_("builder")
    client.get(LIST)  # what is read once in a process
    asked = []
    for count in (1, PAGE + 10):
        make_many(workflow, count)
        asked.append((statements(lambda: client.get(LIST)), statements(lambda: client.get(f"{LIST}?{question}"))))
    few, many = asked
    assert few[0] == many[0] == 14
    if question.startswith("after"):  # the newest page was too short to be shown alone, and is asked for whole
        assert (few[1], many[1]) == (few[0] + 1, many[0])
    elif "seldom" in question:  # nothing is shown, so nothing is read of what is shown
        assert few[1] == many[1] == few[0] - 4
    else:
        assert few[1] == many[1] == few[0] + more


def test_words_that_are_not_near_are_one_statement_more(
    workflow: Workflow, as_: Browser, statements: Callable[[Callable[[], object]], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(paging, "WALKED", 5)
    make_many(workflow, 1, "seldom")
    make_many(workflow, PAGE)
    client = as_("builder")
    client.get(LIST)
    assert statements(lambda: client.get(f"{LIST}?q=seldom")) == statements(lambda: client.get(LIST)) + 1
    assert listed(client, "q=seldom") == ["seldom 0"]


def make_many(workflow: Workflow, count: int, name: str = "many") -> None:
    """Make runs without nodes, as many as a page test needs."""
    for number in range(count):
        Run.objects.create(
            space_id=workflow.space_id, version_id=workflow.live_version_id, visibility="space",
            title=f"{name} {number}", initiator_id=workflow.owner_id,
            search_text=f"{name} {number}", search_terms=terms(f"{name} {number}"), executor_ids=[workflow.owner_id],
        )  # fmt: skip


# --- Many at once ---------------------------------------------------------------------------------------------------
def test_bulk_cancel_says_per_run_what_happened(workflow: Workflow, space: Space, admin: User, as_: Browser) -> None:
    ended, going = make_run(workflow, title="ended"), make_run(workflow, title="going")
    theirs = make_run(make_workflow("x", space=space, owner=admin), by=admin, title="theirs")
    client = as_("builder")
    client.post(f"/s/demo/runs/{ended.public_id}/cancellation/")
    chosen = [ended.public_id, going.public_id, theirs.public_id, "NO" * 13]
    found = client.post("/s/demo/run-cancellations/", {"run": chosen}, headers=FRAGMENT)
    assert found.status_code == 200
    html = found.content.decode()
    outcomes = html[html.index('id="history-outcomes"') :]
    rows = re.findall(r'data-tone="(\w+)".*?<b class="truncate">([^<]*)</b>', outcomes)
    assert rows == [("person", "ended"), ("ok", "going"), ("person", "theirs"), ("person", "NO" * 13)]
    assert "There is no such run." in outcomes
    statuses = {run.title: run.status for run in Run.objects.all()}
    assert statuses == {"ended": "cancelled", "going": "cancelled", "theirs": "running"}


def test_bulk_cancel_finds_no_run_of_another_space(workflow: Workflow, builder: User, as_: Browser) -> None:
    elsewhere = make_run(make_workflow("a", space=make_space("other", builder=builder), owner=builder), title="far")
    html = as_("builder").post("/s/demo/run-cancellations/", {"run": elsewhere.public_id}).content.decode()
    assert "There is no such run." in html
    assert "far" not in titles(html)
    elsewhere.refresh_from_db()
    assert elsewhere.status == "running"


def test_bulk_cancel_of_nothing_asks_to_choose(space: Space, as_: Browser) -> None:
    found = as_("builder").post("/s/demo/run-cancellations/")
    assert "Choose the runs to cancel first." in found.content.decode()


def test_bulk_cancel_is_no_get(space: Space, as_: Browser) -> None:
    assert as_("builder").get("/s/demo/run-cancellations/").status_code == 405


# --- CSV ------------------------------------------------------------------------------------------------------------
def table(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_export_has_the_filtered_runs_in_the_lists_order(workflow: Workflow, as_: Browser) -> None:
    make_many(workflow, PAGE + 5)
    make_run(workflow, title='发票, "quoted"\nand more')
    found = as_("builder").get("/s/demo/runs.csv")
    assert found["Content-Type"].startswith("text/csv")
    assert "attachment" in found["Content-Disposition"]
    head, *rows = table(found.getvalue())
    assert head[:5] == ["Id", "Task", "Template", "Template version", "Status"]
    assert len(rows) == PAGE + 6
    assert rows[0][1] == '发票, "quoted"\nand more'
    assert len(table(as_("builder").get("/s/demo/runs.csv?q=发票").getvalue())) == 2


@pytest.mark.parametrize(
    "title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\t1", "\n=1", " =1", "＝1+1", "　＋1", "－1", "＠SUM(A1)"]
)
def test_export_holds_no_formula(workflow: Workflow, as_: Browser, title: str) -> None:
    run = make_run(workflow, title="x")
    Run.objects.filter(pk=run.pk).update(title=title)
    assert table(as_("builder").get("/s/demo/runs.csv").getvalue())[1][1] == f"'{title}"


def test_export_shows_what_the_list_shows(space: Space, builder: User, as_: Browser) -> None:
    make_run(make_workflow("a", space=space, owner=builder, visibility="personal"), title="own")
    assert len(table(as_("builder").get("/s/demo/runs.csv").getvalue())) == 2
    assert len(table(as_("admin").get("/s/demo/runs.csv").getvalue())) == 1
    assert as_("outsider").get("/s/demo/runs.csv").status_code == 404


@pytest.mark.django_db(transaction=True)
async def test_export_is_streamed_by_the_web_process(workflow: Workflow, builder: User) -> None:
    from asgiref.sync import sync_to_async
    from django.db import connections

    await sync_to_async(make_many)(workflow, 3)
    client = AsyncClient()
    await client.aforce_login(builder)
    found = await client.get("/s/demo/runs.csv")
    assert found.streaming and found.is_async
    assert len(table(b"".join([part async for part in found]))) == 4
    await sync_to_async(connections.close_all)()


# --- Saved filters --------------------------------------------------------------------------------------------------
def test_saved_filter_is_its_owners_alone(space: Space, as_: Browser) -> None:
    client = as_("builder")
    data = {"name": "Broken", "query": "status=failed&nonsense=1&before=00000000000000000000000000"}
    client.post("/s/demo/run-filters/", data)
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.query) == ("Broken", "status=failed")
    assert "?status=failed" in client.get(LIST).content.decode()
    assert "Broken" not in as_("admin").get(LIST).content.decode()
    assert as_("admin").post(f"/s/demo/run-filters/{saved.pk}/deletion/").status_code == 404
    assert client.post(f"/s/demo/run-filters/{saved.pk}/deletion/").status_code == 302
    assert not SavedFilter.objects.exists()


def test_saving_under_the_same_name_replaces(space: Space, as_: Browser) -> None:
    for query in ("status=failed", "status=done"):
        as_("builder").post("/s/demo/run-filters/", {"name": "Mine", "query": query})
    assert SavedFilter.objects.get().query == "status=done"


@pytest.mark.parametrize(
    "data", [{"name": "", "query": "q=a"}, {"name": "x", "query": ""}, {"name": "x", "query": "y=1"}]
)
def test_filter_without_name_or_question_is_refused(space: Space, as_: Browser, data: dict[str, str]) -> None:
    found = as_("builder").post("/s/demo/run-filters/", data, follow=True)
    assert not SavedFilter.objects.exists()
    assert "before you save it" in found.content.decode() or "needs a name" in found.content.decode()


def test_history_offers_only_templates_that_the_person_sees(space: Space, builder: User, as_: Browser) -> None:
    make_workflow("a", space=space, owner=builder, slug="hidden-plan", visibility="personal")
    assert "hidden-plan" in as_("builder").get(LIST).content.decode()
    assert "hidden-plan" not in as_("admin").get(LIST).content.decode()


def test_tokens_of_all_attempts_are_summed(waiting: Run, as_: Browser) -> None:
    from runs.models import Attempt

    Attempt.objects.filter(node_run__run=waiting).update(input_tokens=900, output_tokens=50)
    assert ">950<" in as_("builder").get(LIST).content.decode()
    assert answer  # the fixture went through a real turn
