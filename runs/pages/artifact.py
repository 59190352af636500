"""An artifact as something to read."""

from dataclasses import dataclass
from datetime import datetime

from runs.agent.addresses import is_address
from runs.graphs import version_graph
from runs.models import Artifact, Run

SHOWN_BYTES = 400_000  # of a text in the page; the rest by download
MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True)
class ArtifactView:
    """How to show it. `kind`: markdown, text, link, unsafe-link (shown, not followed) or binary."""

    kind: str
    text: str
    is_cut: bool
    node_title: str
    at: datetime


def artifact_view(run: Run, artifact: Artifact) -> ArtifactView:
    """Read an artifact that was loaded with its content. No query beside the cached template version."""
    kind, text, is_cut = _readable(artifact)
    title = version_graph(run.version_id).specs[artifact.node_run.key].title
    return ArtifactView(kind=kind, text=text, is_cut=is_cut, node_title=title, at=artifact.created_at)


def _readable(artifact: Artifact) -> tuple[str, str, bool]:
    if artifact.blob is None:
        return "link" if is_address(artifact.url) else "unsafe-link", "", False
    data = bytes(artifact.blob.content)
    is_cut = len(data) > SHOWN_BYTES
    try:
        data.decode()
    except UnicodeDecodeError:
        return "binary", "", False
    text = data[:SHOWN_BYTES].decode(errors="ignore")
    if "\x00" in text:
        return "binary", "", False
    return "markdown" if artifact.name.lower().endswith(MARKDOWN) else "text", text, is_cut
