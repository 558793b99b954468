"""Nicknames that no two members of a class share, and invitations of instructors."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from quizzes.models.classrooms import nickname_key

AT_ONCE = 1000
LONGEST = 40  # of a nickname


def make_nicknames_differ(apps: Any, schema_editor: Any) -> None:
    """The member who was there first keeps a nickname that two have; the others get " 2", " 3" and so on."""
    members = apps.get_model("quizzes", "Membership").objects.exclude(nickname="").order_by("classroom_id", "pk")
    taken: set[tuple[int, str]] = set(
        (room, nickname_key(name)) for room, name in members.values_list("classroom_id", "nickname")
    )
    given: set[tuple[int, str]] = set()
    rows = []
    for row in members.only("classroom_id", "nickname").iterator(chunk_size=AT_ONCE):
        key = nickname_key(row.nickname)
        if key and (row.classroom_id, key) in given:
            row.nickname = _free(row.classroom_id, row.nickname, taken)
            key = nickname_key(row.nickname)
            taken.add((row.classroom_id, key))
        given.add((row.classroom_id, key))
        row.nickname, row.nickname_key = row.nickname if key else "", key
        rows.append(row)
    members.bulk_update(rows, ["nickname", "nickname_key"], batch_size=AT_ONCE)


def _free(classroom: int, nickname: str, taken: set[tuple[int, str]]) -> str:
    number = 2
    while (classroom, nickname_key(name := _numbered(nickname, number))) in taken:
        number += 1
    return name


def _numbered(nickname: str, number: int) -> str:
    ending = f" {number}"
    return nickname.strip()[: LONGEST - len(ending)].rstrip() + ending


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0012_stored_limits")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="is_staff",
            field=models.BooleanField(
                default=False, help_text="May write questions and run classes.", verbose_name="instructor"
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="is_superuser",
            field=models.BooleanField(
                default=False, help_text="Sees everything and may change it.", verbose_name="administrator"
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="is_active",
            field=models.BooleanField(
                default=True, help_text="Untick this instead of deleting an account.", verbose_name="may log in"
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="nickname_key",
            field=models.CharField(blank=True, default="", editable=False, max_length=200),
        ),
        migrations.RunPython(make_nicknames_differ, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=["classroom", "nickname_key"],
                condition=~Q(nickname_key=""),
                name="nickname_once",
                violation_error_message="Another member of this class has this nickname. Choose another one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=Q(nickname="", nickname_key="") | (~Q(nickname="") & ~Q(nickname_key="")),
                name="nickname_has_a_key",
                violation_error_message="A nickname needs a letter or digit.",
            ),
        ),
        migrations.CreateModel(
            name="InstructorInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail address")),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("invited_at", models.DateTimeField(verbose_name="invited")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
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
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation of an instructor",
                "verbose_name_plural": "invitations of instructors",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(accepted_at=None) | Q(revoked_at=None),
                        name="accepted_or_withdrawn",
                        violation_error_message="An invitation that was accepted cannot be withdrawn.",
                    ),
                    models.CheckConstraint(
                        condition=Q(accepted_by=None) | Q(accepted_at__isnull=False),
                        name="accepted_at_a_time",
                        violation_error_message="An accepted invitation has the time of it.",
                    ),
                ],
            },
        ),
    ]
