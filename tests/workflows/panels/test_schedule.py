"""The next times of a schedule, in its own zone."""

import datetime as dt

import pytest

from workflows.node_types.schedule import ScheduleConfig
from workflows.panels.schedule import schedule_preview, zone_names

NOW = dt.datetime(2026, 3, 27, 8, 30, tzinfo=dt.UTC)  # a Friday; two days later Berlin's clocks go forward


def times(cron: str, zone: str) -> list[str]:
    return [at.isoformat() for at in schedule_preview(ScheduleConfig(cron=cron, zone=zone), NOW).times]


def test_five_next_working_days_in_the_zone_of_the_schedule() -> None:
    assert times("0 9 * * 1-5", "Asia/Shanghai") == [
        "2026-03-30T09:00:00+08:00",
        "2026-03-31T09:00:00+08:00",
        "2026-04-01T09:00:00+08:00",
        "2026-04-02T09:00:00+08:00",
        "2026-04-03T09:00:00+08:00",
    ]


def test_clock_change_keeps_the_hour_on_the_wall() -> None:
    assert times("0 9 * * *", "Europe/Berlin")[1:3] == ["2026-03-29T09:00:00+02:00", "2026-03-30T09:00:00+02:00"]
    assert times("0 9 * * *", "Europe/Berlin")[0] == "2026-03-28T09:00:00+01:00"


@pytest.mark.parametrize(("cron", "zone"), [("", "UTC"), ("0 99 * * *", "UTC"), ("0 9 * * *", "Mars/Base")])
def test_unfinished_schedule_has_no_times(cron: str, zone: str) -> None:
    assert times(cron, zone) == []


def test_weekdays_are_numbered_as_cron_does() -> None:
    days = dict(schedule_preview(ScheduleConfig(), NOW).weekdays)
    assert (days[0], days[1], days[6]) == ("Sunday", "Monday", "Saturday")


def test_zones_to_choose_from_are_zones() -> None:
    assert {"UTC", "Asia/Shanghai", "Europe/Berlin"} <= set(zone_names())
