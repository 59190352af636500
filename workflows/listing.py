"""The templates of a space as a person lists them: searched, filtered, favourites first. What the address says."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from spaces.models import Space
from spaces.text import is_storable
from workflows.graph import validate
from workflows.models import Favourite, Visibility, Workflow
from workflows.queries import absent_tools
from workflows.task_templates.queries import usable_by_each
from workflows.task_templates.resolving import Lookup, resolution
from workflows.template_file.parsing import read_document
from workflows.template_file.problems import errors
from workflows.template_file.specs import Document

MARKS = ("mine", "favourite", "personal", "unpublished", "problems", "archived")
PAGE = 50
MOST = 2000
QUERY_CHARS = 200


@dataclass(frozen=True)
class WorkflowFilter:
    """What is listed. `marks`: some of MARKS, all of which must hold; `limit`: how many at most."""

    q: str = ""
    marks: frozenset[str] = frozenset()
    limit: int = PAGE

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "WorkflowFilter":
        """Read the address; what makes no sense is left out."""
        wanted = query.get("limit", "")
        limit = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 6 else PAGE
        q = query.get("q", "")[:QUERY_CHARS]
        marks = frozenset(mark for mark in MARKS if query.get(mark))
        return cls(q.strip() if is_storable(q) else "", marks, max(PAGE, min(limit, MOST)))

    def __bool__(self) -> bool:
        return bool(self.q or self.marks)

    def address(self) -> str:
        """Return the query of the address that lists the next page, too."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(mark, "1") for mark in MARKS if mark in self.marks]
        return urlencode([*pairs, ("limit", replace(self, limit=self.limit + PAGE).limit)])


def listed(space: Space, user: User, wanted: WorkflowFilter) -> tuple[list[Workflow], bool]:
    """Return the templates, and whether there are more. At most three queries.

    Each has `is_favourite`, and `has_changes`: is the draft something else than what is live.
    """
    found = _marked(_searched(_annotated(space, user), wanted.q), user, wanted.marks)
    if "problems" in wanted.marks:
        rows = list(found)
        faulty = faulty_drafts(space, rows)
        shown = [workflow for workflow in rows if workflow.pk in faulty]
    else:
        shown = list(found[: wanted.limit + 1])
    return shown[: wanted.limit], len(shown) > wanted.limit


def names_of(space: Space, user: User) -> set[str]:
    """Return the names of all templates in use that the user sees."""
    return set(Workflow.objects.visible_to(user).active().filter(space=space).values_list("name", flat=True))


def _annotated(space: Space, user: User) -> QuerySet[Any]:
    favourites = Favourite.objects.filter(workflow=OuterRef("pk"), user_id=user.pk)
    same = When(draft=F("live_version__document"), then=Value(False))
    seen: QuerySet[Any] = Workflow.objects.visible_to(user).filter(space=space).select_related("owner", "live_version")
    seen = seen.annotate(
        is_favourite=Exists(favourites), has_changes=Case(same, default=Value(True), output_field=BooleanField())
    )
    return seen.defer("live_version__document").order_by("-is_favourite", "name", "id")


def _searched(found: QuerySet[Any], q: str) -> QuerySet[Any]:
    for word in q.split():
        found = found.filter(Q(name__icontains=word) | Q(description__icontains=word) | Q(slug__icontains=word))
    return found


def _marked(found: QuerySet[Any], user: User, marks: Iterable[str]) -> QuerySet[Any]:
    found = found.filter(archived_at__isnull="archived" not in marks)
    for mark in marks:
        match mark:
            case "mine":
                found = found.filter(owner_id=user.pk)
            case "favourite":
                found = found.filter(is_favourite=True)
            case "personal":
                found = found.filter(visibility=Visibility.PERSONAL)
            case "unpublished":
                found = found.filter(has_changes=True)
    return found


def faulty_drafts(space: Space, workflows: Sequence[Workflow]) -> set[int]:
    """Return the keys of the templates of a space whose drafts have errors. Two queries for any number."""
    usernames = list(User.objects.filter(memberships__space=space, is_active=True).values_list("username", flat=True))
    drafts = [(workflow, read_document(workflow.draft)) for workflow in workflows]
    lookups = usable_by_each(space.pk, [(workflow.owner_id, document) for workflow, (document, _) in drafts])
    faulty = set()
    for (workflow, (document, shape)), lookup in zip(drafts, lookups, strict=True):
        own = [name for name in usernames if name == workflow.owner.username]
        seen_by = own if workflow.visibility == Visibility.PERSONAL else usernames
        if shape or _has_errors(document, lookup, seen_by):
            faulty.add(workflow.pk)
    return faulty


def _has_errors(document: Document, lookup: Lookup, usernames: Collection[str]) -> bool:
    found = resolution(document, lookup)
    problems = validate(found.document, usernames=usernames, absent_tools=absent_tools())
    return bool(errors([*found.problems, *problems]))
