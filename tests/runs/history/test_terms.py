"""What a run is found by: one form of letters, Chinese by single letters and pairs, numbers that fit the database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.history.terms import INPUT_CHARS, normal, search_text, terms, words

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@given(TEXTS, TEXTS, TEXTS)
def test_every_part_of_a_text_has_its_terms_in_the_text(before: str, part: str, after: str) -> None:
    text = before + part + after
    assert set(terms(part)) <= set(terms(text))


@given(TEXTS)
def test_terms_are_sorted_integers_of_the_database(text: str) -> None:
    found = terms(text)
    assert found == sorted(set(found))
    assert all(0 <= number < 2**31 for number in found)


@given(TEXTS)
def test_normal_form_stays_what_it_is(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Login  LOGIN", ("login",)),
        ("ＡＢＣ", ("abc",)),
        ("登录 失败", ("登录", "失败")),
        ("登录\u3000失败", ("登录", "失败")),
        (" ", ()),
    ],
)
def test_words_of_a_query(query: str, expected: tuple[str, ...]) -> None:
    assert words(query) == expected


def test_text_holds_the_title_and_the_beginning_of_the_inputs() -> None:
    inputs = {
        "a": {"goal": {"type": "text", "value": "Export " + "x" * INPUT_CHARS + "END"}},
        "b": {"file": {"type": "file", "name": "Plan.MD", "sha256": ""}},
    }
    text = search_text("发票 Title", inputs)
    assert text.startswith("发票 title export xxx")
    assert "end" not in text
    assert "plan.md" in search_text("", {"b": inputs["b"]})


def test_letters_and_their_pairs_have_different_numbers() -> None:
    assert len({*terms("a"), *terms("b"), *terms("ab"), *terms("ba")}) == 4
