"""The development set-up is complete after the first call and changes nothing at the next ones."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from spaces.models import Membership, Space
from workflows.gallery import examples
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


def ensure() -> str:
    output = StringIO()
    call_command("ensure_development", stdout=output)
    return output.getvalue()


def test_first_call_makes_people_with_working_passwords_and_published_examples() -> None:
    output = ensure()
    passwords = dict(line.split() for line in output.splitlines() if line.startswith("    "))
    assert passwords.keys() == {"admin", "builder", "viewer"}
    assert all(User.objects.get(username=name).check_password(word) for name, word in passwords.items())
    assert dict(Membership.objects.values_list("user__username", "role")) == {name: name for name in passwords}
    assert list(User.objects.filter(is_staff=True).values_list("username", flat=True)) == ["admin"]
    assert Workflow.objects.filter(space__slug="demo", live_version__isnull=False).count() == len(examples())


def test_next_call_prints_no_password_and_keeps_what_people_changed() -> None:
    ensure()
    Space.objects.update(name="Ours")
    password = User.objects.get(username="admin").password
    revisions = dict(Workflow.objects.values_list("slug", "draft_revision"))
    assert ensure() == ""
    assert User.objects.get(username="admin").password == password
    assert Space.objects.get().name == "Ours"
    assert dict(Workflow.objects.values_list("slug", "draft_revision")) == revisions


def test_person_that_was_removed_comes_back_with_a_new_password() -> None:
    ensure()
    User.objects.get(username="viewer").delete()
    output = ensure()
    assert "viewer" in output and "admin" not in output
