"""The first tables of the spaces app. There is no older code."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import spaces.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Space",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=spaces.ids.new_id, editable=False, max_length=26, unique=True)),
                ("slug", models.SlugField(max_length=60, unique=True, verbose_name="slug")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "instructions",
                    models.TextField(
                        blank=True,
                        help_text="Conventions every agent of this space is told, for example the language to write in.",
                        verbose_name="instructions for agents",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "space",
                "verbose_name_plural": "spaces",
                "ordering": ["name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("slug", ""), _negated=True), name="space_slug_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="space_name_not_empty"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("admin", "Admin"), ("builder", "Builder"), ("viewer", "Viewer")],
                        default="builder",
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="spaces.space"
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "ordering": ["space_id", "user_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("space", "user"), name="membership_once_per_space"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["admin", "builder", "viewer"])), name="membership_role_known"
                    ),
                ],
            },
        ),
    ]
