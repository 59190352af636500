"""What every page's frame needs: the theme, the spaces of the side navigation with what waits there, the model."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from runs.pages.nav_counts import nav_counts
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
