"""An endpoint that refuses images says so in many dialects; all mean the same, and no plainer request is tried."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from runs.agent import errors
from runs.agent.faults import error_in_stream, error_of
from runs.agent.model import ChatMessage, Request, complete
from runs.agent.parts import Picture, Text, text_of
from runs.agent.tools import tools_for
from tests.fakes.endpoint import Endpoint, Reply, refusal, text
from tests.runs.agent.conftest import MakeModel

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONTENT = b"\x89PNG\r\n\x1a\n"
ASK = ChatMessage("user", (Text("What is it?"), Picture("a.png", "image/png", "sha", len(CONTENT), 85)))


def fault(status: int, said: Any, *, images: bool = True) -> errors.ModelError:
    return error_of(status, said, {}, where="The model m at example.org", now=NOW, images=images)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, {"message": "Invalid content type. image_url is only supported by certain models."}),
        (400, {"message": "This model does not support images."}),
        (400, {"object": "error", "message": "At most 0 image(s) may be provided in one request.", "code": 400}),
        (400, {"message": "my-model is not a multimodal model"}),
        (404, {"message": "No endpoints found that support image input", "code": 404}),
        (400, {"error": {"message": "Failed to deserialize the JSON body: unknown variant `image_url`"}}),
        (422, {"detail": "messages[1].content: invalid type: sequence, expected a string"}),
        (400, {"message": "'messages.0' : for 'role:user' 'messages.0.content' : value must be a string"}),
        (422, {"detail": [{"loc": ["body", "messages", 0, "content"], "msg": "Input should be a valid string"}]}),
        (500, {"error": {"code": 500, "message": "image input is not supported - you may need to provide the mmproj"}}),
        (400, {"code": "invalid_image_format", "message": "You uploaded an unsupported image."}),
        (400, {"type": "invalid_request_error", "message": "image exceeds 5 MB maximum: 6000000 bytes"}),
        (400, {"message": "Could not process image"}),
        (413, "Request Entity Too Large"),
    ],
)  # fmt: skip
def test_refused_image_is_known_in_every_dialect(status: int, said: Any) -> None:
    found = fault(status, said)
    assert type(found) is errors.ImagesRefused
    assert not found.transient
    assert type(fault(status, said, images=False)) is not errors.ImagesRefused


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, {"message": "maximum context length is 8192 tokens, images included"}, errors.ContextTooLong),
        (400, {"code": "content_policy_violation", "message": "the image"}, errors.Refused),
        (401, {"message": "no access to vision models"}, errors.AuthRejected),
        (429, {"message": "too many images per minute"}, errors.RateLimited),
        (500, {"message": "could not fetch the image cache"}, errors.ServerFailed),
        (400, {"message": "messages is required"}, errors.BadRequest),
    ],
)
def test_other_faults_of_a_request_with_images_stay_what_they_are(status: int, said: Any, kind: type) -> None:
    assert type(fault(status, said)) is kind


def test_refusal_within_a_stream_is_known() -> None:
    said = {"message": "image input is not supported"}
    assert type(error_in_stream(said, where="The model", images=True)) is errors.ImagesRefused
    assert type(error_in_stream(said, where="The model")) is errors.BrokenStream


async def ask(model: Any, loads: list[str], tools: Sequence[Any] = ()) -> Any:

    async def load(sha256: str) -> bytes:
        loads.append(sha256)
        return CONTENT

    return await complete(model, Request((ASK,), tuple(tools), load=load))


async def test_adapter_sends_the_image_as_a_data_uri(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [Reply(text("A dot."))]
    loads: list[str] = []
    assert text_of((await ask(make_model(endpoint.base_url), loads)).parts) == "A dot."
    assert endpoint.bodies[0]["messages"] == [{"role": "user", "content": [
        {"type": "text", "text": "What is it?\n\nImage a.png:"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
    ]}]  # fmt: skip
    assert loads == ["sha"]


async def test_adapter_asks_once_where_images_are_refused(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [refusal(400, {"error": {"message": "This model does not support images or tools."}})]
    loads: list[str] = []
    with pytest.raises(errors.ImagesRefused, match="did not take an image"):
        await ask(make_model(endpoint.base_url), loads, [tool.spec for tool in tools_for(["files"])])
    assert len(endpoint.bodies) == 1


async def test_adapter_sends_the_same_bytes_in_a_plainer_dialect(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.replies = [refusal(400, {"message": "Unknown parameter: stream_options"}), Reply(text("A dot."))]
    loads: list[str] = []
    await ask(make_model(endpoint.base_url), loads)
    assert endpoint.bodies[0]["messages"] == endpoint.bodies[1]["messages"]
    assert loads == ["sha"]
