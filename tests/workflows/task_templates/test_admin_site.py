"""The admin site's pages of task templates: to look at, and no content of personal ones."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
from tests.workflows.task_templates.conftest import client_of, make_task_template
from workflows.models import TaskTemplate

LISTS = ("/admin/workflows/tasktemplate/", "/admin/workflows/tasktemplateversion/")


def pages(template: TaskTemplate) -> list[str]:
    return [f"{LISTS[0]}{template.pk}/change/", f"{LISTS[1]}{template.versions.get().pk}/change/"]


def test_staff_looks_but_never_changes(review: TaskTemplate, admin: User) -> None:
    browser = client_of(admin)
    for address in (*LISTS, *pages(review)):
        assert browser.get(address).status_code == 200
    assert "Review {{ code }}" in browser.get(pages(review)[1]).content.decode()
    for address in (*pages(review), *(f"{place}add/" for place in LISTS)):
        assert browser.post(address, {"name": "x"}).status_code == 403


def test_content_of_personal_task_templates_is_not_shown(space: Space, admin: User, builder: User) -> None:
    template = make_task_template(space, builder, visibility="personal")
    browser: Client = client_of(admin)
    html = "".join(browser.get(address).content.decode() for address in (*LISTS, *pages(template)))
    assert "Review {{ code }}" not in html
    assert "Looks for faults." not in html
    for address in (f"{LISTS[0]}?description__icontains=faults", f"{LISTS[1]}?document__icontains=Review"):
        assert browser.get(address).status_code in (302, 400)


@pytest.mark.parametrize("address", LISTS)
def test_people_who_are_no_staff_are_sent_away(review: TaskTemplate, builder_client: Client, address: str) -> None:
    assert builder_client.get(address).status_code == 302
