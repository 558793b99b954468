"""Invitations to classrooms, and what each user name looks like."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from quizzes.models.accounts import look_of

AT_ONCE = 1000


def fill_looks(apps: Any, schema_editor: Any) -> None:
    """As saving does it from now on; a change of `look_of` must fill them again."""
    users = apps.get_model("quizzes", "User").objects
    rows = []
    for user in users.only("username").iterator(chunk_size=AT_ONCE):
        user.look = look_of(user.username)
        rows.append(user)
    users.bulk_update(rows, ["look"], batch_size=AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0010_exception_due_at")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="look",
            field=models.CharField(blank=True, db_index=True, editable=False, max_length=150),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("invited_at", models.DateTimeField(verbose_name="invited")),
                (
                    "classroom",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="quizzes.classroom",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["classroom", "user"],
                        name="invited_once",
                        violation_error_message="This person is invited already.",
                    )
                ],
            },
        ),
        migrations.RunPython(fill_looks, migrations.RunPython.noop),
    ]
