"""What an endpoint answered, translated into our errors (`errors.py`). Pure: status, headers and body in, error out.

Knows the shapes of error bodies of OpenAI, Azure, Anthropic, Gemini, Mistral, DeepSeek, Ollama, vLLM and llama.cpp.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from runs.agent.errors import (
    AuthRejected,
    BadRequest,
    BrokenStream,
    ContextTooLong,
    ImagesRefused,
    ModelError,
    ModelNotFound,
    QuotaExhausted,
    RateLimited,
    Refused,
    ServerFailed,
)

MAX_PROVIDER_CHARS = 2000
_CONTEXT_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error", "model_context_window_exceeded"})
_CONTEXT_WORDS = re.compile(
    r"maximum context length|context (length|window|size)|prompt is too long|input is too long|too many (input )?tokens"
    r"|input token count|reduce the length|exceeds the (maximum|max|model).{0,30}(tokens|length)",
    re.IGNORECASE,
)
_IMAGE_WORDS = re.compile(r"image|\bvision|multi-?modal|mmproj|picture|media.?type", re.IGNORECASE)
_BLIND_WORDS = re.compile(
    r"(image|vision|multi-?modal).{0,60}not (supported|enabled|available)|not support.{0,60}(image|vision|multi-?modal)"
    r"|mmproj",
    re.IGNORECASE | re.DOTALL,
)
# An endpoint that knows texts only complains about the form: its parser expected a string and got a list.
_TEXT_ONLY_WORDS = re.compile(
    r"content.{0,60}(must be|should be|expected|valid).{0,20}\bstring"
    r"|(expected|valid).{0,20}\bstring.{0,60}content|(invalid type: sequence|unknown variant)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_FILTER_CODES = frozenset({"content_filter", "content_policy_violation", "responsibleaipolicyviolation"})
_TRANSIENT_4XX = frozenset({408, 409, 423, 425})
_STATUS_BY_TYPE = {
    "rate_limit_error": 429, "rate_limit_exceeded": 429, "resource_exhausted": 429, "overloaded_error": 529,
    "server_error": 500, "internal_error": 500, "api_error": 500, "authentication_error": 401, "not_found_error": 404,
    "invalid_request_error": 400,
}  # fmt: skip


def error_of(
    status: int, body: object, headers: Mapping[str, str], *, where: str, now: datetime, images: bool = False
) -> ModelError:
    """Return the error for an HTTP answer of 400 or more. `where` names endpoint and model for the sentence.

    `images`: the request carried some.
    """
    said, codes = _message_and_codes(body)
    wait_s = retry_after_s(headers, now)
    return _by_status(status, said, codes, wait_s, where, images=images)


def error_in_stream(body: object, *, where: str, images: bool = False) -> ModelError:
    """Return the error for an `error` object within a stream that began well."""
    said, codes = _message_and_codes(body)
    status = next((int(code) for code in codes if code.isdigit() and 400 <= int(code) < 600), None)
    status = status or next((_STATUS_BY_TYPE[code] for code in codes if code in _STATUS_BY_TYPE), None)
    known = codes & (_CONTEXT_CODES | _FILTER_CODES) or _CONTEXT_WORDS.search(said)
    if status is None and not known and not (images and _refuses_images(400, said)):
        return BrokenStream(f"{where} reported an error within its answer.", provider_message=said)
    return _by_status(status or 400, said, codes, None, where, images=images)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read Retry-After-Ms or Retry-After, seconds or an HTTP date; None when absent or unreadable, never negative."""
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        value = headers.get("retry-after", "").strip()
        if not value:
            return None
        if re.fullmatch(r"-?\d+(\.\d+)?", value):
            return max(0.0, float(value))
        when = parsedate_to_datetime(value)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (when - now).total_seconds())
    except ValueError:
        return None


def _by_status(
    status: int, said: str, codes: frozenset[str], wait_s: float | None, where: str, *, images: bool
) -> ModelError:
    kind, sentence = _kind_and_sentence(status, said, codes, where)
    if images and kind not in (Refused, QuotaExhausted, RateLimited, AuthRejected) and (
        status == 413 or (kind is not ContextTooLong and _refuses_images(status, said))
    ):  # fmt: skip
        kind, sentence = ImagesRefused, f"{where} did not take an image of this conversation."
    return kind(sentence, provider_message=said, retry_after_s=wait_s, status=status)


def _kind_and_sentence(status: int, said: str, codes: frozenset[str], where: str) -> tuple[type[ModelError], str]:
    if status == 402 or (status == 429 and codes & _QUOTA_CODES):
        return QuotaExhausted, f"The account for {where} has no credit left."
    if status == 429:
        return RateLimited, f"{where} asks to slow down."
    if status >= 500 and status not in {501, 505}:
        if _CONTEXT_WORDS.search(said) or codes & _CONTEXT_CODES:
            return ContextTooLong, f"The conversation is too long for {where}."
        return ServerFailed, f"{where} failed with status {status}."
    if status in _TRANSIENT_4XX:
        return ServerFailed, f"{where} could not take the request just now (status {status})."
    if status == 413 or codes & _CONTEXT_CODES or (status in {400, 422} and _CONTEXT_WORDS.search(said)):
        return ContextTooLong, f"The conversation is too long for {where}."
    if codes & _FILTER_CODES:
        return Refused, f"{where} refused the request by its content rules."
    if status in {401, 403}:
        return AuthRejected, f"{where} rejected the API key or its rights (status {status})."
    if status == 404:
        return ModelNotFound, f"{where} was not found: check the address and the model's name."
    return BadRequest, f"{where} did not accept the request (status {status})."


def _refuses_images(status: int, said: str) -> bool:
    """Say whether a refusal is about the images that the request carried. A failing server has to say it plainly."""
    if status in {400, 404, 415, 422}:
        return bool(_IMAGE_WORDS.search(said) or _TEXT_ONLY_WORDS.search(said))
    return status in {500, 501} and bool(_BLIND_WORDS.search(said))


def _message_and_codes(body: object) -> tuple[str, frozenset[str]]:
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping | str):
        body = body["error"]
    if not isinstance(body, Mapping):
        return _shown(body), frozenset()
    said = next((body[key] for key in ("message", "detail", "msg", "error_description") if body.get(key)), body)
    fields: list[Any] = [body.get("code"), body.get("type"), body.get("status"), body.get("error_type")]
    inner = body.get("innererror")
    if isinstance(inner, Mapping):
        fields.append(inner.get("code"))
    return _shown(said), frozenset(str(value).lower() for value in fields if value is not None)


def _shown(said: object) -> str:
    text = "" if said is None else str(said).strip()
    return text if len(text) <= MAX_PROVIDER_CHARS else text[:MAX_PROVIDER_CHARS] + "…"
