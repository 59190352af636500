"""The menu of the editor's bar: each finds the acts that they may do."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from spaces.models import Space
from tests.factories import make_workflow
from workflows.models import Workflow

ADDRESS = "/s/demo/workflows/flow-1/"
ACTS = {"duplicates", "visibility", "transfers", "archives", "restored-archives", "deletions", "file"}


def acts(client: Client, address: str = ADDRESS) -> set[str]:
    """Read the acts of the menu, by the last word of their addresses; none: there is no menu."""
    _, found, rest = client.get(address).content.decode().partition('id="life-menu"')
    menu = rest.partition("</header>")[0]
    return set(re.findall(rf'(?:href|action)="{ADDRESS}([\w-]+)/', menu)) & ACTS if found else set()


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("builder", {"file", "duplicates", "visibility", "transfers", "archives", "deletions"}),
        ("admin", {"file", "duplicates", "visibility", "transfers", "archives", "deletions"}),
        ("colleague", {"file", "duplicates"}),
        ("viewer", {"file"}),
    ],
)
def test_everybody_finds_what_they_may_do(
    space: Space, builder: User, colleague: User, as_: Callable[[str], Client], person: str, expected: set[str]
) -> None:
    make_workflow("a", space=space, owner=builder)
    assert acts(as_(person)) == expected


def test_archived_template_is_brought_back_and_keeps_its_visibility(
    space: Space, builder: User, as_: Callable[[str], Client]
) -> None:
    workflow = make_workflow("a", space=space, owner=builder)
    Workflow.objects.filter(pk=workflow.pk).update(archived_at=timezone.now())
    assert acts(as_("builder")) == {"file", "duplicates", "transfers", "restored-archives", "deletions"}
