"""Run the browser tests in the system's Chromium; get one from Debian where that is possible, else say so and go on."""

import shutil
import subprocess
import sys

from deploy.setup import ROOT, install_system_package

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_TESTS = 5  # pytest's exit code when nothing was selected


def main() -> None:
    """Find Chromium, run pytest: on all browser tests, or on those that the arguments name."""
    if not (ROOT / "tests" / "browser").is_dir():
        return
    if not find() and not (install_system_package("chromium") and find()):
        print("browser tests: SKIPPED, there is no Chromium on this machine (Debian: `apt-get install chromium`).")
        return
    chosen = any((ROOT / argument.partition("::")[0]).exists() for argument in sys.argv[1:])
    places = [] if chosen else ["tests/browser"]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "browser", *places, *sys.argv[1:]]
    code = subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL).returncode
    sys.exit(0 if code == NO_TESTS else code)


def find() -> str | None:
    """Give the path of a Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


if __name__ == "__main__":
    main()
