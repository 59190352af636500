"""`{{ name }}`: found and filled in one pass, never a template language."""

from hypothesis import given
from hypothesis import strategies as st

from workflows import placeholders


def test_names_are_found_once_in_order() -> None:
    assert placeholders.find("{{ b }} {{a}} {{ 需求 }} {{ b }} {{\ta-1_x }}") == ["b", "a", "需求", "a-1_x"]


def test_what_is_no_name_stays() -> None:
    text = "${{ secrets.KEY }} {{ }} {{ 1a }} {{ a b }} { { a } } {{ a\n}} {{% if %}}"
    assert placeholders.find(text) == []
    assert placeholders.substitute(text, {"a": "no"}) == text
    assert placeholders.find_odd(text) == ["secrets.KEY", "", "1a", "a b", "% if %"]


def test_values_are_put_in_their_places() -> None:
    assert placeholders.substitute("A {{ a }}, B {{b}}, C {{ c }}", {"a": "1", "b": r"\g<0>"}) == (
        r"A 1, B \g<0>, C {{ c }}"
    )


def test_value_is_never_looked_at_again() -> None:
    values = {"a": "{{ secret }}", "secret": "hidden", "b": "{{", "c": "secret }}"}
    assert placeholders.substitute("{{ a }} {{ b }}{{ c }}", values) == "{{ secret }} {{secret }}"


@given(st.text(), st.text())
def test_text_around_is_untouched(before: str, after: str) -> None:
    filled = placeholders.substitute(before.replace("{", "(") + "{{ a }}" + after.replace("}", ")"), {"a": "VALUE"})
    assert filled == before.replace("{", "(") + "VALUE" + after.replace("}", ")")
