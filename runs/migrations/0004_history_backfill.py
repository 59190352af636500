"""Fill what earlier runs are found by: text, pairs of letters, executors. Older code runs on it."""

from django.db import migrations

from runs.history.terms import search_text, terms

BATCH = 500
EXECUTORS = """
UPDATE runs_run r SET executor_ids = n.ids
FROM (SELECT run_id, array_agg(DISTINCT executor_id ORDER BY executor_id) AS ids FROM runs_noderun GROUP BY run_id) n
WHERE n.run_id = r.id AND r.executor_ids = '{}'
"""


def fill(apps, schema_editor):
    """Read all runs once, oldest first, and write them a batch at a time."""
    runs = apps.get_model("runs", "Run").objects
    waiting = []
    for run in runs.filter(search_text="").only("pk", "title", "inputs").order_by("pk").iterator(BATCH):
        run.search_text = search_text(run.title, run.inputs)
        run.search_terms = terms(run.search_text)
        waiting.append(run)
        if len(waiting) == BATCH:
            runs.bulk_update(waiting, ["search_text", "search_terms"])
            waiting = []
    runs.bulk_update(waiting, ["search_text", "search_terms"])
    schema_editor.execute(EXECUTORS)


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_history")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
