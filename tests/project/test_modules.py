"""The hints for a module script: what it imports, and nothing else."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template

from aime_project import modules
from tests.architecture.test_browser_modules import SPECIFIER
from tests.architecture.tree import ROOT

ENTRIES = ("js/app.js", "js/editor.js", "js/comparison.js")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that static files are found in, under `made/`."""
    modules.needed.cache_clear()
    found = finders.find
    own = lambda name: str(tmp_path / name) if name.startswith("made/") and (tmp_path / name).is_file() else None  # noqa: E731
    monkeypatch.setattr(finders, "find", lambda name: own(name) or found(name))
    (tmp_path / "made" / "deep").mkdir(parents=True)
    yield tmp_path / "made"
    modules.needed.cache_clear()


def test_imports_of_every_shape_are_followed_once_and_in_circles(folder: Path) -> None:
    (folder / "a.js").write_text(
        "import './b.js';\nimport { x,\n  y } from './deep/c.js';\nexport * from \"./b.js\";\n"
        "export const SELECTOR = '.card';\nconst later = () => import('./later.js');\nimport htmx from 'htmx.org';\n"
    )
    (folder / "b.js").write_text("import { z } from './a.js';\n")
    (folder / "deep" / "c.js").write_text("import d from '../d.js';\n")
    assert modules.needed("made/a.js") == ("made/b.js", "made/deep/c.js", "made/d.js")


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_our_pages_load_is_all_named(entry: str) -> None:
    names = {entry, *modules.needed(entry)}
    for name in names:
        path = ROOT / "static" / name
        own = [specifier for specifier in SPECIFIER.findall(path.read_text()) if specifier.startswith(".")]
        imported = {str((path.parent / specifier).resolve().relative_to(ROOT / "static")) for specifier in own}
        assert imported <= names, f"{name}: {imported - names}"


def test_tag_gives_the_hints_before_the_script() -> None:
    page = Template("{% load ui %}{% module 'js/app.js' %}").render(Context())
    assert page.count('rel="modulepreload"') == len(modules.needed("js/app.js")) > 5
    assert page.rindex("<link") < page.index('<script type="module" src=')
