"""The measurement of a long history: every kind of filter at every depth, each a whole page of the web process."""

import http.client
import time
from urllib.parse import quote

from django.db.models import QuerySet

from runs.models import Run
from tests.bench.history_rows import CHINESE, EVERYWHERE, NODES, NOWHERE, RARE, write_history
from tests.bench.measures import percentile
from tests.bench.rows import Value
from tests.bench.scene import SLUG, Bench

DEPTHS = (0.0, 0.1, 0.5, 0.98)
FILTERS = (
    "",
    "status=failed",
    "status=done&status=cancelled",
    "status=waiting",
    "template=history-7",
    "by=bench",
    "by=colleague9",
    "run_as=colleague3",
    "trigger=schedule",
    "since=2001-01-01&until=2001-02-01",
    "status=failed&template=history-3&by=colleague8&run_as=colleague5",
    f"q={EVERYWHERE}",
    f"q={RARE}",
    f"q={NOWHERE}",
    f"q={CHINESE}",
    f"q={CHINESE}&status=failed&run_as=colleague2",
    f"q={EVERYWHERE}+{RARE}",
)


def pages(bench: Bench) -> list[Value]:
    """Ask for pages over one connection, all filters at all depths, and time each answer to its last byte."""
    write_history(bench.space, bench.user, bench.sizes.history_runs)
    cursors = [_cursor(bench, depth) for depth in DEPTHS]
    link = http.client.HTTPConnection("127.0.0.1", bench.installation.port, timeout=300)
    _ask(bench, link, "")  # the first page connects and fills the caches of templates
    taken: list[tuple[float, str]] = []
    for _round in range(bench.sizes.history_rounds):
        for question in FILTERS:
            for depth, cursor in zip(DEPTHS, cursors, strict=True):
                place = f"{question}&before={cursor}" if cursor else question
                taken.append((_ask(bench, link, place), f"{question or 'no filter'} at {depth:.0%}"))
    link.close()
    taken.sort()
    values = [ms for ms, _what in taken]
    note = f"{bench.sizes.history_runs} runs of {NODES} nodes, {len(taken)} pages, median {percentile(values, 0.5):.0f}"
    return [Value("history_p95", percentile(values, 0.95), f"{note}, worst {taken[-1][0]:.0f} ({taken[-1][1]})")]


def _ask(bench: Bench, link: http.client.HTTPConnection, question: str) -> float:
    """Fetch one page; the time in ms."""
    address = f"/s/{SLUG}/runs/?{quote(question, safe='=&+')}"
    began = time.monotonic()
    link.request("GET", address, headers={"Cookie": bench.cookie})
    answer = link.getresponse()
    said = answer.read()
    took = 1000 * (time.monotonic() - began)
    assert answer.status == 200 and b'id="history-list"' in said, f"{question}: {answer.status}"
    return took


def _cursor(bench: Bench, depth: float) -> str:
    """Give the run that a page at this depth lies below; none for the first page."""
    runs: QuerySet[Run] = Run.objects.filter(space=bench.space).order_by("-public_id")
    place = int(depth * bench.sizes.history_runs)
    return runs[place].public_id if place else ""
