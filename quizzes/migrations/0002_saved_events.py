"""Triggers: every save leaves an event in the same statement, and events are never changed.

Only a save raises the revision of an answer that is not checked; opening a checked answer again is no save.
"""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER quizzes_answer_saved AFTER UPDATE OF revision ON quizzes_answer
    WHEN NEW.revision > OLD.revision AND NOT OLD.is_checked
    BEGIN
        INSERT INTO quizzes_attemptevent (attempt_id, kind, at, slot, revision, late_by_ms, device, details)
        VALUES (NEW.attempt_id, 'saved', NEW.saved_at, NEW.slot, NEW.revision, NEW.late_by_ms, NEW.saved_from, '{}');
    END
    """,
    """
    CREATE TRIGGER quizzes_event_fixed BEFORE UPDATE OF attempt_id, kind, at, slot, revision, late_by_ms, details
    ON quizzes_attemptevent
    BEGIN
        SELECT RAISE(ABORT, 'events are never changed');
    END
    """,
]
SQLITE_UNDO = ["DROP TRIGGER quizzes_answer_saved", "DROP TRIGGER quizzes_event_fixed"]

POSTGRESQL = [
    """
    CREATE FUNCTION quizzes_answer_saved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO quizzes_attemptevent (attempt_id, kind, at, slot, revision, late_by_ms, device, details)
        VALUES (NEW.attempt_id, 'saved', NEW.saved_at, NEW.slot, NEW.revision, NEW.late_by_ms, NEW.saved_from, '{}');
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER quizzes_answer_saved AFTER UPDATE OF revision ON quizzes_answer FOR EACH ROW
    WHEN (NEW.revision > OLD.revision AND NOT OLD.is_checked)
    EXECUTE FUNCTION quizzes_answer_saved()
    """,
    """
    CREATE FUNCTION quizzes_event_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'events are never changed';
    END $$
    """,
    """
    CREATE TRIGGER quizzes_event_fixed BEFORE UPDATE OF attempt_id, kind, at, slot, revision, late_by_ms, details
    ON quizzes_attemptevent FOR EACH ROW EXECUTE FUNCTION quizzes_event_fixed()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER quizzes_answer_saved ON quizzes_answer",
    "DROP FUNCTION quizzes_answer_saved()",
    "DROP TRIGGER quizzes_event_fixed ON quizzes_attemptevent",
    "DROP FUNCTION quizzes_event_fixed()",
]


def run(statements):
    def apply(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return apply


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0001_initial")]
    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        )
    ]
