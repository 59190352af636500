"""Models of the spaces app, re-exported."""

from spaces.models.membership import ROLE_PERMISSIONS, Membership, Permission, Role
from spaces.models.sign_in_tries import SignInTries
from spaces.models.space import Space

__all__ = ["ROLE_PERMISSIONS", "Membership", "Permission", "Role", "SignInTries", "Space"]
