"""What a person agreed to be the executor of in a space, and what they are asked to agree to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse

from spaces.access import SpaceRequest
from spaces.models import Space
from workflows.models import ExecutorConsent, Visibility, Workflow


@dataclass(frozen=True)
class ConsentRow:
    """A template and a person's consent to it. `nodes`: titles of what runs as them; `given_at` None: asked for."""

    slug: str
    name: str
    nodes: tuple[str, ...]
    given_at: datetime | None


def consents_page(request: SpaceRequest) -> dict[str, Any]:
    """Give the context of the page. Two queries."""
    given = _given(request.space, request.user)
    return {
        "space": request.space,
        "given": given,
        "asked": _asked(request.space, request.user, {row.slug for row in given}),
        "trail": [(request.space.name, reverse("runs:space-home", args=[request.space.slug]))],
    }


def consent_of(workflow: Workflow, user: User) -> ConsentRow | None:
    """Return how a template and a person stand to each other; None when it neither names them nor has their consent."""
    given = ExecutorConsent.objects.filter(workflow=workflow, user=user, revoked_at__isnull=True).first()
    row = _row(workflow, user.get_username(), given.given_at if given else None)
    return row if given or (row.nodes and workflow.visibility == Visibility.SPACE) else None


def _given(space: Space, user: User) -> tuple[ConsentRow, ...]:
    seen = Workflow.objects.visible_to(user).filter(space=space)
    rows = ExecutorConsent.objects.filter(user=user, revoked_at__isnull=True, workflow__in=seen)
    found = rows.select_related("workflow__live_version").order_by("workflow__name", "workflow_id")
    return tuple(_row(consent.workflow, user.get_username(), consent.given_at) for consent in found)


def _asked(space: Space, user: User, given: set[str]) -> tuple[ConsentRow, ...]:
    named = {"nodes": [{"executor": user.get_username()}]}
    seen = Workflow.objects.visible_to(user).active().filter(space=space, visibility=Visibility.SPACE)
    found = seen.filter(Q(draft__contains=named) | Q(live_version__document__contains=named))
    found = found.exclude(slug__in=given).select_related("live_version").order_by("name", "id")
    return tuple(_row(workflow, user.get_username(), None) for workflow in found)


def _row(workflow: Workflow, username: str, given_at: datetime | None) -> ConsentRow:
    documents = [workflow.live_version.document] if workflow.live_version else []
    titles = (title for source in (*documents, workflow.draft) for title in _titles(source, username))
    return ConsentRow(workflow.slug, workflow.name, tuple(dict.fromkeys(titles)), given_at)


def _titles(source: Any, username: str) -> Iterable[str]:
    for node in source.get("nodes", ()):
        if node.get("executor") == username:
            yield node.get("title") or node["key"]
