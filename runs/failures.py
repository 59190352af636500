"""What a failure means for whoever stands before it: whether trying again makes sense, and what to press first.

Presentation only. The sentence that says what happened is stored with the failure; here is what follows from its kind.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

ENDPOINT_AWAY = frozenset({"connect_failed", "stalled", "deadline", "broken_stream", "rate_limited", "server_failed"})
SETUP = frozenset({"auth_rejected", "quota_exhausted", "model_not_found", "no_model"})
LIMITS = frozenset({"tool_rounds", "tokens", "seconds"})


class Press(StrEnum):
    """The act that helps first."""

    RETRY = "retry"
    RESTART = "restart"
    MESSAGE = "message"
    UPSTREAM = "upstream"


@dataclass(frozen=True)
class Advice:
    """`sense`: a sentence on trying again. `helps`: whether trying again unchanged may work by itself."""

    sense: str
    helps: bool
    press: Press


def advice(kind: str, *, retryable: bool) -> Advice:
    """Advise on a failure of a kind (`error_kind` of a node version or attempt); unknown kinds by `retryable`."""
    if kind in ENDPOINT_AWAY:
        sense = _("Trying again makes sense: the model's endpoint was busy or away, and such things pass.")
        return Advice(sense, helps=True, press=Press.RETRY)
    if kind in SETUP:
        sense = _(
            "Trying again makes sense only after an administrator has corrected the model's settings (address, key, "
            "credit or name). Nothing is lost meanwhile."
        )
        return Advice(sense, helps=False, press=Press.RETRY)
    if kind in LIMITS:
        sense = _(
            "Trying again begins the turn anew and may reach the same limit. Ask for less in a message, or raise the "
            "node's limit in its template for the next run."
        )
        return Advice(sense, helps=False, press=Press.MESSAGE)
    return _special(kind) or _usual(retryable)


def _special(kind: str) -> Advice | None:
    match kind:
        case "context_too_long":
            sense = _("Trying again makes no sense: the conversation is too long. Begin it anew, or ask for less.")
            return Advice(sense, helps=False, press=Press.RESTART)
        case "refused" | "bad_request":
            sense = _("Unchanged it will most likely be refused again. Say it differently, then send it.")
            return Advice(sense, helps=False, press=Press.MESSAGE)
        case "images_refused":
            sense = _(
                "Unchanged it will be refused again. Edit the message that brought the image and leave it out, or save "
                "it as a smaller PNG or JPEG. If this model cannot see images, an administrator takes it out of "
                "AIME_MODEL_IMAGES: then the agent gets their names."
            )
            return Advice(sense, helps=False, press=Press.MESSAGE)
        case "outputs_missing":
            sense = _("Trying again may miss it again. Tell the agent in a message which output is missing.")
            return Advice(sense, helps=False, press=Press.MESSAGE)
        case "outputs_unreadable":
            sense = _("Trying again makes sense: the model's choice of outputs could not be read this time.")
            return Advice(sense, helps=True, press=Press.RETRY)
        case "input_missing":
            sense = _(
                "Trying again makes no sense before the node above has given what this one needs: reopen that one, "
                "or run it again."
            )
            return Advice(sense, helps=False, press=Press.UPSTREAM)
        case "process_died":
            sense = _(
                "It ended the process that it ran in, each time. Trying again runs it alone once more; to begin with "
                "an empty conversation is more likely to help."
            )
            return Advice(sense, helps=False, press=Press.RESTART)
        case "export_failed" | "no_export_folder":
            sense = _(
                "Trying again makes sense once an administrator has mended the folder for exports. What was exported "
                "before is not exported twice."
            )
            return Advice(sense, helps=False, press=Press.RETRY)
        case "internal":
            sense = _(
                "This is a fault of Aime itself. Try again once; if it comes back, give the run ticket to an admin."
            )
            return Advice(sense, helps=False, press=Press.RETRY)
    return None


def _usual(retryable: bool) -> Advice:
    if retryable:
        sense = _("This may pass: try the turn again. What was written so far stays.")
        return Advice(sense, helps=True, press=Press.RETRY)
    sense = _("Trying again unchanged will most likely fail the same way. Tell the agent what to do differently.")
    return Advice(sense, helps=False, press=Press.MESSAGE)
