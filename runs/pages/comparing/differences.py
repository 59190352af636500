"""What differs between two artifacts: as text in lines, as pictures beside each other, else by their hashes."""

from dataclasses import dataclass
from typing import Literal

from runs.artifacts import decoded
from runs.models import Artifact
from runs.pages.comparing.node_sides import SHOWN_BYTES
from runs.pictures import drawn_as
from workflows.text_diff import Line, diff
from workflows.text_rows import Row, side_by_side

Kind = Literal["same", "text", "pictures", "hashes"]


@dataclass(frozen=True)
class Difference:
    """How one became the other. `added`, `removed`: lines, of those shown. `rows`: the lines in two columns."""

    kind: Kind
    lines: tuple[Line, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        return side_by_side(self.lines)

    @property
    def is_invisible(self) -> bool:
        """Say whether only ends of lines differ."""
        return self.kind == "text" and not self.added and not self.removed

    @property
    def added(self) -> int:
        return sum(line.kind == "added" for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.kind == "removed" for line in self.lines)


def difference(before: Artifact, after: Artifact) -> Difference:
    """Compare two artifacts that were loaded with their content. No query; what is too long goes by its hash."""
    if before.sha256 == after.sha256:
        return Difference("same")
    old, new = _text(before), _text(after)
    if old is not None and new is not None:
        return Difference("text", diff(old, new))
    if _is_picture(before) and _is_picture(after):
        return Difference("pictures")
    return Difference("hashes")


def _text(artifact: Artifact) -> str | None:
    if artifact.blob is None:
        return artifact.url
    return decoded(bytes(artifact.blob.content)) if artifact.size_bytes <= SHOWN_BYTES else None


def _is_picture(artifact: Artifact) -> bool:
    return artifact.blob is not None and drawn_as(bytes(artifact.blob.content)) is not None
