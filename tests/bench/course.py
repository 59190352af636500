"""The course of a benchmark: one installation, one load server, the measurements that are wanted, in a fixed order."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import editor, history, measures, run_pages, streams
from tests.bench.installation import Installation
from tests.bench.rows import TARGETS, Value
from tests.bench.scene import TINY, Bench, Sizes, load_server, wait_for

STEPS: dict[Callable[[Bench], list[Value]], tuple[str, ...]] = {
    measures.idle: ("idle_cpu", "idle_memory"),
    measures.latency: ("latency_p50", "latency_p95"),
    measures.chain: ("chain",),
    measures.cancel: ("cancel", "cancel_stream"),
    streams.streams: ("streams_p95", "streams_cores", "streams_memory"),
    editor.frames: (
        "editor_load",
        "editor_pan_mean",
        "editor_pan_p95",
        "editor_zoom_mean",
        "editor_zoom_p95",
        "editor_drag_mean",
        "editor_drag_p95",
    ),
    editor.frames_large: ("editor_pan_1000",),
    editor.validation: ("editor_validate",),
    editor.saving: ("editor_autosave",),
    run_pages.page: ("run_page",),
    run_pages.watchers: ("watchers_p95",),
    history.pages: ("history_p95",),  # last: it makes the database large
}


def measure(wanted: list[str], data_dir: Path, *, tiny: bool) -> list[Value]:
    """Start an installation and take the measurements that give the wanted rows."""
    values: list[Value] = []
    with load_server() as load:
        say("starting an installation")
        with Installation(
            data_dir,
            DJANGO_SETTINGS_MODULE="tests.bench.settings",
            OPENAI_BASE_URL=f"http://127.0.0.1:{load.port}/v1",
            AIME_MODEL="load-30",
        ) as installation:
            wait_for(lambda: installation.answers("/health/ready"), "the hosts are up")
            bench = Bench(installation, load, TINY if tiny else Sizes())
            for step, rows in STEPS.items():
                if set(rows) & set(wanted):
                    say(f"measuring {', '.join(rows)}")
                    values += [value for value in step(bench) if value.row in wanted]
            say("stopping")
    return sorted(values, key=lambda value: list(TARGETS).index(value.row))


def say(what: str) -> None:
    """Show progress; the table alone goes to standard output."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
