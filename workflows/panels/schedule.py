"""What comes of a schedule: the next times it is due, in its own time zone."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from workflows.node_types.schedule import ScheduleConfig, next_times

SHOWN = 5


@dataclass(frozen=True)
class SchedulePreview:
    """`times`: empty while the schedule is not finished, or never due."""

    zone: str
    times: tuple[dt.datetime, ...]

    @property
    def weekdays(self) -> tuple[tuple[int, str], ...]:
        """The days of the week as cron numbers them, Monday first."""
        names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
        return tuple(((number + 1) % 7, name) for number, name in enumerate(names))


def schedule_preview(config: ScheduleConfig, now: dt.datetime | None = None) -> SchedulePreview:
    """Work out the next times."""
    return SchedulePreview(config.zone, next_times(config, now or timezone.now(), SHOWN))


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the names of the time zones of this machine, without its own aliases."""
    return tuple(
        sorted(name for name in zoneinfo.available_timezones() if not name.startswith(("posix", "right", "localtime")))
    )
