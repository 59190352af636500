"""The test session's database is the real thing."""

import pytest
from django.contrib.auth.models import User
from django.db import connection


@pytest.mark.django_db
def test_database_is_postgresql_that_folds_every_letter() -> None:
    assert connection.vendor == "postgresql"
    assert connection.cursor().execute("SELECT lower('ÄÉЖ中')").fetchone() == ("äéж中",)


@pytest.mark.django_db
def test_people_are_four(admin: User, builder: User, viewer: User, outsider: User) -> None:
    assert set(User.objects.values_list("username", flat=True)) == {"admin", "builder", "viewer", "outsider"}
