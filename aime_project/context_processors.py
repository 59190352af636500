"""What every page's frame needs: the theme, the spaces of the side navigation with what waits there, the model."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from runs.pages.nav_counts import nav_counts

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the frame's values; what is asked of the database is asked only by pages that show it."""
    theme = request.COOKIES.get("theme", "")
    user = getattr(request, "user", None)
    return {
        "theme": theme if theme in THEMES else "",
        "embedded_model": settings.AIME_MODEL["embedded"],
        "nav_counts": SimpleLazyObject(lambda: nav_counts(user)),
    }
