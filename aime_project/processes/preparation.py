"""Before anything is served: migrations, development set-up, static files. Each in a process of its own, so that the
supervisor stays small and Ctrl-C ends it at once."""

import os
import select
import subprocess

from django.conf import settings

from aime_project.processes import children
from aime_project.processes.child import ROOT, tied
from aime_project.processes.instance import CannotStart
from aime_project.processes.signals import StopSignals
from aime_project.processes.terminal import Terminal

MANIFEST = "staticfiles.json"


def prepare(terminal: Terminal, signals: StopSignals) -> None:
    """Do what is missing. Raises CannotStart when a step fails or a stop is asked for."""
    # `make run` serves plain HTTP on this machine; behind TLS nobody wants demo users.
    development = [] if settings.AIME_HTTPS else ["--development"]
    _run("prepare", [*children.manage("prepare"), *development], terminal, signals)
    if not settings.DEBUG and not (settings.STATIC_ROOT / MANIFEST).exists():
        terminal.say("Collecting static files")
        _run("collectstatic", children.manage("collectstatic", "--noinput", "-v", "0"), terminal, signals)


def _run(name: str, arguments: list[str], terminal: Terminal, signals: StopSignals) -> None:
    process = subprocess.Popen(
        tied(arguments),
        cwd=ROOT,
        env={**os.environ, **children.common_env(None)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output = _read_all(process, signals)
    finally:
        process.kill()
        code = process.wait()
    if signals.stopping:
        raise CannotStart("Stopped while starting")
    text = output.decode("utf-8", "replace").strip()
    if code != 0:
        raise CannotStart(f"The step `{name}` failed:\n{text}")
    if text:
        terminal.say(text)


def _read_all(process: subprocess.Popen[bytes], signals: StopSignals) -> bytes:
    """Read until it ends or a stop is asked for."""
    assert process.stdout is not None
    output = b""
    with process.stdout as pipe:
        while not signals.stopping:
            ready, _, _ = select.select([pipe.fileno(), signals.fileno()], [], [])
            if pipe.fileno() in ready:
                chunk = os.read(pipe.fileno(), 65536)
                if not chunk:
                    process.wait()
                    break
                output += chunk
            else:
                signals.drain()
    return output
