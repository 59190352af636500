"""Every module that a browser imports exists, under the one way of naming it."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from aime_project.templatetags.ui import MODULES
from tests.architecture.tree import ROOT, files, judge, name

SPECIFIER = re.compile(
    r"""(?:^(?:import|export)\b[^'"]*?\bfrom|^\s*import|\bimport\()\s*['"]([^'"]+)['"]""", re.MULTILINE
)
STATIC = re.compile(r"""\{% static ['"]([^'"]+)['"]""")


def specifiers() -> Iterator[tuple[Path, str]]:
    """Give every import of our own modules."""
    for path in files("static/js", ".js"):
        yield from ((path, specifier) for specifier in SPECIFIER.findall(path.read_text(encoding="utf-8")))


def is_there(static_name: str) -> bool:
    """Say whether a static file exists, ours or one of the chosen third-party ones."""
    for prefix, (folder, chosen) in settings.NODE_PACKAGES.items():
        if static_name.startswith(f"{prefix}/"):
            rest = static_name.removeprefix(f"{prefix}/")
            return (
                any(Path(rest).match(pattern) for pattern in chosen)
                and (ROOT / "node_modules" / folder / rest).is_file()
            )
    return (ROOT / "static" / static_name).is_file()


def test_every_import_resolves() -> None:
    """Relative paths for our own modules, bare names of the import map for others."""
    found = list(specifiers())
    assert found, "no import found in static/js"
    broken = [
        f"{name(path)} → {specifier}"
        for path, specifier in found
        if not (path.parent / specifier).is_file() and specifier not in MODULES
    ]
    judge(broken, {}, "Correct the path, or add the name to the import map in templatetags/ui.py:")


def test_every_module_of_the_import_map_exists() -> None:
    """And is one of the files that are served."""
    judge([path for path in MODULES.values() if not is_there(path)], {}, "Correct MODULES in templatetags/ui.py:")


def test_every_static_file_of_a_template_exists() -> None:
    """The hashed storage fails in production only."""
    named = {(name(path), file) for path in files("templates", ".html") for file in STATIC.findall(path.read_text())}
    judge([f"{template} → {file}" for template, file in named if not is_there(file)], {}, "Correct the name:")
