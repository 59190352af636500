"""Filters of the history that a person keeps under a name. Nobody else sees them."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from runs.errors import ActRefused
from runs.models import SavedFilter
from runs.models.saved_filter import MOST_OF_ONE_PERSON
from spaces.models import Space


def save_filter(*, space: Space, by: User, name: str, query: str) -> None:
    """Keep a question under a name; the same name again means the newer question."""
    mine = SavedFilter.objects.filter(space=space, user=by)
    if mine.count() >= MOST_OF_ONE_PERSON and not mine.filter(name=name).exists():
        raise ActRefused(_("You keep %(most)d filters here; delete one first.") % {"most": MOST_OF_ONE_PERSON})
    SavedFilter.objects.update_or_create(space=space, user=by, name=name, defaults={"query": query})


def delete_filter(*, space: Space, by: User, pk: int) -> bool:
    """Delete one of the person's own filters; False where they have no such filter."""
    deleted, _rows = SavedFilter.objects.filter(space=space, user=by, pk=pk).delete()
    return deleted > 0
