"""The rule of re-runs: what is made anew and what is kept below a node whose version is accepted."""

from collections.abc import Collection, Mapping

from tests.runs.modelled.script import Design
from tests.runs.modelled.versions import Version


def after_acceptance(
    designs: Mapping[str, Design],
    latest: Mapping[str, Version],
    below: Collection[str],
    *,
    again: bool,
    chosen: Collection[str] = (),
) -> tuple[set[str], set[str]]:
    """Which nodes of those `below` get a new version, and which are kept. `designs`: in graph order.

    `again`: there were results of the node before. Then what was reached is made anew where there is no result to keep,
    where a person has `chosen` it, where it takes something from what is made anew, or where something that it took is
    another now; all else is reused. What a node gives that is itself not done does not count: its own acceptance
    decides. On a first acceptance only what was swept away comes back, not what a person cancelled for itself.
    """
    anew: set[str] = set()
    reached = [other for other in designs if other in below and latest[other].status != "pending"]
    if not again:
        return {other for other in reached if latest[other].swept}, set()
    for other in reached:
        version = latest[other]
        sources = {source for source, _is_required in designs[other].reads}
        settled = {source for source in sources if latest[source].status == "done"}
        is_changed = any(version.given.get(source) != latest[source].output for source in settled)
        if version.status in ("failed", "cancelled") or other in chosen or sources & anew or is_changed:
            anew.add(other)
    return anew, set(reached) - anew
