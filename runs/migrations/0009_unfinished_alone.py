"""What is unfinished is found in indexes that hold all that a page counts. Old code runs on it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0008_attempt_cost"),
        ("spaces", "0001_initial"),
        ("workflows", "0005_kept_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="noderun",
            name="node_run_unfinished",
        ),
        migrations.RemoveIndex(
            model_name="run",
            name="run_space_status",
        ),
        migrations.AddIndex(
            model_name="noderun",
            index=models.Index(
                condition=models.Q(("is_latest", True), ("status__in", ["queued", "running", "retrying", "waiting"])),
                fields=["status", "run"],
                include=("key", "waiting_for", "executor"),
                name="node_run_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("status__in", ["running", "waiting"])),
                fields=["space", "id"],
                include=("version", "visibility", "initiator", "status"),
                name="run_unfinished",
            ),
        ),
    ]
