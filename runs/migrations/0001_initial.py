"""The first tables of the runs app. There is no older code."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import runs.states
import spaces.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("spaces", "0001_initial"),
        ("workflows", "0002_freeze_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("try_number", models.PositiveIntegerField(default=1, verbose_name="try at the same message")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("lost", "lost"),
                            ("cancelled", "cancelled"),
                        ],
                        default=runs.states.AttemptStatus["QUEUED"],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "lane",
                    models.CharField(
                        choices=[("host", "host"), ("worker", "worker")],
                        default="host",
                        max_length=8,
                        verbose_name="lane",
                    ),
                ),
                ("quarantine", models.BooleanField(default=False, verbose_name="in quarantine")),
                ("host", models.UUIDField(blank=True, null=True, verbose_name="host")),
                (
                    "available_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="available from"),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="queued")),
                ("woken_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="last wake-up")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True, verbose_name="heartbeat")),
                ("lease_expires_at", models.DateTimeField(blank=True, null=True, verbose_name="lease expires")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("loss", models.CharField(blank=True, max_length=16, verbose_name="how it was lost")),
                ("error_kind", models.CharField(blank=True, max_length=40, verbose_name="error kind")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                ("error_detail", models.TextField(blank=True, verbose_name="provider's message")),
                ("input_tokens", models.PositiveIntegerField(default=0, verbose_name="input tokens")),
                ("output_tokens", models.PositiveIntegerField(default=0, verbose_name="output tokens")),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
                "ordering": ["node_run_id", "number"],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("beat_at", models.DateTimeField(verbose_name="last beat")),
            ],
            options={
                "verbose_name": "heartbeat",
                "verbose_name_plural": "heartbeats",
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=spaces.ids.new_id, editable=False, max_length=26, unique=True)),
                (
                    "visibility",
                    models.CharField(
                        choices=[("space", "Visible in the space"), ("personal", "Visible to me only")],
                        max_length=16,
                        verbose_name="visibility",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                ("inputs", models.JSONField(blank=True, default=dict, verbose_name="inputs asked at start")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("waiting", "waiting"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="running",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="started")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "initiator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="spaces.space"),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workflows.workflowversion"
                    ),
                ),
            ],
            options={
                "verbose_name": "run",
                "verbose_name_plural": "runs",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Blob",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("content", models.BinaryField()),
                ("size_bytes", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size_bytes__lte", 20971520)), name="blob_size_limit"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="blob_sha256_form"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Host",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("slot", models.PositiveIntegerField(verbose_name="slot")),
                (
                    "state",
                    models.CharField(
                        choices=[("up", "Up"), ("draining", "Draining"), ("gone", "Gone")],
                        default="up",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("machine", models.CharField(max_length=200, verbose_name="machine")),
                ("pid", models.PositiveIntegerField(verbose_name="process id")),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("heartbeat_at", models.DateTimeField(verbose_name="heartbeat")),
            ],
            options={
                "verbose_name": "host",
                "verbose_name_plural": "hosts",
                "ordering": ["-started_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "up")), fields=("slot",), name="host_one_up_per_slot"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["up", "draining", "gone"])), name="host_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=spaces.ids.new_id, editable=False, max_length=26, unique=True)),
                ("ordinal", models.PositiveIntegerField(verbose_name="place in the conversation")),
                (
                    "role",
                    models.CharField(
                        choices=[("user", "User"), ("assistant", "Agent")], max_length=16, verbose_name="role"
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("parts", models.JSONField(blank=True, default=dict, verbose_name="parts")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("streaming", "streaming"),
                            ("complete", "complete"),
                            ("stopped", "stopped"),
                            ("interrupted", "interrupted"),
                        ],
                        default=runs.states.MessageStatus["COMPLETE"],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("delta_count", models.PositiveIntegerField(default=0, verbose_name="deltas")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                (
                    "attempt",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="runs.attempt",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="runs.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["node_run_id", "ordinal"],
            },
        ),
        migrations.AddField(
            model_name="attempt",
            name="message",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answered_by",
                to="runs.message",
            ),
        ),
        migrations.CreateModel(
            name="NodeRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, verbose_name="node")),
                ("number", models.PositiveIntegerField(default=1, verbose_name="node version")),
                ("is_latest", models.BooleanField(default=True, verbose_name="latest")),
                ("position", models.PositiveIntegerField(verbose_name="place in the graph's order")),
                ("node_type", models.CharField(max_length=40, verbose_name="node type")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("queued", "queued"),
                            ("running", "running"),
                            ("retrying", "retrying"),
                            ("waiting", "waiting"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                            ("skipped", "skipped"),
                        ],
                        default=runs.states.NodeStatus["PENDING"],
                        max_length=16,
                        verbose_name="status",
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
                ("inputs", models.JSONField(blank=True, default=dict, verbose_name="inputs")),
                ("error_kind", models.CharField(blank=True, max_length=40, verbose_name="error kind")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                ("error_detail", models.TextField(blank=True, verbose_name="error detail")),
                ("error_retryable", models.BooleanField(default=False, verbose_name="trying again makes sense")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="first accepted")),
                ("accepted_sha256", models.CharField(blank=True, max_length=64, verbose_name="accepted outputs")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "executor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="node_runs", to="runs.run"
                    ),
                ),
            ],
            options={
                "verbose_name": "node version",
                "verbose_name_plural": "node versions",
                "ordering": ["run_id", "position", "number"],
            },
        ),
        migrations.AddField(
            model_name="message",
            name="node_run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="runs.noderun"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="node_run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="runs.noderun"
            ),
        ),
        migrations.CreateModel(
            name="Artifact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=spaces.ids.new_id, editable=False, max_length=26, unique=True)),
                (
                    "type",
                    models.CharField(
                        choices=[("file", "File"), ("code", "Code"), ("image", "Image"), ("link", "Link")],
                        max_length=8,
                        verbose_name="type",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("revision", models.PositiveIntegerField(default=1, verbose_name="revision")),
                ("url", models.TextField(blank=True, verbose_name="link")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size_bytes", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="runs.blob",
                    ),
                ),
                (
                    "node_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="artifacts", to="runs.noderun"
                    ),
                ),
            ],
            options={
                "verbose_name": "artifact",
                "verbose_name_plural": "artifacts",
                "ordering": ["node_run_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="OutputValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="output")),
                ("type", models.CharField(max_length=8, verbose_name="type")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("reason", models.TextField(blank=True, verbose_name="reason of the choice")),
                ("is_current", models.BooleanField(default=True, verbose_name="current")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "artifact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="runs.artifact",
                    ),
                ),
                (
                    "chosen_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="runs.message",
                    ),
                ),
                (
                    "node_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="output_values", to="runs.noderun"
                    ),
                ),
            ],
            options={
                "verbose_name": "output value",
                "verbose_name_plural": "output values",
                "ordering": ["node_run_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="RunSequence",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sequence",
                        serialize=False,
                        to="runs.run",
                    ),
                ),
                ("seq", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="MessageDelta",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("offset", models.PositiveIntegerField()),
                ("text", models.TextField()),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deltas",
                        to="runs.message",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="runs.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RunEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.BigIntegerField(verbose_name="number")),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("data", models.JSONField(blank=True, default=dict, verbose_name="data")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="runs.message",
                    ),
                ),
                (
                    "node_run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="runs.noderun",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="runs.run"
                    ),
                ),
            ],
            options={
                "verbose_name": "run event",
                "verbose_name_plural": "run events",
                "ordering": ["run_id", "seq"],
            },
        ),
        migrations.CreateModel(
            name="ToolCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ordinal", models.PositiveIntegerField(verbose_name="place in the message")),
                ("call_id", models.CharField(max_length=200, verbose_name="call id")),
                ("name", models.CharField(max_length=100, verbose_name="tool")),
                ("arguments", models.TextField(blank=True, verbose_name="arguments")),
                ("side_effects", models.BooleanField(default=False, verbose_name="has side effects")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("interrupted", "Interrupted"),
                        ],
                        default="running",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("result", models.TextField(blank=True, verbose_name="result")),
                ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tool_calls", to="runs.message"
                    ),
                ),
            ],
            options={
                "verbose_name": "tool call",
                "verbose_name_plural": "tool calls",
                "ordering": ["message_id", "ordinal"],
            },
        ),
        migrations.AddField(
            model_name="artifact",
            name="tool_call",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="artifacts",
                to="runs.toolcall",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("node_run", "ordinal"), name="message_ordinal_unique"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "streaming")),
                fields=("attempt",),
                name="message_one_streaming_per_attempt",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["complete", "interrupted", "stopped", "streaming"])),
                name="message_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["user", "assistant"])), name="message_role_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", True), ("status", "streaming")),
                    models.Q(models.Q(("status", "streaming"), _negated=True), ("finished_at__isnull", False)),
                    _connector="OR",
                ),
                name="message_finished_at_unless_streaming",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "user"), ("status", "complete")),
                    models.Q(("attempt__isnull", False), ("role", "assistant")),
                    _connector="OR",
                ),
                name="message_of_agent_has_attempt",
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(condition=models.Q(("status", "queued")), fields=["id"], name="attempt_queued"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(condition=models.Q(("status", "running")), fields=["host"], name="attempt_running"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("node_run", "number"), name="attempt_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=("node_run",),
                name="attempt_one_live_per_node_run",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "succeeded")), fields=("message",), name="attempt_one_success_per_message"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["cancelled", "failed", "lost", "queued", "running", "succeeded"])),
                name="attempt_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("lane__in", ["host", "worker"])), name="attempt_lane_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("try_number__gte", 1)), name="attempt_numbers_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("finished_at__isnull", False), ("status__in", ["cancelled", "failed", "lost", "succeeded"])
                    ),
                    models.Q(
                        models.Q(("status__in", ["cancelled", "failed", "lost", "succeeded"]), _negated=True),
                        ("finished_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="attempt_finished_at_exactly_when_terminal",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("host__isnull", False), ("lease_expires_at__isnull", False), ("status", "running")),
                    models.Q(models.Q(("status", "running"), _negated=True), ("lease_expires_at__isnull", True)),
                    _connector="OR",
                ),
                name="attempt_leased_exactly_when_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "lost"), models.Q(("loss", ""), _negated=True)),
                    models.Q(models.Q(("status", "lost"), _negated=True), ("loss", "")),
                    _connector="OR",
                ),
                name="attempt_lost_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="outputvalue",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)), fields=("node_run", "name"), name="output_one_current"
            ),
        ),
        migrations.AddConstraint(
            model_name="outputvalue",
            constraint=models.CheckConstraint(
                condition=models.Q(("type__in", ["text", "code", "link", "image", "file"])), name="output_type_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="outputvalue",
            constraint=models.CheckConstraint(
                condition=models.Q(("artifact__isnull", True), ("text", ""), _connector="OR"),
                name="output_text_or_artifact",
            ),
        ),
        migrations.AddConstraint(
            model_name="runsequence",
            constraint=models.CheckConstraint(condition=models.Q(("seq__gte", 0)), name="sequence_not_negative"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["space", "status"], name="run_space_status"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["cancelled", "done", "failed", "running", "waiting"])),
                name="run_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["space", "personal"])), name="run_visibility_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", False), ("status__in", ["cancelled", "done", "failed"])),
                    models.Q(
                        models.Q(("status__in", ["cancelled", "done", "failed"]), _negated=True),
                        ("finished_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="run_finished_at_exactly_when_terminal",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                    models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                    _connector="OR",
                ),
                name="run_cancelled_by_and_at_together",
            ),
        ),
        migrations.AddIndex(
            model_name="noderun",
            index=models.Index(
                condition=models.Q(("is_latest", True), ("status__in", ["queued", "running", "retrying", "waiting"])),
                fields=["status"],
                name="node_run_unfinished",
            ),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.UniqueConstraint(fields=("run", "key", "number"), name="node_run_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_latest", True)), fields=("run", "key"), name="node_run_one_latest"
            ),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="node_run_number_positive"),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "cancelled",
                            "done",
                            "failed",
                            "pending",
                            "queued",
                            "retrying",
                            "running",
                            "skipped",
                            "waiting",
                        ],
                    )
                ),
                name="node_run_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status", "waiting"),
                        ("waiting_for__in", ["confirm", "consent", "done", "outputs", "pipeline", "stopped"]),
                    ),
                    models.Q(models.Q(("status", "waiting"), _negated=True), ("waiting_for", "")),
                    _connector="OR",
                ),
                name="node_run_waits_for_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("finished_at__isnull", False), ("status__in", ["cancelled", "done", "failed", "skipped"])
                    ),
                    models.Q(
                        models.Q(("status__in", ["cancelled", "done", "failed", "skipped"]), _negated=True),
                        ("finished_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="node_run_finished_at_exactly_when_terminal",
            ),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "failed"), _negated=True),
                    models.Q(("error", ""), _negated=True),
                    _connector="OR",
                ),
                name="node_run_failed_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_by__isnull", True), ("accepted_at__isnull", False), _connector="OR"),
                name="node_run_accepted_by_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagedelta",
            constraint=models.UniqueConstraint(fields=("message", "offset"), name="delta_offset_unique"),
        ),
        migrations.AddConstraint(
            model_name="messagedelta",
            constraint=models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="delta_not_empty"),
        ),
        migrations.AddConstraint(
            model_name="runevent",
            constraint=models.UniqueConstraint(fields=("run", "seq"), name="event_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="runevent",
            constraint=models.CheckConstraint(condition=models.Q(("seq__gte", 1)), name="event_number_positive"),
        ),
        migrations.AddConstraint(
            model_name="toolcall",
            constraint=models.UniqueConstraint(fields=("message", "call_id"), name="tool_call_once_per_message"),
        ),
        migrations.AddConstraint(
            model_name="toolcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["running", "done", "failed", "interrupted"])),
                name="tool_call_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="toolcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", True), ("status", "running")),
                    models.Q(models.Q(("status", "running"), _negated=True), ("finished_at__isnull", False)),
                    _connector="OR",
                ),
                name="tool_call_finished_at_unless_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="artifact",
            constraint=models.UniqueConstraint(
                fields=("node_run", "name", "revision"), name="artifact_revision_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="artifact",
            constraint=models.CheckConstraint(
                condition=models.Q(("type__in", ["file", "code", "image", "link"])), name="artifact_type_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="artifact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("blob__isnull", True), ("type", "link"), models.Q(("url", ""), _negated=True)),
                    models.Q(models.Q(("type", "link"), _negated=True), ("blob__isnull", False), ("url", "")),
                    _connector="OR",
                ),
                name="artifact_blob_or_url",
            ),
        ),
        migrations.AddConstraint(
            model_name="artifact",
            constraint=models.CheckConstraint(
                condition=models.Q(("revision__gte", 1)), name="artifact_revision_positive"
            ),
        ),
    ]
