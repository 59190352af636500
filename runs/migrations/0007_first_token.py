"""When an attempt's first words came. Older code runs on it: the column is empty unless set."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One nullable column; no row is rewritten."""

    dependencies = [("runs", "0006_conversations")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="first_token_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="first words"),
        ),
    ]
