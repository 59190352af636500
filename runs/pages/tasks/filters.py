"""What My tasks may be asked for: the words and filters of the history, as far as they fit a list of one's own."""

from dataclasses import dataclass
from typing import Any

from runs import sql
from runs.compiled import Compiled, Person
from runs.history.filters import STATUSES, RunFilter
from runs.models import Trigger
from runs.pages.history import TEMPLATES, Choice, as_choices
from runs.wording import StatusLabel, run_label
from spaces.models import Space
from workflows.models import Workflow

# Of all spaces together; a name that several have is one entry.
ALL_TEMPLATES = Compiled(
    lambda user: Workflow.objects.visible_to(Person(user)).order_by("name", "slug").values_list("slug", "name")
)


@dataclass(frozen=True)
class TaskFilters:
    """The filter bar. `statuses`: none where every run waits; `is_open`: more is asked for than words."""

    wanted: RunFilter
    statuses: tuple[tuple[Choice, StatusLabel], ...]
    templates: tuple[Choice, ...]
    triggers: tuple[Choice, ...]
    is_open: bool


def task_filters(user: Any, space: Space | None, wanted: RunFilter, *, with_status: bool) -> TaskFilters:
    """Read what may be asked for in a space or in all of the person's. One query."""
    templates = sql.rows(*(TEMPLATES(user.pk, space.pk) if space else ALL_TEMPLATES(user.pk)))
    offered = STATUSES if with_status else ()
    return TaskFilters(
        wanted=wanted,
        statuses=tuple((Choice(status, "", status in wanted.status), run_label(status)) for status in offered),
        templates=as_choices(dict(templates).items(), wanted.template),
        triggers=as_choices([(str(value), str(label)) for value, label in Trigger.choices], wanted.trigger),
        is_open=wanted.is_narrow,
    )
