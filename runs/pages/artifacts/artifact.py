"""The page of an artifact: what it is to a reader, its revisions in all versions of the node, what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.http import QueryDict

from runs.graphs import version_graph
from runs.models import Artifact, Run
from runs.pages.artifacts.reading import Reading, read
from runs.pages.artifacts.rows import ArtifactRow, artifact_row
from runs.pages.comparing.differences import Difference, difference
from runs.pages.people import full_name

Tab = Literal["preview", "source", "changes"]
Layout = Literal["inline", "sides"]
REVISIONS_SHOWN = 60


@dataclass(frozen=True)
class Revision:
    """One revision of the same name, in this or another version of the node. `author` is empty for the agent."""

    public_id: str
    version: int
    number: int
    at: datetime
    author: str
    size_bytes: int
    is_shown: bool
    is_newest: bool


@dataclass(frozen=True)
class ArtifactPage:
    """An artifact, how it is looked at, and what it may be compared with. `against`: the other one, if there is one."""

    run: Run
    artifact: ArtifactRow
    version: int
    node_key: str
    node_title: str
    at: datetime
    author: str
    reading: Reading
    tab: Tab
    layout: Layout
    revisions: tuple[Revision, ...]
    against: Revision | None
    difference: Difference | None

    @property
    def others(self) -> tuple[Revision, ...]:
        """List what it may be compared with."""
        return tuple(row for row in self.revisions if not row.is_shown)

    @property
    def has_versions(self) -> bool:
        """Say whether its revisions are of several versions of the node."""
        return len({row.version for row in self.revisions}) > 1


def revisions_of(artifact: Artifact) -> tuple[Revision, ...]:
    """List the artifacts of this name in all versions of the node, the newest first, at most REVISIONS_SHOWN.

    The one that is asked about is always among them. One query; no content is read.
    """
    node = artifact.node_run
    found = Artifact.objects.filter(node_run__run_id=node.run_id, node_run__key=node.key, name=artifact.name)
    rows = list(found.select_related("node_run", "author").order_by("-node_run__number", "-revision")[:REVISIONS_SHOWN])
    if artifact.pk not in {row.pk for row in rows}:
        rows.append(artifact)
    newest = {}
    for row in reversed(rows):
        newest[row.node_run_id] = row.pk
    return tuple(
        Revision(
            public_id=row.public_id,
            version=row.node_run.number,
            number=row.revision,
            at=row.created_at,
            author=full_name(row.author),
            size_bytes=row.size_bytes,
            is_shown=row.pk == artifact.pk,
            is_newest=row.pk == newest[row.node_run_id],
        )
        for row in rows
    )


def compared_with(revisions: Sequence[Revision], wanted: str) -> Revision | None:
    """Choose what an artifact is compared with: what is wanted, else the one before it, else the one after it."""
    place = next(place for place, row in enumerate(revisions) if row.is_shown)
    others = [*revisions[place + 1 :], *reversed(revisions[:place])]
    return next((row for row in others if row.public_id == wanted), others[0] if others else None)


def artifact_page(
    run: Run, artifact: Artifact, revisions: Sequence[Revision], against: Artifact | None, asked: QueryDict
) -> ArtifactPage:
    """Make the page of an artifact that was loaded with its content, and of the other one if changes are asked for.

    `asked`: `view` and `layout` of the address; what does not fit shows the preview.
    """
    reading = read(artifact)
    wanted = asked.get("view")
    tab: Tab = "changes" if against else "source" if wanted == "source" and reading.has_source else "preview"
    return ArtifactPage(
        run=run,
        artifact=artifact_row(artifact),
        version=artifact.node_run.number,
        node_key=artifact.node_run.key,
        node_title=version_graph(run.version_id).specs[artifact.node_run.key].title,
        at=artifact.created_at,
        author=full_name(artifact.author),
        reading=reading,
        tab=tab,
        layout="sides" if asked.get("layout") == "sides" else "inline",
        revisions=tuple(revisions),
        against=next((row for row in revisions if against and row.public_id == against.public_id), None),
        difference=difference(against, artifact) if against else None,
    )
