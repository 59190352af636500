"""Names of people, as pages show them."""

from typing import Any


def full_name(user: Any) -> str:
    """Give the name to show for a user, empty for nobody."""
    return str(user.get_full_name() or user.get_username()) if user else ""
