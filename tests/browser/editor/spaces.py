"""Run as a process against a running Aime: an empty space of the builder's, its slug as argument."""

import sys

import django


def main() -> None:
    django.setup()
    from django.contrib.auth.models import User

    from spaces.models import Membership, Role, Space

    space, _is_new = Space.objects.get_or_create(slug=sys.argv[1], defaults={"name": sys.argv[1].title()})
    builder = User.objects.get(username="builder")
    Membership.objects.get_or_create(space=space, user=builder, defaults={"role": Role.BUILDER})


if __name__ == "__main__":
    main()
