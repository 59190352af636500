"""The block of a failed node: one sentence, whether trying again makes sense, what to press first, the ticket."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from runs.executors.base import Failed
from runs.models import Run
from runs.transitions import acts, attempts
from tests.runs.turns import fail, take

Browser = Callable[..., Client]


def block(client: Client, run: Run, query: str = "") -> str:
    html = client.get(f"/s/demo/runs/{run.public_id}/{query}").content.decode()
    found = re.search(
        r'<div class="gate failure".*?(?=<message-composer|<p class="composer|</footer>)', html, re.DOTALL
    )
    assert found, "there is no failure block"
    return found[0]


def buttons(html: str) -> list[tuple[str, bool]]:
    """The labels of what can be pressed, and which of them stands out."""
    found = re.findall(r'class="(button(?: [^"]*)?)"[^>]*>(.*?)</(?:button|a)>', html, re.DOTALL)
    return [(re.sub(r"<[^>]+>", " ", text).split()[0], "button--primary" in css) for css, text in found]


@pytest.mark.parametrize(
    ("kind", "said", "first"),
    [
        ("rate_limited", "Trying again makes sense: the model’s", "Retry"),
        ("refused", "Say it differently", "Edit"),
        ("context_too_long", "Trying again makes no sense", "Re-run"),
        ("auth_rejected", "only after an administrator", "Retry"),
    ],
)
def test_what_helps_stands_out(run: Run, as_: Browser, kind: str, said: str, first: str) -> None:
    assert attempts.fail(take(run, "a"), Failed(kind, "It did not work.", detail="<i>no</i>"))
    html = block(as_("builder"), run)
    assert "It did not work." in html
    assert said.replace("’", "&#x27;") in html
    assert [label for label, stands_out in buttons(html) if stands_out] == [first]
    assert [label for label, _ in buttons(html)] == ["Retry", "Re-run", "Edit"]
    assert "&lt;i&gt;no&lt;/i&gt;" in html
    assert f"/s/demo/runs/{run.public_id}/ticket/#ticket-a" in html


def test_who_may_only_watch_has_nothing_to_press_but_the_ticket(run: Run, as_: Browser) -> None:
    fail(run, "a")
    html = block(as_("viewer"), run)
    assert buttons(html) == []
    assert "can go on from here" in html
    assert "ticket/" in html


def test_failure_of_an_old_version_is_told_and_cannot_be_acted_on(run: Run, as_: Browser) -> None:
    fail(run, "a")
    acts.restart(run.pk, "a", 1, by=run.initiator_id)
    html = block(as_("builder"), run, "?node=a&version=1")
    assert "The provider refused." in html
    assert buttons(html) == []
