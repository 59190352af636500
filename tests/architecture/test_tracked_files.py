"""Nothing in the repository belongs to one machine: no path, no package registry's host, no secret."""

import re
import subprocess

from tests.architecture.tree import ROOT, judge

TEXTS = (".py", ".js", ".css", ".html", ".md", ".toml", ".txt", ".json", ".yaml", ".sh", ".jinja", "Makefile", "NOTICE")
MACHINE = re.compile(
    r"(?<![\w/.])/(?:home|Users|work|mnt|media|root)/\w|[A-Z]:\\\\Users"  # somebody's folders
    r"|https?://(?:registry\.npmjs\.org|pypi\.org/simple|files\.pythonhosted\.org|[\w.-]*(?:mirror|nexus|artifactory)[\w-]*\.\w)"
    r"|index-url|trusted-host"
)
SECRET = re.compile(r"\bsk-[A-Za-z0-9]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bgh[pousr]_[A-Za-z0-9]{30,}")
KEPT_OUT = (".aime", ".venv", "node_modules", "staticfiles", "build", ".env")


def tracked() -> list[str]:
    """Name every file that Git tracks; none where this is no clone."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    return [line for line in done.stdout.split("\0") if line and (ROOT / line).is_file()]


def matches(pattern: re.Pattern[str]) -> dict[str, str]:
    """Give the files in which a pattern is found, with what was found; this test itself speaks of both."""
    own = f"tests/architecture/{__name__.rsplit('.', 1)[-1]}.py"
    texts = {
        line: (ROOT / line).read_text(encoding="utf-8") for line in tracked() if line.endswith(TEXTS) and line != own
    }
    return {line: repr(found[0]) for line, text in texts.items() if (found := pattern.search(text))}


def test_no_path_or_host_of_one_machine_is_tracked() -> None:
    """A clone works anywhere; where packages come from is the operator's setting."""
    judge(matches(MACHINE), {}, "Compute the path, or leave the host to the package manager's own settings:")


def test_no_secret_is_tracked() -> None:
    """Keys come by the environment."""
    judge(matches(SECRET), {}, "Remove it, change the key, and read it through env_secret:")


def test_what_is_made_is_not_tracked() -> None:
    """`make setup` makes it again."""
    judge([line for line in tracked() if line.split("/")[0] in KEPT_OUT], {}, "Untrack it and add it to .gitignore:")
