"""What a module script needs, so that a page can name it all at once.

Without these hints a browser learns of a module's imports only when it has read it: the editor's hundred modules came
in nine rounds, one after the other (ADR 0001).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django.contrib.staticfiles import finders

# Static imports of our own modules, which stand at a line's begin; what import() loads later is left to its use.
IMPORT = re.compile(r"""^(?:import\s|(?:import|export)\b[^'";]*?\bfrom\s)\s*['"](\.{1,2}/[^'"]+)['"]""", re.MULTILINE)


@lru_cache(maxsize=32)
def needed(entry: str) -> tuple[str, ...]:
    """Name the static files that a module imports, directly or not, nearest first, without itself.

    `entry`: a static file's name, as in `{% static %}`. A name without a file is left out: the browser will say so.
    """
    found = {entry: None}
    for name in (waiting := [entry]):
        for other in _imports(name):
            if other not in found:
                found[other] = None
                waiting.append(other)
    return tuple(found)[1:]


def _imports(name: str) -> Iterator[str]:
    path = finders.find(name)
    if path is None:
        return
    for specifier in IMPORT.findall(Path(path).read_text(encoding="utf-8")):
        yield normpath(join(dirname(name), specifier))
