"""Images on their way to the model: through a real crew and desk to what the model gets; only the model is scripted."""

import struct
import zlib
from typing import Any

import pytest
from django.contrib.auth.models import User

from runs.actions.chat import say
from runs.agent.errors import ImagesRefused
from runs.agent.model import ChatMessage
from runs.agent.parts import Picture, text_of
from runs.agent.wire import Dialect, body
from runs.conversation import load_turn
from runs.failures import Press, advice
from runs.models import Blob, Message, NodeRun, Run
from runs.sight import HEAD_BYTES, pictures, sees
from runs.uploads import Upload
from tests.fakes.model import FakeModel, fails, says
from tests.runs.conftest import StartRun
from tests.runs.crews import ENDPOINT, work
from tests.runs.engine import node, statuses

pytestmark = pytest.mark.django_db(transaction=True)
SKETCH = {"inputs": [{"name": "sketch", "type": "image", "ask": True}], "tools": []}


def png(width: int, height: int, more: int = 0) -> bytes:
    """A PNG as far as its head is concerned; `more` bytes follow."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + head
        + struct.pack(">I", zlib.crc32(head))
        + b"." * more
    )


def jpeg(ahead: int) -> bytes:
    """A JPEG of 30 x 20 whose size stands behind so many bytes of something else."""
    other = b"".join(b"\xff\xe2\xff\xff" + b"\x00" * 65_533 for _ in range(ahead // 65_537 + 1))
    return b"\xff\xd8" + other + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20, 30) + b"\x03" + b"\x00" * 9


@pytest.fixture(autouse=True)
def _model(settings: Any) -> None:
    settings.AIME_MODEL = ENDPOINT
    settings.AIME_MODEL_IMAGES = frozenset({"fake"})


@pytest.fixture
def run(start: StartRun) -> Run:
    """A run whose node has answered its task, which gave it an image, and waits."""
    inputs = {"sketch": Upload("sketch.png", png(750, 100))}
    run = start("a", node_type="task", confirm=["a"], nodes={"a": SKETCH}, inputs=inputs)
    work(says("I see."))
    return run


def tell(run: Run, by: User, text: str, *uploads: Upload) -> FakeModel:
    say(node_run=node(run, "a"), by=by, text=text, uploads=uploads)
    return work(says("I see."))


def shown(model: FakeModel) -> list[str]:
    """The images of the last request, in order."""
    return [part.name for message in model.requests[-1].messages for part in message.parts if isinstance(part, Picture)]


def words(model: FakeModel) -> str:
    return "\n".join(text_of(message.parts) for message in model.requests[-1].messages)


def test_input_and_upload_reach_a_model_that_sees(run: Run, builder: User) -> None:
    uploads = Upload("photo.png", png(10, 10, 1)), Upload("notes.md", b"# Notes"), Upload("shot", png(10, 10, 2))
    model = tell(run, builder, "And these?", *uploads)
    assert shown(model) == ["sketch.png", "photo.png", "shot"], "told by their bytes, not by their names"
    assert set(model.images[-1].values()) == {png(750, 100), png(10, 10, 1), png(10, 10, 2)}
    said = words(model)
    assert 'file="sketch.png"' in said and 'file="photo.png"' in said and "# Notes" in said
    assert said.count("(an image; you see it only if it follows this message)") == 3


@pytest.mark.parametrize(("named", "embedded"), [(frozenset({"other"}), False), (frozenset({"*"}), True)])
def test_model_that_does_not_see_gets_names(run: Run, builder: User, settings: Any, named: Any, embedded: bool) -> None:
    settings.AIME_MODEL_IMAGES = named
    settings.AIME_MODEL = ENDPOINT | {"embedded": embedded}
    model = tell(run, builder, "And this?", Upload("photo.png", png(10, 10)))
    assert (shown(model), model.images[-1]) == ([], {})
    assert 'file="sketch.png"' in words(model) and 'file="photo.png"' in words(model)


def test_which_model_sees_is_a_question_of_its_name(settings: Any) -> None:
    settings.AIME_MODEL_IMAGES = frozenset({"vision-1"})
    assert (sees("vision-1"), sees("vision"), sees(None)) == (True, False, False)
    settings.AIME_MODEL_IMAGES = frozenset({"fake"})
    assert (sees(None), sees("vision-1")) == (True, False)
    settings.AIME_MODEL_IMAGES = frozenset({"*"})
    assert (sees(None), sees("anything")) == (True, True)
    settings.AIME_MODEL_IMAGES = frozenset()
    assert not sees(None)


def test_oldest_images_beyond_the_limit_are_named(run: Run, builder: User, settings: Any) -> None:
    settings.AIME_MODEL_IMAGES_MAX = 1
    model = tell(run, builder, "And this?", Upload("photo.png", png(10, 10)))
    assert shown(model) == ["photo.png"]
    assert "[The image sketch.png is not shown to you: of all images only the newest 1 are.]" in words(model)


def test_image_that_is_too_large_is_named(run: Run, builder: User, settings: Any) -> None:
    settings.AIME_MODEL_IMAGE_MIB = 1
    model = tell(run, builder, "And this?", Upload("big.png", png(10, 10, 1024 * 1024)))
    assert shown(model) == ["sketch.png"]
    assert "[The image big.png is not shown to you: it has 1.0 MiB, and at most 1 MiB are sent.]" in words(model)


def test_request_is_a_prefix_of_the_next_turns(run: Run, builder: User) -> None:
    first = tell(run, builder, "And this?", Upload("photo.png", png(10, 10)))
    second = tell(run, builder, "Again?")
    sent = [body(model.requests[-1], "m", Dialect(), model.images[-1])["messages"] for model in (first, second)]
    assert sent[1][: len(sent[0])] == sent[0]


def test_conversation_holds_no_bytes(run: Run) -> None:
    turn = load_turn(node(run, "a").pk, Message.objects.get(role="user").pk, with_images=True)
    (opening, _answer) = turn.messages
    assert isinstance(opening, ChatMessage)
    (picture,) = [part for part in opening.parts if isinstance(part, Picture)]
    assert (picture.media_type, picture.tokens, picture.size_bytes) == ("image/png", 100, len(png(750, 100)))


def test_refused_image_is_a_failure_with_its_remedy(run: Run, builder: User) -> None:
    say(node_run=node(run, "a"), by=builder, text="And this?", uploads=[Upload("photo.png", png(10, 10))])
    work(fails(ImagesRefused("The model did not take an image.", provider_message="no vision")))
    assert statuses(run) == "a1:failed"
    failed = NodeRun.objects.get(run=run)
    assert (failed.error_kind, failed.error_retryable, failed.error_detail) == ("images_refused", False, "no vision")
    told = advice(failed.error_kind, retryable=False)
    assert told.press == Press.MESSAGE and not told.helps
    assert "AIME_MODEL_IMAGES" in told.sense and "leave it out" in told.sense


def test_summary_of_old_turns_names_their_images(run: Run, builder: User, settings: Any) -> None:
    settings.AIME_MODEL = ENDPOINT | {"context_tokens": 4096}
    tell(run, builder, "填满上下文的话。" * 150, Upload("photo.png", png(900, 900)))
    say(node_run=node(run, "a"), by=builder, text="填满上下文的话。" * 150)
    model = work(says("What was said, and photo.png."), says("I see."))
    asked = "\n".join(text_of(message.parts) for message in model.requests[0].messages)
    assert "(image photo.png)" in asked and model.images[0] == {}
    assert "photo.png" not in shown(model), "what a summary stands for is not sent"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (png(10, 10), "image/png"),
        (jpeg(0), "image/jpeg"),
        (jpeg(2 * HEAD_BYTES), "image/jpeg"),
        (png(100_000, 100_000), None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"", None),
    ],
)
def test_picture_is_told_by_its_bytes(content: bytes, found: str | None) -> None:
    blob = Blob.objects.create(sha256="0" * 64, content=content, size_bytes=len(content))
    assert {key: picture.media_type for key, picture in pictures([blob.pk]).items()} == (
        {blob.pk: found} if found else {}
    )
