"""What the frame of every page counts for a person, also asked for again as it changes."""

from typing import Any

from runs.pages.needs import counts
from runs.pages.notifications import unread_count


def nav_counts(user: Any) -> dict[str, Any]:
    """Count what waits for the person, in all and by the slug of the space, and what they have not read of what they
    were told. Three queries, none for a stranger.
    """
    if user is None or not user.is_authenticated:
        return {"all": 0, "spaces": {}, "notices": 0}
    found = counts(user)
    return {"all": sum(found.values()), "spaces": found, "notices": unread_count(user)}
