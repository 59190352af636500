"""A schedule trigger: cron, time zone, what to do with overlapping and missed times. Pure."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from itertools import islice

from cronsim import CronSim, CronSimError

from workflows.node_types.base import NodeType
from workflows.node_types.fields import Choice, Field
from workflows.template_file.problems import Problem, gettext_noop, phrase
from workflows.template_file.reading import MISSING, Reader
from workflows.template_file.specs import NodeConfig, NodeSpec, OutputSpec

OVERLAPS: tuple[str, ...] = ("skip", "queue", "cancel")
MISSED: tuple[str, ...] = ("skip", "last", "all")
_ANY_MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class ScheduleConfig(NodeConfig):
    """When to start a run. `zone` is an IANA time zone."""

    cron: str = ""
    zone: str = "UTC"
    overlap: str = "skip"
    missed: str = "skip"


def _read(reader: Reader) -> ScheduleConfig:
    return ScheduleConfig(
        cron=reader.line("cron", ""),
        zone=reader.line("zone", "UTC"),
        overlap=reader.choice("overlap", OVERLAPS, "skip"),
        missed=reader.choice("missed", MISSED, "skip"),
    )


def _check(node: NodeSpec, path: str) -> list[Problem]:
    """Report what a draft may still have while it is typed: no cron expression, half a time zone."""
    config = node.config
    assert isinstance(config, ScheduleConfig)
    found: list[Problem] = []
    example = phrase(gettext_noop("for example 0 9 * * 1-5: working days at nine"))
    if not config.cron.strip():
        found.append(Problem(f"{path}.cron", phrase(MISSING, key="cron"), hint=example))
    elif not is_cron(config.cron):
        said = phrase(gettext_noop("%(cron)s is not a cron expression of five fields"), cron=config.cron)
        found.append(Problem(f"{path}.cron", said, hint=example))
    if not is_zone(config.zone):
        said = phrase(gettext_noop("%(zone)s is not a time zone"), zone=config.zone or '""')
        found.append(Problem(f"{path}.zone", said, hint=phrase(gettext_noop("for example Asia/Shanghai"))))
    return found


def is_cron(text: str) -> bool:
    """Say whether `text` is a cron expression of five fields."""
    if len(text.split()) != 5:
        return False
    try:
        CronSim(text, _ANY_MOMENT)
    except CronSimError:
        return False
    return True


def next_times(config: ScheduleConfig, after: dt.datetime, count: int) -> tuple[dt.datetime, ...]:
    """Return the next times after a moment, in the zone of the schedule; none for one that is wrong or never due."""
    if not is_cron(config.cron) or not is_zone(config.zone):
        return ()
    return tuple(islice(CronSim(config.cron, after.astimezone(zoneinfo.ZoneInfo(config.zone))), count))


def is_zone(name: str) -> bool:
    """Say whether `name` is an IANA time zone of this machine."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _by_hand(config: ScheduleConfig, started_at: dt.datetime) -> dict[str, str]:
    zone = zoneinfo.ZoneInfo(config.zone) if is_zone(config.zone) else dt.UTC
    return {"time": started_at.astimezone(zone).isoformat(timespec="seconds")}


SCHEDULE = NodeType(
    key="trigger.schedule",
    label=gettext_noop("Schedule"),
    read=_read,
    config=ScheduleConfig,
    fixed_outputs=(OutputSpec("time", "text", gettext_noop("The moment it was due, ISO 8601 with the zone")),),
    check=_check,
    is_trigger=True,
    icon="clock",
    tint="trigger",
    group=gettext_noop("Triggers"),
    summary=gettext_noop("Starts the workflow at set times"),
    card=("cron", "zone"),
    starter={"cron": "0 9 * * 1-5"},
    form=(
        Field(("cron",), "cron", gettext_noop("When"), required=True),
        Field(("zone",), "zone", gettext_noop("Time zone"), default="UTC"),
        Field(
            ("overlap",),
            "choice",
            gettext_noop("While the last run is still going"),
            default="skip",
            choices=(
                Choice("skip", gettext_noop("Skip the new run")),
                Choice("queue", gettext_noop("Start it afterwards")),
                Choice("cancel", gettext_noop("Cancel the old run")),
            ),
        ),
        Field(
            ("missed",),
            "choice",
            gettext_noop("Times that were missed while Aime was off"),
            default="skip",
            choices=(
                Choice("skip", gettext_noop("Leave them out")),
                Choice("last", gettext_noop("Start the last one")),
                Choice("all", gettext_noop("Start all of them")),
            ),
        ),
    ),
    takes_inputs=False,
    has_own_outputs=False,
    has_executor=False,
    only_by_hand=gettext_noop("Schedules do not start runs yet; until then this workflow starts by hand only"),
    by_hand=_by_hand,
)
