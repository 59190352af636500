"""The measurements of the editor: loading, moving, checking and saving a large template."""

import http.client
import json
import os
import statistics
import time
from typing import Any

from django.urls import reverse

from tests.bench.editor_document import large_document
from tests.bench.editor_page import browser, open_editor
from tests.bench.measures import percentile
from tests.bench.rows import Value
from tests.bench.scene import CSRF, SLUG, Bench
from tests.factories import make_workflow
from workflows.document import from_json
from workflows.models import Workflow
from workflows.queries import document_problems

DETAIL_PERCENT = 60  # labels and ports are drawn from 45 % on
LARGE = "large"


def validation(bench: Bench) -> list[Value]:
    """Read and check a document, as each save does: the shape, the graph, people, task templates."""
    workflow = _workflow(bench, bench.sizes.editor_nodes)
    taken = []
    for number in range(bench.sizes.editor_saves + 1):
        source = json.loads(json.dumps(workflow.draft)) | {"description": f"Number {number}"}
        began = time.perf_counter()
        problems = document_problems(workflow, from_json(source))
        taken.append(1000 * (time.perf_counter() - began))
        assert not problems, problems
    taken = taken[1:]  # the first one imports and connects
    return [Value("editor_validate", statistics.median(taken), f"{_nodes(workflow)} nodes, median of {len(taken)}")]


def saving(bench: Bench) -> list[Value]:
    """What autosave does: the whole document to the web server and its answer back, over one connection."""
    workflow = _workflow(bench, bench.sizes.editor_nodes)
    address = reverse("workflows:draft-update", args=[SLUG, workflow.slug])
    link = http.client.HTTPConnection("127.0.0.1", bench.installation.port, timeout=300)
    headers = {"Cookie": bench.cookie, "X-CSRFToken": CSRF, "Content-Type": "application/json"}
    link.request("GET", address, headers=headers)
    draft = json.load(link.getresponse())
    revision, document = draft["revision"], draft["document"]
    taken = []
    for number in range(bench.sizes.editor_saves + 1):
        document["nodes"][0]["position"] = [0, -8 * (number + 1)]
        body = json.dumps({"base_revision": revision, "document": document})
        began = time.monotonic()
        link.request("POST", address, body=body, headers=headers)
        answer = link.getresponse()
        said = answer.read()
        taken.append(1000 * (time.monotonic() - began))
        assert answer.status == 200, f"{answer.status}: {said[:200]!r}"
        revision = json.loads(said)["revision"]
    link.close()
    taken = taken[1:]
    note = f"{len(document['nodes'])} nodes, {len(body) / 1024:.0f} KiB, median of {len(taken)}, worst {max(taken):.0f}"
    return [Value("editor_autosave", statistics.median(taken), note)]


def frames(bench: Bench) -> list[Value]:
    """Open and move a large template in a browser."""
    workflow = _workflow(bench, bench.sizes.editor_nodes)
    loads = []
    moves = bench.sizes.editor_moves
    with browser() as chromium:
        for _ in range(bench.sizes.editor_loads):
            with open_editor(chromium, *_visit(bench, workflow)) as page:
                loads.append(page.shown_after_s)
        with open_editor(chromium, *_visit(bench, workflow)) as page:
            page.page.mouse.move(*page.points()["middle"])
            zoomed = page.frames_ms(lambda: page.turn_wheel(moves))
            page.zoom_to(DETAIL_PERCENT)
            places = page.points()
            panned = page.frames_ms(lambda: page.drag(places["free"], moves))
            places = page.points()
            dragged = page.frames_ms(lambda: page.drag(places["card"], moves))
            percent = page.percent
    nodes = f"{_nodes(workflow)} nodes"
    note = f"{nodes}, nothing cached, median of {len(loads)}, worst {max(loads):.2f}"
    return [
        Value("editor_load", statistics.median(loads), note),
        *_rows("pan", panned, f"{nodes} at {percent}%"),
        *_rows("zoom", zoomed, f"{nodes}, from all of it into the middle and back"),
        *_rows("drag", dragged, f"{nodes} at {percent}%"),
    ]


def frames_large(bench: Bench) -> list[Value]:
    """Pan a very large template, of which only a part is in the page."""
    workflow = _workflow(bench, bench.sizes.editor_large_nodes)
    with browser() as chromium, open_editor(chromium, *_visit(bench, workflow)) as page:
        page.zoom_to(DETAIL_PERCENT)
        free = page.points()["free"]
        panned = page.frames_ms(lambda: page.drag(free, bench.sizes.editor_moves))
        mean, p95 = _rows("pan_1000", panned, f"{_nodes(workflow)} nodes at {page.percent}%")
    return [Value("editor_pan_1000", mean.value, f"{mean.note}, 95th percentile {p95.value:.0f}")]


def _rows(what: str, taken: list[float], note: str) -> list[Value]:
    mean, p95 = statistics.mean(taken), percentile(taken, 0.95)
    return [
        Value(f"editor_{what}_mean", mean, f"{note}, {len(taken)} frames, load average {os.getloadavg()[0]:.1f}"),
        Value(f"editor_{what}_p95", p95, f"{note}, worst {taken[-1]:.0f}"),
    ]


def _visit(bench: Bench, workflow: Workflow) -> tuple[str, list[dict[str, Any]]]:
    """Give the address of the editor and the cookies of the builder."""
    host = f"http://127.0.0.1:{bench.installation.port}"
    pairs = [pair.split("=", 1) for pair in bench.cookie.split("; ")]
    cookies = [{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"} for name, value in pairs]
    return host + reverse("workflows:workflow-detail", args=[SLUG, workflow.slug]), cookies


def _workflow(bench: Bench, count: int) -> Workflow:
    found = Workflow.objects.filter(slug=f"{LARGE}-{count}").first()
    return found or make_workflow(large_document(count), space=bench.space, owner=bench.user, slug=f"{LARGE}-{count}")


def _nodes(workflow: Workflow) -> int:
    return len(workflow.draft["nodes"])
