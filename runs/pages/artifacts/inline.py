"""An artifact inside a conversation: the beginning of what its page shows, or what changed in it, on one screen."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from runs.models import Artifact, Run
from runs.pages.artifacts.reading import Reading, read
from runs.pages.artifacts.rows import ArtifactRow, artifact_row
from runs.pages.comparing.differences import Difference, difference
from workflows.text_diff import Line

CHARS = 20_000  # of a text; the page of the artifact shows more
ROWS = 12
LINES = 120  # of a patch or a difference


@dataclass(frozen=True)
class InlinePreview:
    """What opens below the card of an artifact. `since`: the revision that `difference` begins with."""

    run: Run
    artifact: ArtifactRow
    reading: Reading
    is_cut: bool = False
    since: int = 0
    difference: Difference | None = None


def inline_preview(run: Run, artifact: Artifact) -> InlinePreview:
    """Show the beginning of an artifact that was loaded with its content. No query."""
    reading = read(artifact)
    table, lines, text = reading.table, _beginning(reading.lines), reading.text[:CHARS]
    is_cut = reading.is_cut or len(text) < len(reading.text) or lines != reading.lines
    if table:
        table = replace(table, rows=table.rows[:ROWS])
        is_cut = False  # it says itself how much there is
    return InlinePreview(run, artifact_row(artifact), replace(reading, text=text, table=table, lines=lines), is_cut)


def inline_changes(run: Run, artifact: Artifact, before: Artifact) -> InlinePreview:
    """Show what changed since an older revision; both were loaded with their content. No query."""
    found = difference(before, artifact)
    short = replace(found, lines=_beginning(found.lines))
    is_cut = short.lines != found.lines
    return InlinePreview(run, artifact_row(artifact), Reading("text"), is_cut, before.revision, short)


def _beginning(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Take lines of at most CHARS characters together; the last one may be cut."""
    left, shown = CHARS, []
    for line in islice(lines, LINES):
        text = line.text
        shown.append(line if len(text) <= left else replace(line, parts=((f"{text[:left]}…", False),)))
        left -= len(text)
        if left <= 0:
            break
    return tuple(shown)
