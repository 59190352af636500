"""The measurement under load: many nodes stream at the same time, each watched by one page."""

import statistics
import time
from bisect import bisect_left
from typing import Any

from runs.models import Message, Run
from tests.bench.installation import Usage, memory_mib
from tests.bench.measures import percentile
from tests.bench.rows import Value
from tests.bench.scene import Bench, wait_for

SETTLE_S = 3.0
START_GAP_S = 0.01
PRODUCT = ("queue", "web", "postgres")


def streams(bench: Bench) -> list[Value]:
    """Token by token: how late, for how much CPU and memory, and does every one arrive."""
    bench.load.ask("again")
    runs = []
    for _ in range(bench.sizes.streams):
        runs.append(bench.streaming())
        time.sleep(START_GAP_S)
    watching = bench.watch(runs, '"k":"message.finished"')
    try:
        wait_for(lambda: bench.load.ask("stats")["open"] == len(runs), "all nodes stream")
        time.sleep(SETTLE_S)
        windows = [_window(bench) for _ in range(bench.sizes.windows)]
        memory = memory_mib(bench.installation.pids("queue"))
        assert bench.load.ask("stats")["open"] == len(runs), "a stream ended too early"
        bench.load.ask("finish")
        pages = watching.results()
    finally:
        watching.close()
    late = sorted(_latencies(bench, runs, pages))
    return [_lateness(late, windows), _cores(windows), Value("streams_memory", memory, "main, hosts, workers, helpers")]


def _window(bench: Bench) -> tuple[Usage, Usage]:
    before = Usage.of(bench.installation)
    time.sleep(bench.sizes.window_s)
    return before, Usage.of(bench.installation)


def _latencies(bench: Bench, runs: list[Run], pages: dict[str, dict[str, Any]]) -> list[tuple[float, float]]:
    """Give (written at, seconds until it was read) of every token. Raises AssertionError where one is not delivered.

    The text of the last tick comes with the finished message: it counts as read when that frame came.
    """
    found = []
    texts = dict(
        Message.objects.filter(node_run__run__in=runs, role="assistant").values_list("node_run__run__public_id", "text")
    )
    for run in runs:
        page, text = pages[run.public_id], texts[run.public_id]
        assert not page["trouble"], f"socket of {run.public_id}: {page['trouble']}"
        assert text.startswith(page["text"]), f"run {run.public_id}: the page's text is not the message's"
        tokens = text.split()
        arrivals = page["arrivals"] + [page["ended"]] * (len(tokens) - len(page["arrivals"]))
        found += [(at, read - at) for at, read in zip(map(bench.load.written_at, tokens), arrivals, strict=True)]
    written = bench.load.ask("stats")["written"]
    assert len(found) == written, f"{len(found)} tokens arrived of {written}"
    return found


def _lateness(late: list[tuple[float, float]], windows: list[tuple[Usage, Usage]]) -> Value:
    p50s, p95s, count = [], [], 0
    for before, after in windows:
        chosen = late[bisect_left(late, (before.at,)) : bisect_left(late, (after.at,))]
        ordered = sorted(1000 * seconds for _at, seconds in chosen)
        p50s.append(statistics.median(ordered))
        p95s.append(percentile(ordered, 0.95))
        count += len(ordered)
    rate = count / sum(after.at - before.at for before, after in windows)
    note = f"p50 {statistics.median(p50s):.0f}, {len(late)} tokens, none lost, {rate:.0f}/s while measured"
    note += ", p95 of each window " + " ".join(f"{value:.0f}" for value in p95s)
    return Value("streams_p95", statistics.median(p95s), note)


def _cores(windows: list[tuple[Usage, Usage]]) -> Value:
    by_role = [before.cores_until(after) for before, after in windows]
    used = [sum(cores[role] for role in PRODUCT) for cores in by_role]
    note = ", ".join(f"{role} {statistics.median(cores[role] for cores in by_role):.2f}" for role in PRODUCT)
    return Value("streams_cores", statistics.median(used), note)
