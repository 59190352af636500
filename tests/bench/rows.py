"""What is measured against which target, and how it is shown and kept."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Target:
    """A row of the table. `clocks`: which two clocks, or which counters, its value compares."""

    row: str
    unit: str
    target: float
    clocks: str
    better: str = "lower"


@dataclass(frozen=True)
class Value:
    """A row with its value. `note`: what a reader should know about this run of it."""

    row: str
    value: float
    note: str = ""


DATABASE = "database clock: first claim began → last finish began"
FRAME = "page's clock: begin of a frame in which something moved → begin of the next"
TOKEN = "machine's monotonic clock: token written by the model server → read from the socket"
TARGETS = {
    target.row: target
    for target in (
        Target("chain", "s", 0.12, DATABASE),
        Target("latency_p50", "ms", 10, "database clock before COMMIT → host's clock in the body, same machine"),
        Target("latency_p95", "ms", 30, "database clock before COMMIT → host's clock in the body, same machine"),
        Target("streams_p95", "ms", 150, TOKEN),
        Target("streams_cores", "cores", 1.2, "CPU time of queue, web and PostgreSQL ÷ monotonic clock"),
        Target("streams_memory", "MiB", 250, "PSS of the queue's processes while all stream"),
        Target("idle_cpu", "% of a core", 5, "CPU time of every process ÷ monotonic clock"),
        Target("idle_memory", "MiB", 350, "PSS of every process; no model runs"),
        Target("cancel", "ms", 1000, "monotonic clock: request sent → frame read from the page's socket, worst"),
        Target("cancel_stream", "ms", 2000, "monotonic clock: request sent → model server sees the end, worst"),
        Target("editor_load", "s", 1.0, "page's clock: navigation begins → first frame after the page is ready"),
        Target("editor_pan_mean", "ms", 17, FRAME),
        Target("editor_pan_p95", "ms", 34, FRAME),
        Target("editor_zoom_mean", "ms", 17, FRAME),
        Target("editor_zoom_p95", "ms", 34, FRAME),
        Target("editor_drag_mean", "ms", 17, FRAME),
        Target("editor_drag_p95", "ms", 34, FRAME),
        Target("editor_pan_1000", "ms", 33, FRAME + ", mean"),
        Target("editor_validate", "ms", 50, "process's clock around reading and checking"),
        Target("editor_autosave", "ms", 100, "monotonic clock: request sent → answer read"),
        Target("run_page", "ms", 150, "monotonic clock: request sent → first byte of the page"),
        Target("watchers_p95", "ms", 150, TOKEN),
        Target("history_p95", "ms", 40, "monotonic clock: request sent → page read to its end"),
    )
}


def table(values: list[Value]) -> str:
    """Write the figures, their targets and their ratios, a line each; the clocks and notes follow."""
    lines = [f"{'row':<16} {'value':>9} {'target':>9}  {'unit':<12} {'of target':>9}  ok"]
    for value in values:
        target = TARGETS[value.row]
        ratio = value.value / target.target
        shown = f"{value.row:<16} {_short(value.value):>9} {_short(target.target):>9}  {target.unit:<12}"
        lines.append(f"{shown} {ratio:>8.0%}  {'yes' if ratio <= 1 else 'NO'}")
    lines.append("")
    lines += [f"{value.row}: {TARGETS[value.row].clocks}{'; ' + value.note if value.note else ''}" for value in values]
    return "\n".join(lines)


def write_json(values: list[Value], path: Path) -> None:
    """Keep the figures for programs."""
    content = [
        {
            "row": value.row,
            "value": round(value.value, 4),
            "unit": TARGETS[value.row].unit,
            "target": TARGETS[value.row].target,
            "better": TARGETS[value.row].better,
        }
        for value in values
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _short(number: float) -> str:
    return f"{number:.3f}" if number < 1 else f"{number:.3g}" if number < 100 else f"{number:.0f}"
