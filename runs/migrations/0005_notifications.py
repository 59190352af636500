"""What people are told of in the product, and of what they want to be told. Old code runs on it, and tells nobody."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("runs", "0004_history_backfill"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NotificationSetting",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("waiting", models.BooleanField(default=True, verbose_name="a node waits")),
                ("done", models.BooleanField(default=True, verbose_name="a node is done")),
                ("failed", models.BooleanField(default=True, verbose_name="a node failed")),
            ],
            options={
                "verbose_name": "notification setting",
                "verbose_name_plural": "notification settings",
                "ordering": ["user_id"],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("waiting", "Waits for a person"), ("done", "Done"), ("failed", "Failed")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "waiting_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("confirm", "confirm"),
                            ("done", "done"),
                            ("consent", "consent"),
                            ("stopped", "stopped"),
                            ("outputs", "outputs"),
                            ("pipeline", "pipeline"),
                        ],
                        max_length=16,
                        verbose_name="waiting for",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="told at"),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled at")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "node_run",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="runs.noderun"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="runs.run"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["user", "-id"], name="notification_list"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True), ("settled_at__isnull", True)),
                        fields=["user"],
                        name="notification_unread",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=("node_run", "user"),
                        name="notification_one_open_per_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["waiting", "done", "failed"])), name="notification_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "waiting"), ("waiting_for", ""), _connector="XOR"),
                        name="notification_waits_for_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_by__isnull", True), ("settled_at__isnull", False), _connector="OR"
                        ),
                        name="notification_settled_by_has_time",
                    ),
                ],
            },
        ),
    ]
