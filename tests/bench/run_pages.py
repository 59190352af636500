"""The measurements of the run page: how soon it comes with a long conversation, how late many watchers read a token."""

import http.client
import statistics
import time
from bisect import bisect_left

from django.utils import timezone

from runs.models import Message, NodeRun, Run
from tests.bench.measures import percentile
from tests.bench.rows import Value
from tests.bench.scene import SLUG, Bench, wait_for
from tests.factories import make_run

SETTLE_S = 2.0
FIRST = "n0"
SAID = """The export **{number}** waits for the queue, see `exports/{number}.py`:

- retried after 12 seconds,
- then left to the next run.

```python
def export(number: int = {number}) -> str:
    return f"exported {{number}}"
```
"""


def page(bench: Bench) -> list[Value]:
    """Open the run page at the node with the long conversation: request sent → first byte of the answer."""
    run = _long_run(bench)
    link = http.client.HTTPConnection("127.0.0.1", bench.installation.port, timeout=300)
    firsts, wholes, size = [], [], 0
    for _ in range(bench.sizes.page_rounds + 1):
        began = time.monotonic()
        link.request("GET", f"/s/{SLUG}/runs/{run.public_id}/?node={FIRST}", headers={"Cookie": bench.cookie})
        answer = link.getresponse()
        firsts.append(1000 * (time.monotonic() - began))
        said = answer.read()
        wholes.append(1000 * (time.monotonic() - began))
        size = len(said)
        assert answer.status == 200 and b"message-log" in said, answer.status
    link.close()
    firsts, wholes = sorted(firsts[1:]), sorted(wholes[1:])  # the first page fills the caches of templates
    note = f"{bench.sizes.page_nodes} nodes, {bench.sizes.page_messages} messages, {len(firsts)} visits"
    note += f", worst {firsts[-1]:.0f}, whole page {statistics.median(wholes):.0f}, {size / 1024:.0f} KiB"
    return [Value("run_page", statistics.median(firsts), note)]


def watchers(bench: Bench) -> list[Value]:
    """One node streams, many pages of its run are open: how late does each of them read each token."""
    bench.load.ask("again")
    run = bench.streaming()
    watching = bench.watch([run] * bench.sizes.watchers, '"k":"message.finished"')
    try:
        wait_for(lambda: bench.load.ask("stats")["open"] == 1, "the node streams")
        time.sleep(SETTLE_S)
        began = time.monotonic()
        time.sleep(bench.sizes.window_s)
        ended = time.monotonic()
        bench.load.ask("finish")
        pages = watching.accounts()
    finally:
        watching.close()
    text = Message.objects.get(node_run__run=run, role="assistant").text
    written = [bench.load.written_at(token) for token in text.split()]
    measured = slice(bisect_left(written, began), bisect_left(written, ended))
    late = []
    for _run, account in pages:
        assert not account["trouble"], account["trouble"]
        assert text.startswith(account["text"]), "a page's text is not the message's"
        arrivals = account["arrivals"] + [account["ended"]] * (len(written) - len(account["arrivals"]))
        late += [1000 * (read - at) for at, read in list(zip(written, arrivals, strict=True))[measured]]
    late.sort()
    note = f"{len(pages)} sockets, {len(late)} tokens read, none lost, p50 {percentile(late, 0.5):.0f}"
    return [Value("watchers_p95", percentile(late, 0.95), f"{note}, worst {late[-1]:.0f}")]


def _long_run(bench: Bench) -> Run:
    """Start a run of many nodes, cancel it while its first node speaks, write a long conversation into that node."""
    graph = " → ".join(f"n{number}" for number in range(bench.sizes.page_nodes))
    bench.load.ask("again")
    run = make_run(bench.template("page", graph, "task", model=f"load-{bench.sizes.rate}", tools=[]), by=bench.user)
    wait_for(lambda: bench.load.ask("stats")["open"] == 1, "the first node streams")
    bench.post(f"/s/{SLUG}/runs/{run.public_id}/cancellation/")
    wait_for(lambda: bench.load.ask("stats")["closed"], "the stream is closed")
    node = NodeRun.objects.get(run=run, key=FIRST)
    wait_for(lambda: not node.messages.filter(status="streaming").exists(), "the message has ended")
    last = node.messages.latest("ordinal")
    Message.objects.bulk_create(
        [
            Message(
                node_run=node,
                ordinal=last.ordinal + number,
                role="assistant" if number % 2 else "user",
                author=None if number % 2 else bench.user,
                attempt=last.attempt if number % 2 else None,
                text=SAID.format(number=number),
                finished_at=timezone.now(),
            )
            for number in range(1, bench.sizes.page_messages + 1)
        ],
        batch_size=1000,
    )
    return run
