"""A message of a node version's conversation: by a person, by the task itself, by the agent, or a summary (ADR 0026).

Never deleted. While it streams its text lives in `MessageDelta` rows; when it ends the text comes here.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.models.attempt import Attempt
from runs.models.node_run import NodeRun
from runs.states import MessageStatus, choices, values
from spaces.ids import new_id


class Message(models.Model):
    """One message. `author` is empty for the agent and for the task's own opening message.

    `parts`: JSON of `runs.agent.parts` with its schema version (agent messages; else empty).
    `parent`: the message this one replaces when it was edited and sent again. `superseded_by`: the message that began
    another branch in place of this one's; empty on the branch that goes on.
    `covers_first` … `covers_last`: the ordinals that a summary stands for in the agent's context, `covers_turns` how
    many turns that is; empty for every other message.
    """

    class Role(models.TextChoices):
        """Who speaks, in the model's terms."""

        USER = "user", _("User")
        ASSISTANT = "assistant", _("Agent")
        SUMMARY = "summary", _("Summary")

    public_id = models.CharField(max_length=26, unique=True, default=new_id, editable=False)
    node_run = models.ForeignKey(NodeRun, on_delete=models.PROTECT, related_name="messages")
    ordinal = models.PositiveIntegerField(_("place in the conversation"))
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    attempt = models.ForeignKey(
        Attempt,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
    )
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    covers_first = models.PositiveIntegerField(_("first message it stands for"), null=True, blank=True)
    covers_last = models.PositiveIntegerField(_("last message it stands for"), null=True, blank=True)
    covers_turns = models.PositiveIntegerField(_("turns it stands for"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    parts = models.JSONField(_("parts"), default=dict, blank=True)
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=choices(MessageStatus),
        default=MessageStatus.COMPLETE,
    )
    delta_count = models.PositiveIntegerField(_("deltas"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        ordering = ["node_run_id", "ordinal"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["superseded_by", "ordinal"],
                name="message_earlier_branch",
                condition=models.Q(superseded_by__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["node_run", "ordinal"], name="message_ordinal_unique"),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=models.Q(status="streaming"),
                name="message_one_streaming_per_attempt",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=values(MessageStatus)),
                name="message_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["user", "assistant", "summary"]),
                name="message_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status="streaming", finished_at__isnull=True)
                | (~models.Q(status="streaming") & models.Q(finished_at__isnull=False)),
                name="message_finished_at_unless_streaming",
            ),
            models.CheckConstraint(
                condition=models.Q(role="user", status="complete")
                | models.Q(role__in=["assistant", "summary"], attempt__isnull=False),
                name="message_of_agent_has_attempt",
            ),
            models.CheckConstraint(
                condition=models.Q(role="summary", covers_first__lte=models.F("covers_last"), covers_turns__gte=1)
                | (
                    ~models.Q(role="summary")
                    & models.Q(covers_first__isnull=True, covers_last__isnull=True, covers_turns__isnull=True)
                ),
                name="message_covers_if_summary",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_run_id}/{self.ordinal} {self.role} ({self.status})"
