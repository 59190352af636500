"""What people are called: Chinese names with the family name first."""

import pytest
from django.contrib.auth.models import User

from spaces.people import person_name


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("小明", "王", "王小明"),
        ("Ada", "Lovelace", "Ada Lovelace"),
        ("小明", "Wang", "小明 Wang"),
        ("王小明", "", "王小明"),
        ("", "", "xiaoming"),
    ],
)
def test_names_are_written_as_people_write_them(first: str, last: str, name: str) -> None:
    assert person_name(User(username="xiaoming", first_name=first, last_name=last)) == name
