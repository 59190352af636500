"""Living processes: asyncio hosts with their slot, and named heartbeats of other loops."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Host(models.Model):
    """One asyncio host inside a queue worker. At most one is `up` per slot; a draining one takes no new work."""

    class State(models.TextChoices):
        """How the host stands."""

        UP = "up", _("Up")
        DRAINING = "draining", _("Draining")
        GONE = "gone", _("Gone")

    id = models.UUIDField(primary_key=True)
    slot = models.PositiveIntegerField(_("slot"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.UP)
    machine = models.CharField(_("machine"), max_length=200)
    pid = models.PositiveIntegerField(_("process id"))
    started_at = models.DateTimeField(_("started"))
    heartbeat_at = models.DateTimeField(_("heartbeat"))

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("host")
        verbose_name_plural = _("hosts")
        constraints = [
            models.UniqueConstraint(
                fields=["slot"],
                condition=models.Q(state="up"),
                name="host_one_up_per_slot",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["up", "draining", "gone"]),
                name="host_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"host {self.slot} ({self.state})"


class Heartbeat(models.Model):
    """When a named loop (for example "supervisor") was last alive, by the database's clock."""

    name = models.CharField(primary_key=True, max_length=40)
    beat_at = models.DateTimeField(_("last beat"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
