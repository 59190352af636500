"""One check of addresses, for agents, for people at the gate and at the start, and for what pages make a link of."""

from pathlib import Path

import pytest

from runs.agent.addresses import BadAddress, checked_url, is_address

REFUSED = {
    "https://example.org/" + "x" * 2000: "long",
    "https://exam ple.org/": "hidden",
    "https://example.org/a\x07b": "hidden",
    "https://example.org/\u202egpj.exe": "hidden",
    "https://example.org/a\u200b": "hidden",
    "https://x/\nb": "hidden",
    "http://[::1": "unreadable",
    "https://x:99999/": "unreadable",
    "": "foreign",
    "example.org": "foreign",
    "//example.org/a": "foreign",
    "https://": "foreign",
    "ftp://example.org": "foreign",
    "javascript:alert(1)": "foreign",
    "data:text/html,x": "foreign",
    "https:\\\\example.org": "foreign",
    "https://good.example\\@bad.example/": "foreign",
    "https://user:pw@example.org": "login",
    "https://user@example.org": "login",
    "https://@example.org": "login",
}


@pytest.mark.parametrize(("url", "fault"), REFUSED.items())
def test_anything_but_a_plain_web_address_is_refused_with_its_fault(url: str, fault: str) -> None:
    with pytest.raises(BadAddress) as caught:
        checked_url(url)
    assert caught.value.fault == fault
    assert str(caught.value).endswith(".")
    assert not is_address(url)


@pytest.mark.parametrize(
    "url", ["https://example.org", "HTTP://EXAMPLE.org:8080/a?b=1#c", "https://例子.example/文档", "http://[::1]:80/x"]
)
def test_plain_web_address_is_kept_as_it_is(url: str) -> None:
    assert checked_url(f"  {url}\n") == url
    assert is_address(url)
    assert not is_address(f" {url}")


def test_nobody_checks_addresses_of_links_another_way() -> None:
    """A second check would be looser somewhere; these two read addresses of model servers, which are the operator's."""
    root = Path(__file__).parents[3] / "runs"
    readers = {str(path.relative_to(root)) for path in root.rglob("*.py") if "import urlsplit" in path.read_text()}
    assert readers == {"agent/addresses.py", "agent/openai_model.py", "host.py"}
