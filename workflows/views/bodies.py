"""Reading the JSON bodies that the editor sends."""

import json
from collections.abc import Collection
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

MAX_BYTES = 2 * 1024 * 1024


class BadRequest(Exception):
    """The body is not what it should be; `code` is the answer's."""

    def __init__(self, code: int, said: str) -> None:
        self.code = code
        super().__init__(said)


def json_body(request: HttpRequest, *, keys: Collection[str]) -> dict[str, Any]:
    """Read an object that has no other keys than `keys`; any may be missing. Raises BadRequest (400, 413)."""
    if len(request.body) > MAX_BYTES:
        raise BadRequest(413, _("A template has at most %(count)s MiB.") % {"count": MAX_BYTES // 2**20})
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(400, _("This is not JSON.")) from error
    if not isinstance(body, dict) or set(body) - set(keys):
        raise BadRequest(400, _("Only %(keys)s are expected.") % {"keys": ", ".join(sorted(keys))})
    return body
