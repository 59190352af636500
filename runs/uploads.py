"""Files that a person gives at the start, with a message or at the gate: what is taken, and why the rest is not.

Limits are settings (`AIME_UPLOAD_…`); what passes can be an artifact's name and content. Touches no database.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from runs.agent.naming import BadName, artifact_type, jailed
from runs.artifacts import NewArtifact
from runs.errors import ActRefused
from runs.pictures import picture_type
from spaces.text import is_storable

MIB = 1024 * 1024
UPLOAD_MAX_BYTES = 20 * MIB  # of any; `AIME_UPLOAD_MAX_MIB` may say less
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})  # their first bytes say what they are


@dataclass(frozen=True)
class Upload:
    """A file a person gave."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash its bytes are stored under."""
        return hashlib.sha256(self.content).hexdigest()


def is_picture(content: bytes) -> bool:
    """Say whether bytes begin as a PNG, JPEG, GIF or WebP does."""
    return picture_type(content) is not None


def checked_uploads(uploads: Sequence[Upload]) -> tuple[NewArtifact, ...]:
    """Make artifacts of all uploads, or refuse (`ActRefused`) with a sentence for each that cannot be one."""
    found = [refusal(upload.name, len(upload.content), upload.content) for upload in uploads]
    refusals = [too_many(len(uploads)), *found]
    if any(refusals):
        raise ActRefused(" ".join(filter(None, refusals)))
    return tuple(NewArtifact(artifact_type(item.name), jailed(item.name), item.content) for item in uploads)


def too_many(count: int) -> str:
    """Say that these are too many files for one message; empty when they are not."""
    most = settings.AIME_UPLOAD["max_files"]
    if count <= most:
        return ""
    text = ngettext("A message takes at most %(most)d file.", "A message takes at most %(most)d files.", most)
    return text % {"most": most} + " " + _("Send the others with the next one.")


def refusal(name: str, size_bytes: int, content: bytes | None = None) -> str:
    """Say why a file cannot be sent and what to do about it; empty when it can. `content` None: not read yet."""
    most = settings.AIME_UPLOAD["max_bytes"]
    suffix = PurePosixPath(name.lower()).suffix
    words = {"name": name if is_storable(name) else "?", "most": most // MIB, "suffix": suffix}
    if not is_storable(name):
        return _("A file's name holds characters that are not text; rename it.")
    if size_bytes > most:
        return _("%(name)s is larger than %(most)d MiB; send a smaller file or a link.") % words
    if size_bytes == 0:
        return _("%(name)s is empty; save it and choose it again.") % words
    if suffix in settings.AIME_UPLOAD["refused"]:
        return _("%(name)s: files of type %(suffix)s are not taken here.") % words
    try:
        jailed(name)
    except BadName as error:
        return _("%(name)s cannot be used as a file name (%(why)s); rename it.") % {**words, "why": error}
    if suffix in PICTURES and content is not None and not is_picture(content):
        return _("%(name)s is not the picture that its name says; save it as PNG or JPEG.") % words
    return ""


def refused_types() -> Iterable[str]:
    """List the file suffixes that are not taken, in a fixed order."""
    return sorted(settings.AIME_UPLOAD["refused"])
