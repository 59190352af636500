"""An artifact as a line or a card of a list."""

from dataclasses import dataclass

from runs.models import Artifact
from runs.wording import ARTIFACT_ICONS

THUMBNAIL_BYTES = 2_000_000  # the whole file is fetched for it
DRAWN = (".png", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True)
class ArtifactRow:
    """The newest revision of an artifact."""

    public_id: str
    name: str
    type: str
    icon_name: str
    revision: int
    size_bytes: int
    url: str

    @property
    def has_thumbnail(self) -> bool:
        """Say whether a card shows the picture itself: it is called one that browsers draw, and is no large file."""
        return self.type == "image" and self.size_bytes <= THUMBNAIL_BYTES and self.name.lower().endswith(DRAWN)


def artifact_row(artifact: Artifact) -> ArtifactRow:
    """Describe one revision of an artifact."""
    return ArtifactRow(
        public_id=artifact.public_id,
        name=artifact.name,
        type=artifact.type,
        icon_name=ARTIFACT_ICONS[artifact.type],
        revision=artifact.revision,
        size_bytes=artifact.size_bytes,
        url=artifact.url,
    )
