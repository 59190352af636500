"""No file needs scrolling to be understood; when one does, it has two subjects. Hard limits, in lines."""

from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files, judge, modules, name

FILES_IN_A_FOLDER = 25
EXEMPT = {"aime_project/settings.py": "settings are one list, in sections"}
FULL_FOLDERS = {
    "runs": "grew past 25 with the engine; live*, listening and the host's parts are to become folders of their own",
    "tests/runs": "the engine's tests; those of transitions and of hosts are to become folders, as in the code",
    "static/css/components": "one file per component of the design system, each linked by name",
}
KINDS = {
    "Python module": (".py", 300, ("aime_project", "spaces", "workflows", "runs", "deploy")),
    "template": (".html", 150, ("templates",)),
    "JavaScript module": (".js", 200, ("static/js", "tests/js")),
    "style sheet": (".css", 250, ("static/css",)),
    "test module": (".py", 400, ("tests",)),
    "architecture test": (".py", 60, ("tests/architecture",)),
}


def lines(path: Path) -> int:
    """Count the lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("kind", KINDS)
def test_files_stay_short(kind: str) -> None:
    """Past the limit there are two subjects in it."""
    suffix, limit, folders = KINDS[kind]
    long = {name(path): f"{lines(path)} lines" for folder in folders for path in files(folder, suffix)}
    broken = {key: value for key, value in long.items() if int(value.split()[0]) > limit and key not in EXEMPT}
    judge(broken, {}, f"A {kind} has at most {limit} lines; split it by subject:")


def test_the_consumer_stays_short() -> None:
    """It authorises, joins, forwards and leaves; everything else is the hub's."""
    assert lines(ROOT / "runs/consumers.py") <= 60, (
        "Move what is not the socket's own from runs/consumers.py to live*.py"
    )


def test_folders_stay_small() -> None:
    """A folder is a list that one can read."""
    paths = [*modules(), *modules("tests"), *files("templates", ".html"), *files("static", "")]
    count = Counter(name(path.parent) for path in paths if path.is_file())
    full = {folder: f"{number} files" for folder, number in count.items() if number > FILES_IN_A_FOLDER}
    judge(full, FULL_FOLDERS, f"A folder has at most {FILES_IN_A_FOLDER} files; make folders by subject:")
