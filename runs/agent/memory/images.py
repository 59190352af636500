"""Which images of a conversation a request carries: the newest few, none too large; the others are named in words.

Pure. A conversation holds references (`parts.Picture`); bytes are loaded when a request is built (`loaded`) and kept
no longer (ADR 0030).
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from runs.agent.memory.context import Entry
from runs.agent.model import ChatMessage
from runs.agent.parts import Part, Picture, Text

PIXELS_PER_TOKEN = 750  # Anthropic's published rule; OpenAI's tiles of 512 pixels give about as much
LEAST_TOKENS, MOST_TOKENS = 85, 1600  # providers shrink what is larger
MIB = 1024 * 1024
TOTAL_BYTES = 20 * MIB  # 27 MB on the wire; providers take 32 MB and more

LoadPicture = Callable[[str], Awaitable[bytes]]  # SHA-256 → bytes


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """`most`: images of one request. `max_bytes`: of one image, `total_bytes`: of all together."""

    most: int
    max_bytes: int
    total_bytes: int = TOTAL_BYTES


def image_tokens(width: int, height: int) -> int:
    """Estimate the tokens of an image from its size in pixels."""
    return min(MOST_TOKENS, max(LEAST_TOKENS, math.ceil(width * height / PIXELS_PER_TOKEN)))


def within_limits(entries: Sequence[Entry], limits: ImageLimits) -> tuple[Entry, ...]:
    """Keep the newest images that the limits allow; in the place of each other one stand words that the model reads."""
    room = _Room(limits)
    kept: list[Entry] = []
    for entry in reversed(entries):
        messages: list[ChatMessage] = []
        for message in reversed(entry.messages):
            parts: list[Part] = []
            for part in reversed(message.parts):
                if isinstance(part, Picture):
                    parts.append(room.take(part))
                else:
                    parts.append(part)
            messages.append(replace(message, parts=tuple(reversed(parts))))
        kept.append(replace(entry, messages=tuple(reversed(messages))))
    return tuple(reversed(kept))


async def loaded(messages: Iterable[ChatMessage], load: LoadPicture | None) -> dict[str, bytes]:
    """Read the bytes of all images of some messages, each once: SHA-256 → bytes."""
    wanted = {part.sha256: None for message in messages for part in message.parts if isinstance(part, Picture)}
    if not wanted:
        return {}
    if load is None:
        raise RuntimeError("a conversation with images needs a way to load them")
    return {sha256: await load(sha256) for sha256 in wanted}


def has_pictures(messages: Iterable[ChatMessage]) -> bool:
    """Say whether a request carries an image."""
    return any(isinstance(part, Picture) for message in messages for part in message.parts)


class _Room:
    """What newer images have left to older ones. Once one does not fit, no older one is shown."""

    def __init__(self, limits: ImageLimits) -> None:
        self._limits, self._taken, self._bytes, self._is_full = limits, 0, 0, False

    def take(self, picture: Picture) -> Part:
        """Give the image, or words in its place."""
        limits = self._limits
        if picture.size_bytes > limits.max_bytes:
            size, most = picture.size_bytes / MIB, limits.max_bytes / MIB
            return _unseen(picture, f"it has {size:.1f} MiB, and at most {most:.0f} MiB are sent")
        if self._taken == limits.most:
            return _unseen(picture, f"of all images only the newest {limits.most} are")
        self._is_full = self._is_full or self._bytes + picture.size_bytes > limits.total_bytes
        if self._is_full:
            return _unseen(picture, f"newer images take the {limits.total_bytes / MIB:.0f} MiB that are sent together")
        self._taken += 1
        self._bytes += picture.size_bytes
        return picture


def _unseen(picture: Picture, why: str) -> Text:
    return Text(f"\n\n[The image {picture.name} is not shown to you: {why}.]")
