"""Each index is one more page that a start or a save writes: gone are those of columns with which another index begins, and
those of nearly empty columns hold only the rows that have something there.

Django would copy whole tables of SQLite for this, and leave their triggers behind.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def without_index(model, column, digest, field):
    """Alter the field in the state, and drop the index that Django made for it; its name is the same everywhere."""
    table = f"quizzes_{model}"
    name = f"{table}_{column}_id_{digest}"
    return migrations.RunSQL(
        f'DROP INDEX "{name}"',
        f'CREATE INDEX "{name}" ON "{table}" ("{column}_id")',
        state_operations=[migrations.AlterField(model, column, field)],
    )


def key(to, on_delete, **options):
    return models.ForeignKey(to, on_delete=getattr(django.db.models.deletion, on_delete), db_index=False, **options)


def person(**options):
    return key(settings.AUTH_USER_MODEL, "SET_NULL", blank=True, null=True, related_name="+")


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0003_reopened_at")]
    operations = [
        without_index("answer", "attempt", "edb0a031", key("quizzes.attempt", "CASCADE", related_name="answers")),
        without_index("answer", "marked_by", "53ce8042", person()),
        without_index("attemptevent", "actor", "cb2ba676", person()),
        without_index("attempt", "learner", "76b094d7", key(settings.AUTH_USER_MODEL, "PROTECT", related_name="attempts")),
        without_index(
            "attempt",
            "assignment",
            "4f0a831a",
            key("quizzes.assignment", "PROTECT", blank=True, null=True, related_name="attempts"),
        ),
        migrations.AddIndex(
            "answer",
            models.Index(condition=models.Q(marked_by__isnull=False), fields=["marked_by"], name="answer_marked_by"),
        ),
        migrations.AddIndex(
            "attemptevent",
            models.Index(condition=models.Q(actor__isnull=False), fields=["actor"], name="event_actor"),
        ),
    ]
