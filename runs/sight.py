"""Which models see images, and what an image of a conversation is: told by its first bytes, never by its name.

The bytes themselves are read when a request is built (ADR 0030). A picture whose size cannot be read, or that unpacks
to more than a browser would draw, is none.
"""

from collections.abc import Iterable

from django.conf import settings

from runs import sql
from runs.agent.memory.images import ImageLimits, image_tokens
from runs.agent.parts import Picture
from runs.artifacts import blob_content
from runs.pictures import drawn_as, picture_size, picture_type

EVERY_MODEL = "*"
HEAD_BYTES = 64 * 1024  # where a picture says how large it is, but for photographs with much ahead of it
HEADS = "SELECT sha256, size_bytes, substring(content FROM 1 FOR %s) FROM runs_blob WHERE sha256 = ANY(%s)"


def sees(model: str | None) -> bool:
    """Say whether a model gets images; None is the default model. The embedded one never does."""
    if settings.AIME_MODEL["embedded"]:
        return False
    named = settings.AIME_MODEL_IMAGES
    return EVERY_MODEL in named or (model or settings.AIME_MODEL["name"]) in named


def image_limits() -> ImageLimits:
    """Give the limits of a request's images."""
    return ImageLimits(settings.AIME_MODEL_IMAGES_MAX, settings.AIME_MODEL_IMAGE_MIB * 1024 * 1024)


def pictures(blobs: Iterable[str]) -> dict[str, Picture]:
    """Find the images among blobs: SHA-256 → picture, as yet without a name. One query, of their first bytes."""
    wanted = sorted(set(blobs))
    rows = sql.rows(HEADS, (HEAD_BYTES, wanted)) if wanted else []
    found = ((sha256, _picture(sha256, size_bytes, bytes(head))) for sha256, size_bytes, head in rows)
    return {sha256: picture for sha256, picture in found if picture is not None}


def _picture(sha256: str, size_bytes: int, head: bytes) -> Picture | None:
    if picture_type(head) is None:
        return None
    content = head if picture_size(head) or size_bytes <= len(head) else blob_content(sha256)
    media_type, size = drawn_as(content), picture_size(content)
    if media_type is None or size is None:
        return None
    return Picture("", media_type, sha256, size_bytes, image_tokens(*size))
