"""Refuse any change of a task template's version in the database itself. Old code runs on it."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION workflows_task_template_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'task template version % is frozen', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER workflows_task_template_version_frozen
    BEFORE UPDATE OF template_id, number, document ON workflows_tasktemplateversion
    FOR EACH ROW EXECUTE FUNCTION workflows_task_template_version_frozen();
"""
THAW = """
DROP TRIGGER workflows_task_template_version_frozen ON workflows_tasktemplateversion;
DROP FUNCTION workflows_task_template_version_frozen();
"""


class Migration(migrations.Migration):
    """A trigger, because no constraint can see the old row."""

    dependencies = [("workflows", "0003_task_templates_consents_favourites")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
