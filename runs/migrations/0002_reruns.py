"""Facts of re-runs: what was kept, what was done outside, what a cancellation took along. Older code runs on it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Until now the time of its end told what a cancellation of the run took along: both carry now() of one transaction.
KNOWN_CAUSES = """
UPDATE runs_noderun n SET cancelled_with = CASE WHEN EXISTS (
    SELECT 1 FROM runs_runevent e
    WHERE e.run_id = n.run_id AND e.kind = 'run.cancelled' AND e.created_at = n.finished_at
) THEN 'run' ELSE 'node' END
WHERE n.status = 'cancelled'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reuse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="kept at")),
            ],
            options={
                "verbose_name": "reuse",
                "verbose_name_plural": "reuses",
                "ordering": ["node_run_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="SideEffect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("key", models.CharField(max_length=80, verbose_name="key")),
                ("target", models.TextField(verbose_name="target")),
                ("result", models.TextField(verbose_name="what the model was told")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="done at")),
            ],
            options={
                "verbose_name": "side effect",
                "verbose_name_plural": "side effects",
                "ordering": ["node_run_id", "id"],
            },
        ),
        migrations.AddField(
            model_name="noderun",
            name="cancelled_with",
            field=models.CharField(
                blank=True,
                choices=[("node", "node"), ("run", "run"), ("rerun", "rerun")],
                db_default="",
                default="",
                max_length=8,
                verbose_name="cancelled with",
            ),
        ),
        migrations.RunSQL(KNOWN_CAUSES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_with__in", ["", "node", "rerun", "run"]), ("status", "cancelled")),
                    ("cancelled_with", ""),
                    _connector="OR",
                ),
                name="node_run_cancelled_with_something",
            ),
        ),
        migrations.AddField(
            model_name="reuse",
            name="accepted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reuse",
            name="because_of",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="runs.noderun"),
        ),
        migrations.AddField(
            model_name="reuse",
            name="node_run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reuses", to="runs.noderun"
            ),
        ),
        migrations.AddField(
            model_name="sideeffect",
            name="attempt",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="runs.attempt"),
        ),
        migrations.AddField(
            model_name="sideeffect",
            name="node_run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="side_effects", to="runs.noderun"
            ),
        ),
        migrations.AddConstraint(
            model_name="reuse",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="reuse_says_why"),
        ),
        migrations.AddConstraint(
            model_name="reuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("node_run", models.F("because_of")), _negated=True),
                name="reuse_is_of_another_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="sideeffect",
            constraint=models.UniqueConstraint(fields=("node_run", "key"), name="side_effect_once_per_version"),
        ),
        migrations.AddConstraint(
            model_name="sideeffect",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", ""), _negated=True), models.Q(("key", ""), _negated=True)),
                name="side_effect_is_named",
            ),
        ),
    ]
