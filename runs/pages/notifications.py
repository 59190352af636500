"""What a person was told, newest first, by keyset; and how much of it they have not read. The words are made here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from runs.graphs import version_graph
from runs.models import Notification, NotificationSetting
from runs.models.notification import NotificationQuerySet
from runs.pages.people import full_name
from runs.states import WaitingFor
from runs.wording import StatusLabel, node_label

PAGE = 30
GLANCE = 8
MOST_COUNTED = 100
MAX_ID = 2**63 - 1
UNREAD = ("run__inputs", "run__search_text", "run__search_terms", "run__version__document",
          "run__version__workflow__draft", "node_run__inputs", "node_run__error_detail")  # fmt: skip


@dataclass(frozen=True)
class Notice:
    """One line. `text`: what it says in a sentence; `detail`: why, where that is known; `address`: the exact gate."""

    pk: int
    text: str
    detail: str
    run_title: str
    space_name: str
    label: StatusLabel
    at: datetime
    address: str
    is_unread: bool
    is_settled: bool
    settled_by: str


@dataclass(frozen=True)
class Notices:
    """A page of them. `here`: its own address; `newer`, `older`: its neighbours', empty at an end."""

    rows: tuple[Notice, ...]
    unread: int
    only_unread: bool
    here: str
    newer: str
    older: str

    @property
    def query(self) -> str:
        """The part of the address that says which page this is, with its question mark; empty for the first."""
        return "".join(self.here.partition("?")[1:])


def unread_count(user: Any) -> int:
    """Count what the bell shows, up to a hundred. One query, by an index of what is unread."""
    return Notification.objects.told_to(user).unread().order_by()[:MOST_COUNTED].count()


def glance(user: Any) -> Notices:
    """Read the newest few, for the bell. Two queries, and one for each template version not met before."""
    rows = tuple(_notice(row, user) for row in _rows(user)[:GLANCE])
    return Notices(rows, unread_count(user), only_unread=False, here="", newer="", older="")


def notices(user: Any, query: QueryDict) -> Notices:
    """Read the page that the address names: `show=unread`, `before` or `after` a number. Three queries at most."""
    only_unread = query.get("show") == "unread"
    seen = _rows(user)
    seen = seen.unread() if only_unread else seen
    found, has_newer, has_older = _page(seen, _number(query.get("before")), _number(query.get("after")))
    rows = tuple(_notice(row, user) for row in found)
    return Notices(
        rows,
        unread_count(user),
        only_unread,
        here=_address(only_unread, **{name: str(query[name]) for name in ("before", "after") if query.get(name)}),
        newer=_address(only_unread, after=str(rows[0].pk)) if has_newer else "",
        older=_address(only_unread, before=str(rows[-1].pk)) if has_older else "",
    )


def choices_of(user: Any) -> tuple[tuple[str, str, bool], ...]:
    """Return of what a person may be told: (kind, in words, are they told of it)."""
    chosen = NotificationSetting.objects.filter(user_id=user.pk).first()
    words = {
        Notification.Kind.WAITING: _("A node waits for a person"),
        Notification.Kind.DONE: _("A node is done"),
        Notification.Kind.FAILED: _("A node failed"),
    }
    return tuple((kind.value, word, chosen is None or getattr(chosen, kind)) for kind, word in words.items())


def _rows(user: Any) -> NotificationQuerySet:
    related = ("run__space", "run__version__workflow", "node_run__executor", "actor", "settled_by")
    return Notification.objects.told_to(user).order_by("-id").select_related(*related).defer(*UNREAD)


def _page(seen: QuerySet[Notification], before: int | None, after: int | None) -> tuple[list[Notification], bool, bool]:
    """Read a page: (rows, is there a newer one, is there an older one). One query; two towards the newest end."""
    if after is not None:
        above = list(seen.filter(pk__gt=after).order_by("id")[: PAGE + 1])
        if len(above) >= PAGE:
            return above[PAGE - 1 :: -1], len(above) > PAGE, True
        before = None  # the newest page is always a whole one
    found = list((seen.filter(pk__lt=before) if before is not None else seen)[: PAGE + 1])
    return found[:PAGE], before is not None and bool(found), len(found) > PAGE


def _number(text: str | None) -> int | None:
    """Read a place in the list; what is none is the beginning."""
    return min(int(text), MAX_ID) if text and text.isdecimal() and len(text) < 20 else None


def _address(only_unread: bool, **place: str) -> str:
    query = {**({"show": "unread"} if only_unread else {}), **place}
    base = reverse("runs:notification-index")
    return f"{base}?{urlencode(query)}" if query else base


def _notice(row: Notification, user: Any) -> Notice:
    run, node = row.run, row.node_run
    page = reverse("runs:run-detail", args=[run.space.slug, run.public_id])
    return Notice(
        pk=row.pk,
        text=_sentence(row, version_graph(run.version_id).specs[node.key].title, user),
        detail=node.error if row.kind == Notification.Kind.FAILED and row.settled_at is None else "",
        run_title=run.title or run.version.workflow.name,
        space_name=run.space.name,
        label=node_label(row.kind, row.waiting_for),
        at=row.created_at,
        address=f"{page}?node={node.key}&version={node.number}",
        is_unread=row.is_unread,
        is_settled=row.settled_at is not None,
        settled_by=full_name(row.settled_by),
    )


def _sentence(row: Notification, title: str, user: Any) -> str:
    """Say what happened, in the reader's language."""
    who = full_name(row.actor)
    words = {"node": title, "who": who, "executor": full_name(row.node_run.executor)}
    if row.kind == Notification.Kind.FAILED:
        return _("“%(node)s” failed") % words
    if row.kind == Notification.Kind.DONE:
        return (_("“%(node)s” is done, accepted by %(who)s") if who else _("“%(node)s” is done")) % words
    if row.settled_at is not None:
        return _("“%(node)s” waits no longer") % words
    match row.waiting_for:
        case WaitingFor.CONSENT if row.node_run.executor_id == user.pk:
            return _("“%(node)s” waits for your consent") % words
        case WaitingFor.CONSENT:
            return _("“%(node)s” waits for the consent of %(executor)s") % words
        case WaitingFor.DONE:
            return _("“%(node)s” was reopened and waits for Done") % words
        case WaitingFor.OUTPUTS:
            return _("“%(node)s” lacks an output and waits for a person") % words
        case WaitingFor.STOPPED:
            return (_("“%(node)s” was stopped by %(who)s") if who else _("“%(node)s” was stopped")) % words
        case _:
            return _("“%(node)s” waits to be confirmed") % words
