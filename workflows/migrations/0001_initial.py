"""The first tables of the workflows app. There is no older code."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import spaces.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("spaces", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Workflow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=spaces.ids.new_id, editable=False, max_length=26, unique=True)),
                ("slug", models.SlugField(max_length=80, verbose_name="slug")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "visibility",
                    models.CharField(
                        choices=[("space", "Visible in the space"), ("personal", "Visible to me only")],
                        default="space",
                        max_length=16,
                        verbose_name="visibility",
                    ),
                ),
                ("draft", models.JSONField(default=dict, verbose_name="draft")),
                ("draft_revision", models.PositiveIntegerField(default=1, verbose_name="draft revision")),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="spaces.space"),
                ),
            ],
            options={
                "verbose_name": "workflow template",
                "verbose_name_plural": "workflow templates",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="WorkflowVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("document", models.JSONField(verbose_name="document")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("published_at", models.DateTimeField(auto_now_add=True)),
                (
                    "published_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "workflow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="workflows.workflow"
                    ),
                ),
            ],
            options={
                "verbose_name": "template version",
                "verbose_name_plural": "template versions",
                "ordering": ["workflow_id", "-number"],
            },
        ),
        migrations.AddField(
            model_name="workflow",
            name="live_version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="workflows.workflowversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="workflowversion",
            constraint=models.UniqueConstraint(fields=("workflow", "number"), name="version_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="workflowversion",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="version_number_positive"),
        ),
        migrations.AddConstraint(
            model_name="workflow",
            constraint=models.UniqueConstraint(fields=("space", "slug"), name="workflow_slug_unique_in_space"),
        ),
        migrations.AddConstraint(
            model_name="workflow",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["space", "personal"])), name="workflow_visibility_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="workflow",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="workflow_name_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="workflow",
            constraint=models.CheckConstraint(
                condition=models.Q(("draft_revision__gte", 1)), name="workflow_revision_positive"
            ),
        ),
    ]
