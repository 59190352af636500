"""The files of a message: those that came with it, and those that its tool calls wrote."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from runs.agent.addresses import host_of, is_address
from runs.models import Artifact
from runs.pages.artifacts.rows import ArtifactRow, artifact_row


@dataclass(frozen=True)
class FileRow(ArtifactRow):
    """One revision of an artifact in a message. `since`: the last revision before this message, 0 without one."""

    since: int = 0

    @property
    def host(self) -> str:
        """The host of a link that may be followed, as a reader must see it; else empty."""
        return host_of(self.url) if is_address(self.url) else ""


def file_rows(artifacts: Iterable[Artifact]) -> tuple[FileRow, ...]:
    """Describe what one message holds: of each name the last revision, in the order in which they were begun."""
    last: dict[str, Artifact] = {}
    first: dict[str, int] = {}
    for artifact in artifacts:
        first.setdefault(artifact.name, artifact.revision)
        last[artifact.name] = artifact
    return tuple(_row(artifact, first[name] - 1) for name, artifact in last.items())


def _row(artifact: Artifact, since: int) -> FileRow:
    row = artifact_row(artifact)
    return FileRow(**{field.name: getattr(row, field.name) for field in fields(row)}, since=since)
