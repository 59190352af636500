#!/usr/bin/env python
"""Django's command-line entry point."""

import os
import signal
import sys

LONG_RUNNING = ("queue", "supervise")


def main() -> None:
    """Run one management command with the project's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aime_project.settings")
    if sys.argv[1:2] and sys.argv[1] in LONG_RUNNING and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        # Until they listen themselves, Ctrl-C simply ends them. Python's KeyboardInterrupt would be lost where it
        # falls into a destructor or a weak reference's callback, of which the import of a module has one.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
