"""`manage.py supervise`: run all of Aime in the foreground. This is what `make run` executes."""

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from aime_project import data_dir
from aime_project.processes.instance import CannotStart, listen, lock_instance
from aime_project.processes.supervisor import Supervisor

EXIT_REFUSED = 2
LOG_BYTES = 5 * 1024 * 1024


def _log_to_file() -> None:
    """Leave the terminal to what people read; keep the format."""
    for handler in logging.root.handlers[:]:
        path = data_dir.logs_dir(settings.AIME_DATA_DIR) / "supervisor.log"
        file = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8")
        file.setFormatter(handler.formatter)
        file.setLevel(handler.level)
        logging.root.removeHandler(handler)
        logging.root.addHandler(file)


class Command(BaseCommand):
    """Run all of Aime."""

    help = "Start the database, the web server, the queue and the model, keep them running, and stop them with Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse early what cannot work, then supervise."""
        try:
            lock = lock_instance(settings.AIME_DATA_DIR)
            listening = listen(settings.HOST, settings.PORT)
        except CannotStart as refusal:
            self.stderr.write(str(refusal))
            sys.exit(EXIT_REFUSED)
        _log_to_file()
        with lock, listening:
            code = Supervisor(listening).run()
        sys.stdout.flush()
        os._exit(code)  # a thread may be blocked on a database that is gone
