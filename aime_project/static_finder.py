"""Finds our static files, and from node_modules only the files that pages use (`settings.NODE_PACKAGES`).

Packages bring extensions, sources and pages of their own; collecting them would publish them, and fail on their broken
references.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder


class ChosenFilesFinder(FileSystemFinder):
    """`STATICFILES_DIRS`, without what nobody asked for."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """List the files to collect."""
        for path, storage in super().list(ignore_patterns):
            package = settings.NODE_PACKAGES.get(getattr(storage, "prefix", None) or "")
            if package is None or any(fnmatch(path, pattern) for pattern in package[1]):
                yield path, storage
