"""import_template and export_template: documents, exit codes, and a database that is not there."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from spaces.models import Space
from tests.factories import make_space
from tests.workflows.texts import CANONICAL, EXAMPLE, file, task
from workflows.document import parse_yaml, to_json
from workflows.models import Workflow

BAD = EXAMPLE.replace("analyse.analysis}", "analyse.analysys}")


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


def run(*arguments: str) -> tuple[int, str]:
    """Call a command; return its exit code and what it wrote to standard output."""
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=io.StringIO())
    except CommandError as exc:
        return exc.returncode, out.getvalue()
    return 0, out.getvalue()


def run_json(*arguments: str) -> tuple[int, Any]:
    """Call a command with --json; return its exit code and its one document."""
    code, out = run(*arguments, "--json")
    return code, json.loads(out)


def importing(path: Path, *more: str, user: str = "builder", space: str = "demo") -> tuple[str, ...]:
    return ("import_template", str(path), "--space", space, "--user", user, *more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(EXAMPLE, "utf-8")
    return tmp_path / "template.yaml"


@pytest.mark.django_db
class TestImport:
    def test_draft(self, space: Space, path: Path) -> None:
        assert run_json(*importing(path)) == (0, {"slug": "requirement-to-code", "version": None, "problems": []})
        assert Workflow.objects.get().live_version is None

    def test_published(self, space: Space, path: Path) -> None:
        assert run_json(*importing(path, "--publish"))[1]["version"] == 1
        assert run_json(*importing(path, "--publish"))[1]["version"] == 2
        assert run(*importing(path, "--publish")) == (0, "requirement-to-code v3\n")
        assert Workflow.objects.get().draft_revision == 3

    def test_warnings_do_not_block(self, space: Space, path: Path) -> None:
        path.write_text(file(task("a", "outputs: [{name: x, type: file}]")), "utf-8")
        code, document = run_json(*importing(path, "--publish"))
        assert (code, document["version"]) == (0, 1)
        assert [(one["path"], one["severity"]) for one in document["problems"]] == [
            ("nodes[0].outputs[0].description", "warning")
        ]
        assert "  warning: nodes[0].outputs[0].description" in run(*importing(path))[1]

    def test_errors_block_publishing_only(self, space: Space, path: Path) -> None:
        path.write_text(file("  - {key: ci, type: pipeline, connection: c, job: j}"), "utf-8")
        code, document = run_json(*importing(path))
        assert (code, document["slug"], document["problems"][0]["severity"]) == (0, "t", "error")
        code, document = run_json(*importing(path, "--publish"))
        assert (code, document["slug"], document["version"]) == (1, "t", None)
        assert document["problems"][0]["message"] == "Pipelines cannot be started yet"

    def test_broken_file_is_refused_with_its_problems(self, space: Space, path: Path) -> None:
        path.write_text(BAD, "utf-8")
        code, document = run_json(*importing(path, "--publish"))
        assert (code, document["slug"], document["version"]) == (1, None, None)
        assert document["problems"] == [
            {
                "path": "nodes[1].inputs[0].from",
                "message": "analyse.analysys is not an output of any upstream node",
                "severity": "error",
                "suggestion": "did you mean analyse.analysis?",
                "fix_edge": None,
            }
        ]
        assert "did you mean analyse.analysis?" in document["error"]
        assert not Workflow.objects.exists()
        assert run(*importing(path)) == (1, "")

    @pytest.mark.parametrize(
        ("where", "code", "error"),
        [
            ({"user": "viewer"}, 1, "The role of viewer in the space demo does not allow this."),
            ({"user": "outsider"}, 2, "There is no space demo for outsider."),
            ({"space": "demmo"}, 2, "There is no space demmo for builder (did you mean demo?)"),
            ({"user": "bulder"}, 2, "There is no user bulder (did you mean builder?)"),
            ({"user": "zzz"}, 2, "There is no user zzz (there are: admin, builder, outsider, viewer)"),
        ],
    )
    @pytest.mark.usefixtures("space", "outsider")
    def test_people_and_places(self, path: Path, where: dict[str, str], code: int, error: str) -> None:
        expected = {"slug": None, "version": None, "problems": [], "error": error}
        assert run_json(*importing(path, **where)) == (code, expected)
        assert not Workflow.objects.exists()

    def test_inactive_people_do_nothing(self, space: Space, builder: User, path: Path) -> None:
        User.objects.filter(pk=builder.pk).update(is_active=False)
        assert run_json(*importing(path))[0] == 2

    def test_unreadable_files(self, space: Space, path: Path) -> None:
        code, document = run_json(*importing(path.with_name("gone.yaml")))
        assert (code, document["error"].endswith("gone.yaml cannot be read: No such file or directory")) == (2, True)
        path.write_bytes(b"aime: 1\nname: \xff")
        assert "is not UTF-8 text" in run_json(*importing(path))[1]["error"]

    def test_personal_template_stays_hidden(self, space: Space, path: Path) -> None:
        path.write_text(EXAMPLE.replace("visibility: space", "visibility: personal"), "utf-8")
        assert run_json(*importing(path))[1]["slug"] == "requirement-to-code"
        assert run("export_template", "requirement-to-code", "--space", "demo")[0] == 2
        assert run("export_template", "requirement-to-code", "--space", "demo", "--user", "admin")[0] == 2
        code, text = run("export_template", "requirement-to-code", "--space", "demo", "--user", "builder")
        assert (code, parse_yaml(text).visibility) == (0, "personal")


@pytest.mark.django_db
class TestExport:
    def test_export_then_import_gives_the_same(self, space: Space, path: Path) -> None:
        run(*importing(path))
        code, text = run("export_template", "requirement-to-code", "--space", "demo")
        assert (code, text) == (0, CANONICAL)
        assert parse_yaml(text) == parse_yaml(EXAMPLE)
        code, document = run_json("export_template", "requirement-to-code", "--space", "demo")
        assert (code, document) == (0, to_json(parse_yaml(EXAMPLE)))

    def test_a_published_version(self, space: Space, path: Path) -> None:
        run(*importing(path, "--publish"))
        path.write_text(EXAMPLE.replace("From a requirement", "Off a requirement"), "utf-8")
        run(*importing(path))
        export = ("export_template", "requirement-to-code", "--space", "demo")
        assert "Off a requirement" in run(*export)[1]
        assert run(*export, "--number", "1")[1] == CANONICAL
        assert run_json(*export, "--number", "2")[1] == {
            "error": "There is no version 2 of this template (there are: 1)"
        }

    def test_unknown_names(self, space: Space, path: Path) -> None:
        run(*importing(path))
        assert run_json("export_template", "requirement-to-cod", "--space", "demo") == (
            2,
            {"error": "There is no template requirement-to-cod (did you mean requirement-to-code?)"},
        )
        assert run_json("export_template", "x", "--space", "dmo")[1] == {
            "error": "There is no space dmo (did you mean demo?)"
        }


# --- As a process: no database, wrong command line ------------------------------------------------------------------
def manage(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"AIME_DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "aime_project.settings"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.processes
def test_without_a_database_the_command_says_what_to_start(tmp_path: Path, path: Path) -> None:
    done = manage(tmp_path / "data", *importing(path), "--json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert (document["slug"], document["problems"]) == (None, [])
    assert document["error"].startswith("start `make run` first")
    assert "start `make run` first" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.processes
def test_wrong_command_line_gives_a_document_too(tmp_path: Path) -> None:
    done = manage(tmp_path / "data", "import_template", "x.yaml", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["slug"] is None
    assert "--space" in done.stderr
