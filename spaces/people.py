"""What a person is called on pages: as people with names in their writing are called, else by their user name."""

import re
from typing import Any

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]+")


def person_name(person: Any) -> str:
    """Give the name to show. A Chinese one is family name first, without a space: 王小明, not 小明 王."""
    return shown_name(person.first_name, person.last_name, person.get_username())


def shown_name(first_name: str, last_name: str, username: str) -> str:
    """Give the same for a person of whom a query read these alone."""
    first, last = first_name.strip(), last_name.strip()
    if first and last and _HAN.fullmatch(first) and _HAN.fullmatch(last):
        return f"{last}{first}"
    return f"{first} {last}".strip() or username
