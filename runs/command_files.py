"""Files that are named on a command line, with the limit that an upload in the browser has."""

from pathlib import Path

from django.utils.translation import gettext as _

from runs.uploads import UPLOAD_MAX_BYTES, Upload
from spaces.commands import Misused, read_text


def read_upload(path: str) -> Upload:
    """Read a file as an upload. Raises Misused where it cannot be read; what is too large the act refuses."""
    try:
        with Path(path).open("rb") as file:
            return Upload(Path(path).name, file.read(UPLOAD_MAX_BYTES + 1))  # one more is refused, a device never ends
    except OSError as error:
        raise Misused(
            _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror or error}
        ) from error


def text_value(value: str) -> str:
    """Give a text of the command line, or of the file after @; @@ stands for @. Raises CommandFailed."""
    if value.startswith("@@") or not value.startswith("@"):
        return value.removeprefix("@")
    return read_text(value[1:], at_most=UPLOAD_MAX_BYTES)
