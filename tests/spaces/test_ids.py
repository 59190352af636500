"""Public ids: 26 characters, sortable by time."""

from hypothesis import given
from hypothesis import strategies as st

from spaces import ids

moments = st.integers(0, 2**48 - 1)
randomness = st.integers(0, 2**80 - 1)


def test_known_ids() -> None:
    assert ids.encode(0, 0) == "0" * 26
    assert ids.encode(2**48 - 1, 2**80 - 1) == "7" + "Z" * 25
    assert ids.encode(1_469_918_176_385, 0)[:10] == "01ARYZ6S41"  # the example of the ULID specification


@given(moments, randomness, moments, randomness)
def test_ids_sort_as_their_times(first: int, one: int, second: int, other: int) -> None:
    assert (ids.encode(first, one) < ids.encode(second, other)) == ((first, one) < (second, other))


def test_new_ids_differ_and_have_the_alphabet() -> None:
    made = {ids.new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == ids.ID_LENGTH and set(one) <= set(ids.ALPHABET) for one in made)
