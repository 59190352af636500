"""Who and what the measurements play with: a builder of a space, templates, runs, sockets, the load server."""

import http.client
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from runs.models import Run
from spaces.models import Space
from tests.bench.installation import Installation, end_helper, start_helper
from tests.factories import document_of, make_run, make_space, make_workflow
from workflows.models import Workflow

SLUG = "bench"
CSRF = "c" * 32
WAIT_S = 300.0


@dataclass(frozen=True)
class Sizes:
    """How much is measured; `TINY` only shows that the machinery works."""

    settle_s: float = 10.0
    idle_s: float = 30.0
    chain_nodes: int = 40
    chain_runs: int = 15
    latency_runs: int = 100
    cancel_runs: int = 10
    streams: int = 200
    rate: int = 30
    windows: int = 3
    window_s: float = 8.0
    editor_nodes: int = 300
    editor_large_nodes: int = 1000
    editor_loads: int = 5
    editor_moves: int = 120
    editor_saves: int = 20
    history_runs: int = 100_000
    history_rounds: int = 3
    page_nodes: int = 100
    page_messages: int = 10_000
    page_rounds: int = 30
    watchers: int = 50


TINY = Sizes(0.5, 1.0, 4, 2, 3, 2, 4, 30, 1, 1.0, 12, 30, 1, 12, 2, 200, 1, 5, 50, 3, 4)


class Bench:
    """One measured installation and the load server beside it."""

    def __init__(self, installation: Installation, load: "Load", sizes: Sizes) -> None:
        self.installation, self.load, self.sizes = installation, load, sizes
        self.user = User.objects.create_user("bench")
        self.space: Space = make_space(SLUG, builder=self.user)
        client = Client()
        client.force_login(self.user)
        self.cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={CSRF}"
        self._templates: dict[str, Workflow] = {}

    def template(self, name: str, graph: str, node_type: str, **fields: Any) -> Workflow:
        """Give a published template whose nodes are all alike, made on first use."""
        if name not in self._templates:
            document = document_of(graph, node_type=node_type)
            for node in document["nodes"]:
                node.update(fields)
            self._templates[name] = make_workflow(document, space=self.space, owner=self.user, slug=name)
        return self._templates[name]

    def streaming(self) -> Run:
        """Start a run of one node whose model writes until told to finish."""
        model = f"load-{self.sizes.rate}"
        template = self.template("stream", "write", "task", model=model, tools=[])
        return make_run(template, by=self.user)

    def post(self, path: str) -> float:
        """Press a button of a page; gives the moment before."""
        link = http.client.HTTPConnection("127.0.0.1", self.installation.port, timeout=120)
        headers = {"Cookie": self.cookie, "X-CSRFToken": CSRF, "Content-Length": "0"}
        began = time.monotonic()
        link.request("POST", path, headers=headers)
        answer = link.getresponse()
        link.close()
        assert answer.status in (200, 302), f"POST {path}: {answer.status}"
        return began

    def watch(self, runs: list[Run], until: str) -> "Watching":
        """Open a page's socket for each run, in another process."""
        return Watching(self.installation.port, self.cookie, [run.public_id for run in runs], until)


class Watching:
    """Sockets that were opened and are being listened to."""

    def __init__(self, port: int, cookie: str, runs: list[str], until: str) -> None:
        self._process = start_helper("tests.bench.watchers")
        orders = {"port": port, "cookie": cookie, "runs": runs, "until": until}
        self._say(json.dumps(orders))
        assert self._process.stdout is not None
        said = self._process.stdout.readline().strip()
        assert said == "connected", f"the sockets were not accepted: {said!r}"

    def results(self, timeout_s: float = WAIT_S) -> dict[str, dict[str, Any]]:
        """Wait until every socket has seen what it waits for, and give what each got, by run: one socket for each."""
        return dict(self.accounts(timeout_s))

    def accounts(self, timeout_s: float = WAIT_S) -> list[tuple[str, dict[str, Any]]]:
        """The same for any number of sockets: pairs of a run and what one of its sockets got."""
        try:
            said, _ = self._process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            said, _ = self._process.communicate(timeout=timeout_s)
        return [(run, account) for run, account in json.loads(said)]

    def close(self) -> None:
        """End it, whatever it does."""
        end_helper(self._process)

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


class Load:
    """The model server, in a process of its own. `epoch`: its tokens count from here, on the monotonic clock."""

    def __init__(self) -> None:
        self.epoch = time.monotonic()
        self._process = start_helper("tests.bench.load_server", repr(self.epoch))
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def ask(self, word: str) -> dict[str, Any]:
        """Ask for `stats`, or tell to `finish` all streams or to go on `again`."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        link.request("GET", f"/{word}")
        answer: dict[str, Any] = json.load(link.getresponse())
        link.close()
        return answer

    def written_at(self, token: str) -> float:
        """Say when a token was written, on the monotonic clock."""
        return self.epoch + int(token) / 10_000

    def close(self) -> None:
        """End it."""
        end_helper(self._process)


@contextmanager
def load_server() -> Iterator[Load]:
    """A load server for as long as needed."""
    load = Load()
    try:
        yield load
    finally:
        load.close()


def ask_database(query: str, *params: Any) -> list[Any]:
    """Read rows."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())


def wait_for(condition: Callable[[], object], what: str, *, timeout_s: float = WAIT_S, every_s: float = 0.05) -> None:
    """Wait for the product to do something. Raises TimeoutError, which ends the benchmark: nothing to measure then."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {timeout_s:.0f} s")
        time.sleep(every_s)
