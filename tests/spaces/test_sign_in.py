"""Guessing passwords is slow: a limit of tries per name and address, which holds up nobody else."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from spaces.models import SignInTries
from spaces.sign_in import TRIES, address_of, count_try, key_of
from tests.conftest import PASSWORD

AGO = "UPDATE spaces_signintries SET began_at = began_at - make_interval(secs => %s)"


def sign_in(
    name: str = "builder", password: str = "wrong", *, page: str = "/accounts/login/", address: str = "192.0.2.1"
) -> HttpResponse:
    data = {"username": name, "password": password, "next": "/"}
    return Client(REMOTE_ADDR=address).post(page, data)  # type: ignore[return-value]


def guess(**where: str) -> None:
    for _try in range(TRIES):
        assert sign_in(**where).status_code == 200


def pass_time(seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(AGO, [seconds])


def test_after_too_many_tries_also_the_right_password_waits(builder: User) -> None:
    guess()
    answer = sign_in(password=PASSWORD)
    assert answer.status_code == 429
    assert "Try again in 15 minutes." in answer.content.decode()
    pass_time(14 * 60 + 30)
    assert "Try again in 1 minute." in sign_in(password=PASSWORD).content.decode()
    pass_time(31)
    assert sign_in(password=PASSWORD).status_code == 302


def test_waiting_is_not_made_longer_by_trying(builder: User) -> None:
    guess()
    for _minute in range(15):
        assert sign_in().status_code == 429
        pass_time(60)
    assert sign_in(password=PASSWORD).status_code == 302


@pytest.mark.parametrize("other", [{"address": "192.0.2.2"}, {"name": "admin"}])
def test_others_are_not_held_up(builder: User, admin: User, other: dict[str, str]) -> None:
    guess()
    assert sign_in(**other, password=PASSWORD).status_code == 302


@pytest.mark.parametrize("written", ["BUILDER", "ｂｕｉｌｄｅｒ"])
def test_name_written_differently_is_the_same(builder: User, written: str) -> None:
    guess()
    assert sign_in(written).status_code == 429


def test_whoever_knows_the_password_begins_anew(builder: User) -> None:
    for _try in range(TRIES - 1):
        sign_in()
    assert sign_in(password=PASSWORD).status_code == 302
    guess()


def test_limit_is_the_same_for_pages_and_admin_site(admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(is_staff=True, is_superuser=True)
    page = "/admin/login/"
    assert sign_in("admin", PASSWORD, page=page).status_code == 302
    guess(name="admin", page=page)
    for where in (page, "/accounts/login/"):
        answer = sign_in("admin", PASSWORD, page=where)
        assert "Too many tries" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nul\0", "𠮷" * 150, "x' OR '1'='1"])
def test_strange_names_are_counted_like_others(name: str) -> None:
    request = RequestFactory().post("/")
    assert [bool(count_try(key_of(name, request))) for _try in range(TRIES + 1)] == [False] * TRIES + [True]


@pytest.mark.django_db(transaction=True)
def test_tries_side_by_side_are_no_more_than_in_a_row() -> None:
    def one(_place: int) -> bool:
        try:
            return count_try("one key") == 0
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(4 * TRIES))) == TRIES


def test_old_tries_are_forgotten(builder: User) -> None:
    sign_in("somebody")
    pass_time(16 * 60)
    sign_in("somebody else")
    assert SignInTries.objects.count() == 1


@pytest.mark.parametrize(
    ("is_behind_proxy", "told", "address"),
    [
        (False, "203.0.113.9", "192.0.2.1"),  # whoever comes directly may say what they like
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "8.8.8.8, 203.0.113.9", "203.0.113.9"),  # only the last one is the proxy's word
        (True, "nonsense", ""),
        (True, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (True, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_address_is_the_proxys_word_where_there_is_one(
    settings: Any, is_behind_proxy: bool, told: str, address: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if is_behind_proxy else None
    request = RequestFactory().post("/", headers={"X-Forwarded-For": told}, REMOTE_ADDR="192.0.2.1")
    assert address_of(request) == address
