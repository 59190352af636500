"""Run as a process against a running Aime: an empty space of the builder's; arguments: its slug, its name."""

import sys

import django


def main() -> None:
    django.setup()
    from django.contrib.auth.models import User

    from spaces.models import Membership, Role, Space

    slug, name = sys.argv[1], " ".join(sys.argv[2:]) or sys.argv[1].title()
    space, _is_new = Space.objects.get_or_create(slug=slug, defaults={"name": name})
    builder = User.objects.get(username="builder")
    Membership.objects.get_or_create(space=space, user=builder, defaults={"role": Role.BUILDER})


if __name__ == "__main__":
    main()
