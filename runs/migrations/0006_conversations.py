"""Attachments, earlier branches, summaries and how full the context was. Older code runs on it: all of it is optional."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0005_notifications"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField(verbose_name="place in the message")),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["message_id", "place"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_role_known",
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_of_agent_has_attempt",
        ),
        migrations.AddField(
            model_name="attempt",
            name="context_tokens",
            field=models.PositiveIntegerField(db_default=0, verbose_name="tokens of the context after its last answer"),
        ),
        migrations.AddField(
            model_name="message",
            name="covers_first",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="first message it stands for"),
        ),
        migrations.AddField(
            model_name="message",
            name="covers_last",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="last message it stands for"),
        ),
        migrations.AddField(
            model_name="message",
            name="covers_turns",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="turns it stands for"),
        ),
        migrations.AddField(
            model_name="message",
            name="superseded_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="runs.message",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="role",
            field=models.CharField(
                choices=[("user", "User"), ("assistant", "Agent"), ("summary", "Summary")],
                max_length=16,
                verbose_name="role",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("superseded_by__isnull", False)),
                fields=["superseded_by", "ordinal"],
                name="message_earlier_branch",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["user", "assistant", "summary"])), name="message_role_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "user"), ("status", "complete")),
                    models.Q(("attempt__isnull", False), ("role__in", ["assistant", "summary"])),
                    _connector="OR",
                ),
                name="message_of_agent_has_attempt",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("covers_first__lte", models.F("covers_last")), ("covers_turns__gte", 1), ("role", "summary")
                    ),
                    models.Q(
                        models.Q(("role", "summary"), _negated=True),
                        ("covers_first__isnull", True),
                        ("covers_last__isnull", True),
                        ("covers_turns__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="message_covers_if_summary",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="artifact",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="runs.artifact"),
        ),
        migrations.AddField(
            model_name="attachment",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="runs.message"
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("message", "place"), name="attachment_place_unique"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("message", "artifact"), name="attachment_once_per_message"),
        ),
    ]
