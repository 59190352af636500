"""The measurements that need no load: idle, chain, latency, cancel. Each gives its rows."""

import statistics
import time

from django.db import transaction

from runs.models import OutputValue, Run
from tests.bench.installation import Usage, memory_mib
from tests.bench.rows import Value
from tests.bench.scene import SLUG, Bench, ask_database, wait_for
from tests.factories import make_run

PAUSE_S = 0.05
STARTED_TO_DONE = """
SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8, count(*) FILTER (WHERE status = 'succeeded')
FROM runs_attempt WHERE node_run_id IN (SELECT id FROM runs_noderun WHERE run_id = %s)
"""


def idle(bench: Bench) -> list[Value]:
    """CPU and memory of everything while nothing is asked of it; hosts, web and database are warm."""
    for _ in range(2):  # what was never used is not warm
        wait_until_done(make_run(bench.template("warm", "a → b", "noop"), by=bench.user))
    time.sleep(bench.sizes.settle_s)
    before = Usage.of(bench.installation)
    time.sleep(bench.sizes.idle_s)
    cores = before.cores_until(Usage.of(bench.installation))
    memory = {role: memory_mib(bench.installation.pids(role)) for role in cores}
    cpu_note = ", ".join(f"{role} {used:.1%}" for role, used in cores.items())
    memory_note = ", ".join(f"{role} {mib:.0f}" for role, mib in memory.items())
    return [
        Value("idle_cpu", 100 * sum(cores.values()), cpu_note),
        Value("idle_memory", sum(memory.values()), memory_note),
    ]


def chain(bench: Bench) -> list[Value]:
    """Nodes that do nothing, one after the other, each transition committed before the next node starts."""
    nodes = bench.sizes.chain_nodes
    template = bench.template("chain", " → ".join(f"n{number}" for number in range(nodes)), "noop")
    taken = []
    for _ in range(bench.sizes.chain_runs + 1):
        run = make_run(template, by=bench.user)
        wait_until_done(run)
        seconds, succeeded = ask_database(STARTED_TO_DONE, run.pk)[0]
        assert succeeded == nodes, f"{succeeded} of {nodes} nodes succeeded"
        taken.append(seconds)
        time.sleep(PAUSE_S)
    taken = taken[1:]  # the first one reads the template
    note = f"{nodes} nodes, median of {len(taken)} runs, {min(taken):.3f} to {max(taken):.3f}"
    return [Value("chain", statistics.median(taken), note)]


def latency(bench: Bench) -> list[Value]:
    """From the commit that makes a node ready to the first line of its body on a host."""
    output = {"name": "began", "type": "text"}
    template = bench.template("latency", "look", "clock", outputs=[output])
    taken = []
    for _ in range(bench.sizes.latency_runs + 3):
        with transaction.atomic():
            run = make_run(template, by=bench.user)
            ready = ask_database("SELECT extract(epoch FROM clock_timestamp())::float8")[0][0]
        wait_until_done(run)
        began = float(OutputValue.objects.get(node_run__run=run).text)
        taken.append(1000 * (began - ready))
        time.sleep(PAUSE_S)
    taken = sorted(taken[3:])
    note = f"{len(taken)} runs"
    return [
        Value("latency_p50", statistics.median(taken), note),
        Value("latency_p95", percentile(taken, 0.95), note),
    ]


def cancel(bench: Bench) -> list[Value]:
    """Somebody cancels a run whose node streams: when does the page hear of it, when does the model's stream end."""
    to_frame, to_end = [], []
    for _ in range(bench.sizes.cancel_runs):
        bench.load.ask("again")
        run = bench.streaming()
        watching = bench.watch([run], '"k":"run.cancelled"')
        try:
            wait_for(lambda: bench.load.ask("stats")["open"] == 1, "the stream opens")
            time.sleep(0.3)
            began = bench.post(f"/s/{SLUG}/runs/{run.public_id}/cancellation/")
            wait_for(lambda: bench.load.ask("stats")["closed"], "the stream is closed")
            page = watching.results()[run.public_id]
        finally:
            watching.close()
        heard = next(at for at, frame in page["frames"] if '"k":"run.cancelled"' in frame)
        to_frame.append(1000 * (heard - began))
        to_end.append(1000 * (bench.load.ask("stats")["closed"][0] - began))
        started = ask_database("SELECT count(*) FROM runs_attempt a JOIN runs_noderun n ON n.id = a.node_run_id "
                               "WHERE n.run_id = %s AND a.status <> 'cancelled'", run.pk)[0][0]  # fmt: skip
        assert started == 0, "something started after the cancellation"
    return [
        Value("cancel", max(to_frame), f"{len(to_frame)} cancellations, median {statistics.median(to_frame):.0f}"),
        Value("cancel_stream", max(to_end), f"looked at once per token, median {statistics.median(to_end):.0f}"),
    ]


def percentile(ordered: list[float], share: float) -> float:
    """Give the value that this share of an ordered list does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def wait_until_done(run: Run) -> None:
    """Wait for the end of a run, without pressing the database."""
    wait_for(
        lambda: ask_database("SELECT 1 FROM runs_run WHERE id = %s AND status = 'done'", run.pk),
        f"run {run.public_id} is done",
        every_s=0.02,
    )
