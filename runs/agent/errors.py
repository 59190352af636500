"""What can go wrong with a model call, and whether another attempt makes sense.

    ModelError
    ├── ConnectFailed       transient   refused, DNS, TLS, dropped before or within the answer
    ├── Stalled             transient   no byte for too long, or no first token in time
    ├── DeadlineExceeded    transient   the whole answer took too long
    ├── BrokenStream        transient   bad JSON, stream ended without a finish reason, error object in the stream
    ├── RateLimited         transient   429; `retry_after_s` as the provider asked
    ├── ServerFailed        transient   5xx and 408, 409
    ├── QuotaExhausted      permanent   429 or 402 that says the account is out of credit
    ├── ContextTooLong      permanent   the conversation does not fit
    ├── Refused             permanent   content filter or refusal
    ├── ImagesRefused       permanent   an image of the conversation: the model sees none, or not this one
    ├── AuthRejected        permanent   401, 403
    ├── ModelNotFound       permanent   404
    └── BadRequest          permanent   every other 4xx

`message` is one sentence for people, `provider_message` the provider's own words. `kind` is stored with the attempt.
"""

from __future__ import annotations


class ModelError(Exception):
    """The model call failed."""

    kind = "model_error"
    transient = False

    def __init__(
        self,
        message: str = "",
        *,
        provider_message: str = "",
        retry_after_s: float | None = None,
        status: int | None = None,
    ) -> None:
        self.message = message or self.__doc__ or ""
        self.provider_message = provider_message
        self.retry_after_s = retry_after_s
        self.status = status
        super().__init__(self.message)


class ConnectFailed(ModelError):
    """The model endpoint could not be reached."""

    kind = "connect_failed"
    transient = True


class Stalled(ModelError):
    """The model stopped sending."""

    kind = "stalled"
    transient = True


class DeadlineExceeded(ModelError):
    """The model took too long to answer."""

    kind = "deadline"
    transient = True


class BrokenStream(ModelError):
    """The model's answer broke off."""

    kind = "broken_stream"
    transient = True


class RateLimited(ModelError):
    """The model endpoint asks to slow down."""

    kind = "rate_limited"
    transient = True


class ServerFailed(ModelError):
    """The model endpoint failed."""

    kind = "server_failed"
    transient = True


class QuotaExhausted(ModelError):
    """The account of the model endpoint has no credit left."""

    kind = "quota_exhausted"


class ContextTooLong(ModelError):
    """The conversation is too long for this model."""

    kind = "context_too_long"


class Refused(ModelError):
    """The model refused to answer."""

    kind = "refused"


class ImagesRefused(ModelError):
    """The model did not take an image of the conversation."""

    kind = "images_refused"


class AuthRejected(ModelError):
    """The model endpoint rejected the API key."""

    kind = "auth_rejected"


class ModelNotFound(ModelError):
    """The model endpoint does not know this model."""

    kind = "model_not_found"


class BadRequest(ModelError):
    """The model endpoint did not accept the request."""

    kind = "bad_request"
