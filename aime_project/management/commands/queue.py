"""`manage.py queue`: one django-q2 cluster, crash-only. Normally started by `manage.py supervise`."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from aime_project.processes import queue_cluster


class Command(BaseCommand):
    """Run the queue."""

    requires_system_checks: list[str] = []
    help = "Run the queue (hosts and workers) until it is told to stop or one of its processes is killed."

    def handle(self, *args: Any, **options: Any) -> None:
        code = queue_cluster.run()
        sys.stdout.flush()
        sys.stderr.flush()
        # Nothing of the interpreter's shutdown is wanted: it would join children that may hang.
        os._exit(code)
