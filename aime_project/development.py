"""What `make run` puts into a database that has nobody yet: a space, three people, the worked examples.

Safe to repeat: what is there is left as it is, so a person's own changes and passwords survive every start.
"""

import secrets

from django.contrib.auth.models import User
from django.db import transaction

from spaces.models import Membership, Role, Space
from workflows.actions import import_document, publish
from workflows.errors import PublishRefused
from workflows.gallery import examples
from workflows.models import Workflow

SPACE_SLUG, SPACE_NAME = "demo", "Demo"
PEOPLE = {"admin": Role.ADMIN, "builder": Role.BUILDER, "viewer": Role.VIEWER}
PASSWORD_BYTES = 9  # 12 characters


@transaction.atomic
def ensure_people() -> dict[str, str]:
    """Make the space and the people that are missing; give the passwords of the new ones, by user name."""
    space, _ = Space.objects.get_or_create(slug=SPACE_SLUG, defaults={"name": SPACE_NAME})
    passwords = {}
    for name, role in PEOPLE.items():
        if User.objects.filter(username=name).exists():
            continue
        passwords[name] = secrets.token_urlsafe(PASSWORD_BYTES)
        is_admin = role == Role.ADMIN
        user = User.objects.create_user(
            name, f"{name}@example.org", passwords[name], is_staff=is_admin, is_superuser=is_admin
        )
        Membership.objects.create(space=space, user=user, role=role)
    return passwords


def ensure_examples() -> list[str]:
    """Import and publish the worked examples into a demo space that never had a template; give their names."""
    space = Space.objects.get(slug=SPACE_SLUG)
    owner = User.objects.filter(username="builder", memberships__space=space).first()
    if owner is None or Workflow.objects.filter(space=space).exists():
        return []
    names = []
    for example in examples():
        with transaction.atomic():
            workflow = import_document(space=space, by=owner, document=example.document)
            try:
                publish(workflow=workflow, by=owner, note="")
            except PublishRefused:
                continue  # it stays a draft, whose problems the editor shows
            names.append(workflow.name)
    return names
