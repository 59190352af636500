"""Which images of a conversation are sent: the newest, none too large; the model reads of the others in words."""

import pytest

from runs.agent.memory.context import Context, Entry, older_entries
from runs.agent.memory.images import MIB, ImageLimits, image_tokens, loaded, within_limits
from runs.agent.model import ChatMessage
from runs.agent.parts import Picture, Text

LIMITS = ImageLimits(most=2, max_bytes=5 * MIB)


def picture(name: str, size_bytes: int = 1, tokens: int = 85) -> Picture:
    return Picture(name, "image/png", name, size_bytes, tokens)


def asked(ordinal: int, *parts: Text | Picture) -> Entry:
    return Entry(ordinal, (ChatMessage("user", parts),), asks=True)


def said(entries: tuple[Entry, ...]) -> list[str]:
    parts = [part for entry in entries for message in entry.messages for part in message.parts]
    return [part.text.strip() if isinstance(part, Text) else part.name for part in parts]  # type: ignore[union-attr]


def test_newest_images_are_kept_and_older_ones_named() -> None:
    entries = [asked(1, Text("one"), picture("a")), asked(2, Text("two"), picture("b"), picture("c"))]
    kept = within_limits(entries, LIMITS)
    note = "[The image a is not shown to you: of all images only the newest 2 are.]"
    assert said(kept) == ["one", note, "two", "b", "c"]
    assert [entry.ordinal for entry in kept] == [1, 2]


def test_image_that_is_too_large_is_named_and_takes_no_place() -> None:
    entries = [asked(1, picture("a"), picture("b")), asked(2, picture("big", 5 * MIB + 600_000))]
    note = "[The image big is not shown to you: it has 5.6 MiB, and at most 5 MiB are sent.]"
    assert said(within_limits(entries, LIMITS)) == ["a", "b", note]


def test_images_have_a_size_together() -> None:
    limits = ImageLimits(most=9, max_bytes=5 * MIB, total_bytes=8 * MIB)
    entries = [
        asked(1, picture("small")),
        asked(2, picture("a", 4 * MIB)),
        asked(3, picture("b", 5 * MIB), picture("c", MIB)),
    ]
    note = "[The image {} is not shown to you: newer images take the 8 MiB that are sent together.]"
    assert said(within_limits(entries, limits)) == [note.format("small"), note.format("a"), "b", "c"]


def test_image_of_the_largest_size_is_sent() -> None:
    assert said(within_limits([asked(1, picture("a", 5 * MIB))], LIMITS)) == ["a"]


def test_text_before_an_image_stays_the_same_when_the_image_goes() -> None:
    entries = [asked(1, Text("one"), picture("a"))]
    (before,) = within_limits(entries, LIMITS)
    (after, *_rest) = within_limits([*entries, asked(2, picture("b"), picture("c"))], LIMITS)
    assert before.messages[0].parts[0] == after.messages[0].parts[0]


def test_conversation_without_images_is_left_as_it_is() -> None:
    entries = [asked(1, Text("one")), asked(2, Text("two"))]
    assert within_limits(entries, LIMITS) == tuple(entries)


@pytest.mark.parametrize(
    ("size", "tokens"), [((1, 1), 85), ((750, 100), 100), ((751, 100), 101), ((1000, 1000), 1334), ((9000, 9000), 1600)]
)
def test_tokens_of_an_image_come_from_its_pixels(size: tuple[int, int], tokens: int) -> None:
    assert image_tokens(*size) == tokens


def test_images_fill_the_context() -> None:
    entries = tuple(asked(number, Text("x"), picture(f"p{number}", tokens=1600)) for number in range(1, 7))
    older = older_entries(Context(entries), question=6, fixed_tokens=500, window=8192)
    assert [entry.ordinal for entry in older] == [2, 3, 4, 5]


async def test_bytes_are_read_once_for_each_image() -> None:
    asked_for: list[str] = []

    async def load(sha256: str) -> bytes:
        asked_for.append(sha256)
        return sha256.encode()

    messages = [ChatMessage("user", (picture("a"), picture("b"))), ChatMessage("user", (picture("a"),))]
    assert await loaded(messages, load) == {"a": b"a", "b": b"b"}
    assert asked_for == ["a", "b"]
    assert await loaded([ChatMessage("user", (Text("x"),))], None) == {}
