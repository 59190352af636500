"""Storing and reading artifacts: bytes once by their hash, a new revision for each write, never an overwrite."""

import hashlib
from dataclasses import dataclass

from runs.models import Artifact, Blob
from runs.models.artifact import BLOB_MAX_BYTES


class ArtifactTooLarge(Exception):
    """The content is larger than one blob may be (20 MiB)."""


@dataclass(frozen=True)
class NewArtifact:
    """What to store: bytes for a file, code or image, a URL for a link."""

    type: str
    name: str
    content: bytes | None = None
    url: str = ""


def store_blob(content: bytes) -> str:
    """Store bytes under their SHA-256 (hex) and return it; storing the same bytes twice keeps one row."""
    if len(content) > BLOB_MAX_BYTES:
        raise ArtifactTooLarge(f"{len(content)} bytes; the limit is {BLOB_MAX_BYTES}")
    digest = hashlib.sha256(content).hexdigest()
    Blob.objects.bulk_create([Blob(sha256=digest, content=content, size_bytes=len(content))], ignore_conflicts=True)
    return digest


def store_artifact(
    node_run_id: int, new: NewArtifact, *, tool_call_id: int | None = None, author_id: int | None = None
) -> Artifact:
    """Add the next revision of an artifact. Call it under the run's lock: revisions are counted, not locked."""
    content = new.content if new.content is not None else new.url.encode()
    digest = store_blob(content) if new.content is not None else hashlib.sha256(content).hexdigest()
    last = Artifact.objects.filter(node_run_id=node_run_id, name=new.name).order_by("-revision").first()
    if last is not None and last.sha256 == digest and last.type == new.type:
        return last  # writing the same again is no new revision
    return Artifact.objects.create(
        node_run_id=node_run_id,
        type=new.type,
        name=new.name,
        revision=last.revision + 1 if last is not None else 1,
        blob_id=None if new.content is None else digest,
        url=new.url if new.content is None else "",
        sha256=digest,
        size_bytes=len(content),
        tool_call_id=tool_call_id,
        author_id=author_id,
    )


def latest_artifacts(node_run_id: int) -> list[Artifact]:
    """List the newest revision of each artifact of a node version, oldest first. A link hides no file of its name."""
    rows = Artifact.objects.filter(node_run_id=node_run_id).order_by("name", "type", "-revision")
    rows = rows.distinct("name", "type")
    return sorted(rows, key=lambda artifact: artifact.pk)


def decoded(content: bytes, *, at_most: int | None = None) -> str | None:
    """Read bytes as text, of which at most `at_most` bytes are given; None where the whole is no text."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    if at_most is not None and len(content) > at_most:
        text = content[:at_most].decode(errors="ignore")  # a character may be cut in the middle
    return None if "\x00" in text else text


def blob_content(sha256: str) -> bytes:
    """Read the bytes of a blob."""
    return bytes(Blob.objects.values_list("content", flat=True).get(pk=sha256))
