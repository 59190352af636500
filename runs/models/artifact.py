"""Artifacts: content-addressed bytes and the named, revisioned things made of them. Never overwritten."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.models.node_run import NodeRun
from runs.models.tool_call import ToolCall
from spaces.ids import new_id

BLOB_MAX_BYTES = 20 * 1024 * 1024


class Blob(models.Model):
    """Bytes, once, under their SHA-256 (64 hex digits)."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    content = models.BinaryField()
    size_bytes = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(size_bytes__lte=BLOB_MAX_BYTES),
                name="blob_size_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="blob_sha256_form",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Artifact(models.Model):
    """One revision of something an agent or a person produced in a node version; a blob or a URL."""

    class Type(models.TextChoices):
        """What it is, in the words of a template's outputs."""

        FILE = "file", _("File")
        CODE = "code", _("Code")
        IMAGE = "image", _("Image")
        LINK = "link", _("Link")

    public_id = models.CharField(max_length=26, unique=True, default=new_id, editable=False)
    node_run = models.ForeignKey(NodeRun, on_delete=models.PROTECT, related_name="artifacts")
    type = models.CharField(_("type"), max_length=8, choices=Type.choices)
    name = models.CharField(_("name"), max_length=200)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    url = models.TextField(_("link"), blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    tool_call = models.ForeignKey(
        ToolCall,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="artifacts",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["node_run_id", "id"]
        verbose_name = _("artifact")
        verbose_name_plural = _("artifacts")
        constraints = [
            models.UniqueConstraint(fields=["node_run", "name", "revision"], name="artifact_revision_unique"),
            models.CheckConstraint(
                condition=models.Q(type__in=["file", "code", "image", "link"]),
                name="artifact_type_known",
            ),
            models.CheckConstraint(
                condition=(models.Q(type="link", blob__isnull=True) & ~models.Q(url=""))
                | (~models.Q(type="link") & models.Q(blob__isnull=False, url="")),
                name="artifact_blob_or_url",
            ),
            models.CheckConstraint(condition=models.Q(revision__gte=1), name="artifact_revision_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} r{self.revision}"  # the name may tell what a personal run is about
