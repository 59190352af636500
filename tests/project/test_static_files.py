"""Collecting the real static files: hashed names, rewritten module imports, nothing from packages that no page uses."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from aime_project.static_storage import HashedStaticFilesStorage


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from django.conf import settings as project
    from django.test import override_settings

    root = tmp_path_factory.mktemp("static")
    if not (project.NODE_MODULES / "htmx.org").is_dir():
        pytest.skip("node_modules is missing: run `make setup`")
    storages = {**project.STORAGES, "staticfiles": {"BACKEND": "aime_project.static_storage.HashedStaticFilesStorage"}}
    with override_settings(STATIC_ROOT=root, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def manifest(root: Path) -> dict[str, str]:
    return json.loads((root / "staticfiles.json").read_text())["paths"]


def test_every_file_has_a_hashed_name(collected: Path) -> None:
    for name, hashed in manifest(collected).items():
        assert name != hashed
        assert (collected / hashed).is_file()


def test_module_imports_are_rewritten(collected: Path) -> None:
    app = (collected / manifest(collected)["js/app.js"]).read_text()
    relative = re.findall(r"""(?:from|import)\s*["'](\.[^"']+)["']""", app)
    assert relative, "app.js imports its elements"
    for specifier in relative:
        assert re.search(r"\.[0-9a-f]{12}\.js$", specifier), f"{specifier} would be fetched without its hash"


def test_packages_publish_only_what_pages_use(collected: Path) -> None:
    vendor = [name for name in manifest(collected) if name.startswith("vendor/")]
    assert any(name.startswith("vendor/htmx/htmx.esm") for name in vendor)
    assert any(name.endswith(".woff2") for name in vendor)
    assert not [name for name in vendor if name.startswith("vendor/htmx/ext") or name.endswith((".md", ".json"))]


def test_storage_rewrites_imports() -> None:
    assert HashedStaticFilesStorage.support_js_module_import_aggregation is True
