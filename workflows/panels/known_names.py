"""Names that were typed elsewhere in the space and can be chosen where the same is wanted again: of connections."""

from typing import Any

from django.db.models import F, Func, JSONField

from spaces.access import Person
from spaces.models import Space
from workflows import node_types
from workflows.models import Workflow

MOST = 50


class _ConnectionsOf(Func):
    """The `connection` of every node of a kind in a document; nodes and documents of any shape."""

    output_field = JSONField()

    def __init__(self, document: str, kind: str) -> None:
        node_types.get(kind)  # raises for what is no kind: the word becomes a part of the query
        path = f'$.nodes[*] ? (@.type == "{kind}").connection'
        super().__init__(F(document), template=f"jsonb_path_query_array(%(expressions)s, '{path}')")


def connection_names(kind: str, space: Space, user: Person) -> tuple[str, ...]:
    """List the connections that nodes of this kind name in the drafts that the user sees, by name. One query."""
    rows = Workflow.objects.visible_to(user).filter(space=space, archived_at__isnull=True)
    found: Any = rows.annotate(found=_ConnectionsOf("draft", kind)).values_list("found", flat=True)
    names = {name.strip() for names in found for name in names or () if isinstance(name, str)}
    return tuple(sorted(names - {""}, key=str.casefold))[:MOST]
