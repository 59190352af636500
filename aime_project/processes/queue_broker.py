"""django-q2's ORM broker that outlives a restart of the database.

The original lets the error escape: the pusher then sleeps 10 s and ends, the monitor dies. A queue message is only a
wake-up (ADR 0002), so both may go on: nothing is lost by asking again. Named in `Q_CLUSTER["broker_class"]`,
django-q2's documented extension point.
"""

import logging
import time
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf

logger = logging.getLogger("aime.queue")


class QueueBroker(ORM):  # type: ignore[misc]
    """Errors of the connection are logged and waited out; every other error stays an error."""

    @staticmethod
    def get_cache() -> None:
        """No cluster statistics: nobody reads them, and writing them twice a second is not idle."""

    def dequeue(self) -> Any:
        try:
            return super().dequeue()
        except (OperationalError, InterfaceError) as error:
            self._reconnect(error)
            return None

    def acknowledge(self, task_id: int) -> Any:
        """Delete the row; where the database is away for longer, leave it: it is delivered again, which is harmless."""
        for _ in range(20):
            try:
                return super().acknowledge(task_id)
            except (OperationalError, InterfaceError) as error:
                self._reconnect(error)
        return None

    def release_prefetched(self) -> int:
        """Make rows that a killed cluster had taken and not begun deliverable at once; return how many."""
        return int(self.get_connection().filter(key=self.list_key, lock__gt=timezone.now()).update(lock=timezone.now()))

    def _reconnect(self, error: Exception) -> None:
        logger.warning("queue: database away: %s", str(error).strip())
        connections[Conf.ORM].close()
        time.sleep(Conf.POLL)
