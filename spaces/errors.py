"""Refusals of the spaces app.

SpacesError
├── LastAdmin      a space keeps at least one admin: name another one first
└── AlreadyMember  the person is in the space: change the role instead
"""


class SpacesError(Exception):
    """Something about a space cannot be done."""


class LastAdmin(SpacesError):
    """A space keeps at least one admin."""


class AlreadyMember(SpacesError):
    """This person is a member already."""
