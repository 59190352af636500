"""The ledger of outward acts: what a tool did that others may have seen, once per node version and key."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.models.attempt import Attempt
from runs.models.node_run import NodeRun


class SideEffect(models.Model):
    """One outward act of a tool. Written in the transaction of its result and looked up before the act is done again.

    `key` names the act within its node version ("link:…", "export:…"); a retry that would do it again is answered with
    `result` instead. `target` is what it was done to: an address, a place in the folder of exports. A new node version
    may do it again; the plan of a re-run says so.
    """

    node_run = models.ForeignKey(NodeRun, on_delete=models.PROTECT, related_name="side_effects")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=80)
    target = models.TextField(_("target"))
    result = models.TextField(_("what the model was told"))
    created_at = models.DateTimeField(_("done at"), auto_now_add=True)

    class Meta:
        ordering = ["node_run_id", "id"]
        verbose_name = _("side effect")
        verbose_name_plural = _("side effects")
        constraints = [
            models.UniqueConstraint(fields=["node_run", "key"], name="side_effect_once_per_version"),
            models.CheckConstraint(condition=~models.Q(kind="") & ~models.Q(key=""), name="side_effect_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.node_run_id} {self.kind}"  # the target may tell what a personal run is about

    @property
    def file_name(self) -> str:
        """The last part of a place."""
        return self.target.rpartition("/")[2]
