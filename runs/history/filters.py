"""What a list of runs is asked for, as the address says it. What makes no sense there is left out, never an error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from runs.history.terms import words
from runs.models import Trigger
from runs.states import RunStatus
from spaces.text import is_storable

QUERY_CHARS = 200
NAME_CHARS = 150
WORDS = 8
STATUSES = tuple(status.value for status in RunStatus)
CURSOR = re.compile(r"\A[0-9A-Z]{26}\Z")


@dataclass(frozen=True)
class RunFilter:
    """A question to the history. `by`, `run_as`: usernames; `template`: a slug; `since`, `until`: days (UTC), both in.

    `before`, `after`: the public id that a page lies below or above; at most one of them.
    """

    q: str = ""
    status: frozenset[str] = frozenset()
    template: str = ""
    trigger: str = ""
    by: str = ""
    run_as: str = ""
    since: date | None = None
    until: date | None = None
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "RunFilter":
        """Read the address."""
        before, after = _cursor(query.get("before")), _cursor(query.get("after"))
        return cls(
            q=_text(query.get("q"), QUERY_CHARS),
            status=frozenset(query.getlist("status")) & frozenset(STATUSES),
            template=_text(query.get("template"), NAME_CHARS),
            trigger=query.get("trigger", "") if query.get("trigger") in Trigger.values else "",
            by=_text(query.get("by"), NAME_CHARS),
            run_as=_text(query.get("run_as"), NAME_CHARS),
            since=_day(query.get("since")),
            until=_day(query.get("until")),
            before=before,
            after="" if before else after,
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The parts of the text that must all be found."""
        return words(self.q)[:WORDS]

    @property
    def is_narrow(self) -> bool:
        """Say whether anything but words is asked for."""
        return self.narrowed_by > 0

    @property
    def narrowed_by(self) -> int:
        """Count the filters that are set; words are none, some statuses are one."""
        return sum(map(bool, (self.status, self.template, self.trigger, self.by, self.run_as, self.since, self.until)))

    def __bool__(self) -> bool:
        """Say whether anything is asked for; which page is no question."""
        return bool(self.address())

    def address(self, **cursor: str) -> str:
        """Return the query of the address that asks the same, of the page that `before` or `after` says."""
        pairs: list[tuple[str, str]] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "status":
                pairs += [("status", status) for status in STATUSES if status in value]
            elif value and field.name not in ("before", "after"):
                pairs.append((field.name, str(value)))
        return urlencode([*pairs, *cursor.items()])

    def here(self) -> str:
        """Return the query of the address of this very page."""
        cursor: Mapping[str, Any] = {"before": self.before, "after": self.after}
        return self.address(**{name: value for name, value in cursor.items() if value})


def _text(value: str | None, limit: int) -> str:
    text = (value or "")[:limit].strip()
    return text if is_storable(text) else ""


def _cursor(value: str | None) -> str:
    return value if value and CURSOR.match(value) else ""


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
