"""What the frame of every page shows of a person: their spaces, what waits for them there, what they have not read."""

from dataclasses import dataclass, field
from typing import Any

from runs import sql
from runs.compiled import Compiled, Person
from runs.models import Notification
from runs.pages.needs import count_statements, counted
from runs.pages.notifications import MOST_COUNTED
from spaces.models import Space


def _unread(user: int) -> Any:
    return Notification.objects.told_to(Person(user)).unread().order_by().values_list("pk")[:MOST_COUNTED]


UNREAD = Compiled(_unread)


@dataclass(frozen=True)
class NavCounts:
    """`places`: the person's spaces by name, with key, slug and name alone; `spaces`: slug → how many nodes wait there.

    `notices`: up to a hundred.
    """

    places: tuple[Space, ...] = ()
    spaces: dict[str, int] = field(default_factory=dict)
    notices: int = 0

    @property
    def all(self) -> int:
        """How many nodes wait for the person in all their spaces."""
        return sum(self.spaces.values())


def nav_counts(user: Any) -> NavCounts:
    """Read what the frame shows. Three queries in one round trip, none for a stranger."""
    if user is None or not user.is_authenticated:
        return NavCounts()
    spaces, groups, unread = sql.batch(*count_statements(user), UNREAD(user.pk))
    places = tuple(Space(pk=pk, slug=slug, name=name) for pk, _role, slug, name in spaces)
    return NavCounts(places, counted(user, spaces, groups), len(unread))
