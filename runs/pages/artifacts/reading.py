"""What an artifact is to a reader, told by its content as much as by its name. Nothing of it is ever run.

HTML and SVG are text here: shown as source, never handed to a browser as what they are.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from runs.agent.addresses import host_of, is_address
from runs.agent.naming import CODE_SUFFIXES, artifact_type, is_data_name
from runs.artifacts import decoded
from runs.models import Artifact
from runs.pages.artifacts.patches import patch_lines
from runs.pages.artifacts.tables import SUFFIXES, Table, read_table
from runs.pictures import PictureSize, drawn_as, picture_size, picture_type
from workflows.text_diff import Line

SHOWN_BYTES = 400_000  # of a text in the page; the rest by download
MARKDOWN = (".md", ".markdown")
PATCH = (".diff", ".patch")
_LANGUAGES = {suffix: language for language, suffix in CODE_SUFFIXES.items()}
ACTIVE = (".html", ".htm", ".xhtml", ".svg", ".xml")  # what a browser would run if it were handed over

Kind = Literal["markdown", "text", "code", "table", "patch", "picture", "link", "unsafe-link", "binary", "empty"]


@dataclass(frozen=True)
class Reading:
    """How to show it. `text`: as it is, cut at SHOWN_BYTES. `host`: of a link, as a reader must see it."""

    kind: Kind
    text: str = ""
    is_cut: bool = False
    is_active: bool = False
    language: str = ""
    table: Table | None = None
    lines: tuple[Line, ...] = ()
    size: PictureSize | None = None
    host: str = ""

    @property
    def has_source(self) -> bool:
        """Say whether it is shown otherwise than it is written."""
        return self.kind in ("markdown", "table", "patch")


def read(artifact: Artifact) -> Reading:
    """Read an artifact that was loaded with its content. No query."""
    if artifact.blob is None:
        return _link(artifact.url)
    data = bytes(artifact.blob.content)
    if picture_type(data):
        return Reading("picture", size=picture_size(data)) if drawn_as(data) else Reading("binary")
    text = decoded(data, at_most=SHOWN_BYTES)
    return Reading("binary") if text is None else _text(artifact.name, text, is_cut=len(data) > SHOWN_BYTES)


def _link(url: str) -> Reading:
    return Reading("link", host=host_of(url)) if is_address(url) else Reading("unsafe-link")


def _text(name: str, text: str, *, is_cut: bool) -> Reading:
    lower = name.lower()
    if not text.strip():
        return Reading("empty", text)
    if lower.endswith(MARKDOWN):
        return Reading("markdown", text, is_cut)
    if lower.endswith(SUFFIXES) and (table := read_table(name, text, is_cut=is_cut)):
        return Reading("table", text, is_cut, table=table)
    if lower.endswith(PATCH) and (lines := patch_lines(text)):
        return Reading("patch", text, is_cut, lines=lines)
    suffix = PurePosixPath(lower).suffix
    language = _LANGUAGES.get(suffix, suffix.removeprefix("."))
    kind: Kind = "code" if artifact_type(name) == "code" or is_data_name(name) else "text"
    return Reading(kind, text, is_cut, is_active=lower.endswith(ACTIVE), language=language)
