"""The list of spaces, the theme, refusals, sign-in and sign-out."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import PASSWORD
from tests.factories import make_space


def test_only_space_is_opened_at_once(builder: User, builder_client: Client) -> None:
    make_space(builder=builder)
    answer = builder_client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/s/demo/")


def test_my_spaces_are_listed_and_no_others(builder: User, admin: User, builder_client: Client) -> None:
    make_space("one", builder=builder)
    make_space("two", viewer=builder)
    make_space("unseen", admin=admin)
    html = builder_client.get("/").content.decode()
    assert "/s/one/" in html
    assert "/s/two/" in html
    assert "unseen" not in html


def test_nobodys_list_says_what_to_do(builder_client: Client) -> None:
    assert "Ask an admin" in builder_client.get("/").content.decode()


def test_anonymous_visitor_signs_in_and_comes_back(builder: User) -> None:
    make_space(builder=builder)
    client = Client()
    sign_in = client.get("/s/demo/")
    assert sign_in["Location"] == "/accounts/login/?next=/s/demo/"
    assert "Sign in" in client.get(sign_in["Location"]).content.decode()
    data = {"username": "builder", "password": PASSWORD, "next": "/s/demo/"}
    assert client.post("/accounts/login/", data)["Location"] == "/s/demo/"


def test_wrong_password_is_said(builder: User) -> None:
    answer = Client().post("/accounts/login/", {"username": "builder", "password": "wrong"})
    assert "enter a correct username" in answer.content.decode().lower()


def test_sign_out_is_a_post(builder_client: Client) -> None:
    assert builder_client.get("/accounts/logout/").status_code == 405
    assert builder_client.post("/accounts/logout/").status_code == 302
    assert builder_client.get("/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(("theme", "attribute"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_theme_is_remembered_and_on_the_first_paint(theme: str, attribute: str) -> None:
    client = Client()
    answer = client.post("/appearance/", {"theme": theme, "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    assert attribute in client.get("/accounts/login/").content.decode()
    client.post("/appearance/", {"theme": "system"})
    assert "data-theme" not in client.get("/accounts/login/").content.decode()


def test_theme_takes_no_nonsense_and_leads_nowhere_else() -> None:
    client = Client()
    assert client.post("/appearance/", {"theme": "pink"}).status_code == 422
    assert client.post("/appearance/", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/accounts/login/").content.decode()


def test_missing_page_is_a_page_and_for_htmx_a_note(builder_client: Client) -> None:
    page = builder_client.get("/s/nowhere/")
    assert (page.status_code, "There is nothing here" in page.content.decode()) == (404, True)
    note = builder_client.get("/s/nowhere/", headers={"HX-Request": "true"})
    assert (note.status_code, note["HX-Retarget"]) == (404, "#toasts")
    assert "<html" not in note.content.decode()


def test_forged_form_is_refused(builder: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(builder)
    answer = client.post("/appearance/", {"theme": "dark"})
    assert (answer.status_code, "too old" in answer.content.decode()) == (403, True)


def test_pages_have_a_strict_policy_with_a_nonce_for_the_import_map(builder_client: Client) -> None:
    answer = builder_client.get("/")
    policy = answer["Content-Security-Policy"]
    nonce = answer.content.decode().split('<script type="importmap" nonce="')[1].split('"')[0]
    assert f"'nonce-{nonce}'" in policy
    assert "unsafe" not in policy
    html = answer.content.decode()
    assert " style=" not in html
    assert " onclick=" not in html


def test_page_is_in_one_language_whatever_the_browser_asks_for(db: None) -> None:
    html = Client().get("/accounts/login/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).content.decode()
    words = [word in html for word in ('lang="en"', "User name", "Password")]
    assert len(set(words)) == 1, "words of Django's catalogue stand among untranslated ones"
