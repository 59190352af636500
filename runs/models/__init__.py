"""Models of the runs app, re-exported."""

from runs.models.artifact import Artifact, Blob
from runs.models.attachment import Attachment
from runs.models.attempt import Attempt
from runs.models.event import MessageDelta, RunEvent
from runs.models.host import Heartbeat, Host
from runs.models.message import Message
from runs.models.node_run import NodeRun
from runs.models.notification import Notification, NotificationSetting
from runs.models.output import OutputValue
from runs.models.reuse import Reuse
from runs.models.run import Run, RunSequence, Trigger
from runs.models.saved_filter import SavedFilter
from runs.models.side_effect import SideEffect
from runs.models.tool_call import ToolCall

__all__ = [
    "Artifact",
    "Attachment",
    "Attempt",
    "Blob",
    "Heartbeat",
    "Host",
    "Message",
    "MessageDelta",
    "NodeRun",
    "Notification",
    "NotificationSetting",
    "OutputValue",
    "Reuse",
    "Run",
    "RunEvent",
    "RunSequence",
    "SavedFilter",
    "SideEffect",
    "ToolCall",
    "Trigger",
]
