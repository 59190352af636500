"""The last runs of a template are found in an index; the key of what waits is in its own. Old code runs on it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0009_unfinished_alone"),
        ("spaces", "0001_initial"),
        ("workflows", "0005_kept_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="noderun",
            name="node_run_unfinished",
        ),
        migrations.AlterField(
            model_name="run",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="workflows.workflowversion",
            ),
        ),
        migrations.AddIndex(
            model_name="noderun",
            index=models.Index(
                condition=models.Q(("is_latest", True), ("status__in", ["queued", "running", "retrying", "waiting"])),
                fields=["status", "run"],
                include=("key", "waiting_for", "executor", "id"),
                name="node_run_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["version", "-id"], name="run_of_version"),
        ),
    ]
