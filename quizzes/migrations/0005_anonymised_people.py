"""People whose personal data was removed. Of an event the reason may be taken out, which may tell of them; nothing else changes.

The trigger looks at no other table: Django could not copy such a table on SQLite any more, which it does to alter one.
"""

from django.db import migrations, models

SQLITE = [
    "DROP TRIGGER quizzes_event_fixed",
    """
    CREATE TRIGGER quizzes_event_fixed BEFORE UPDATE OF attempt_id, kind, at, slot, revision, late_by_ms, details
    ON quizzes_attemptevent
    WHEN NOT (
        NEW.attempt_id = OLD.attempt_id AND NEW.kind = OLD.kind AND NEW.at = OLD.at AND NEW.slot IS OLD.slot
        AND NEW.revision IS OLD.revision AND NEW.late_by_ms = OLD.late_by_ms
        AND NEW.details = json_remove(OLD.details, '$.reason')
    )
    BEGIN
        SELECT RAISE(ABORT, 'events are never changed');
    END
    """,
]
SQLITE_UNDO = [
    "DROP TRIGGER quizzes_event_fixed",
    """
    CREATE TRIGGER quizzes_event_fixed BEFORE UPDATE OF attempt_id, kind, at, slot, revision, late_by_ms, details
    ON quizzes_attemptevent
    BEGIN
        SELECT RAISE(ABORT, 'events are never changed');
    END
    """,
]
POSTGRESQL = [
    """
    CREATE OR REPLACE FUNCTION quizzes_event_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.attempt_id, NEW.kind, NEW.at, NEW.late_by_ms) = (OLD.attempt_id, OLD.kind, OLD.at, OLD.late_by_ms)
            AND NEW.slot IS NOT DISTINCT FROM OLD.slot AND NEW.revision IS NOT DISTINCT FROM OLD.revision
            AND NEW.details = OLD.details - 'reason'
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'events are never changed';
    END $$
    """,
]
POSTGRESQL_UNDO = [
    """
    CREATE OR REPLACE FUNCTION quizzes_event_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'events are never changed';
    END $$
    """,
]


def run(statements):
    def apply(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return apply


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0004_fewer_indexes")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="anonymised_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="personal data removed"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("anonymised_at", None),
                    models.Q(("is_active", False), ("is_staff", False), ("is_superuser", False)),
                    _connector="OR",
                ),
                name="anonymised_is_inactive",
                violation_error_message="Whose personal data was removed never comes back.",
            ),
        ),
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
    ]
