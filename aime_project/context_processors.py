"""What every page's frame needs: the theme, the spaces of the side navigation with what waits there, the model."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from runs.pages.needs import counts
from runs.pages.notifications import unread_count
from spaces.models import Space

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the frame's values; the list of spaces is queried only by pages that show it."""
    theme = request.COOKIES.get("theme", "")
    user = getattr(request, "user", None)
    return {
        "theme": theme if theme in THEMES else "",
        "embedded_model": settings.AIME_MODEL["embedded"],
        "nav_counts": SimpleLazyObject(lambda: nav_counts(user)),
        "nav_spaces": SimpleLazyObject(lambda: list(Space.objects.visible_to(user)) if user else []),
    }


def nav_counts(user: Any) -> dict[str, Any]:
    """Count what waits for the person, in all and by the slug of the space, and what they have not read of what they
    were told. Three queries, none for a stranger.
    """
    if user is None or not user.is_authenticated:
        return {"all": 0, "spaces": {}, "notices": 0}
    found = counts(user)
    return {"all": sum(found.values()), "spaces": found, "notices": unread_count(user)}
