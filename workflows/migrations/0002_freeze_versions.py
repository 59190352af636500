"""Refuse any change of a published version in the database itself. Old code runs on it."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION workflows_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'template version % is frozen', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER workflows_version_frozen BEFORE UPDATE OF workflow_id, number, document ON workflows_workflowversion
    FOR EACH ROW EXECUTE FUNCTION workflows_version_frozen();
"""
THAW = """
DROP TRIGGER workflows_version_frozen ON workflows_workflowversion;
DROP FUNCTION workflows_version_frozen();
"""


class Migration(migrations.Migration):
    """A trigger, because no constraint can see the old row."""

    dependencies = [("workflows", "0001_initial")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
