"""When an attempt was reopened stands at the attempt; those reopened before are found in the log."""

from django.db import migrations, models


def from_the_log(apps, schema_editor):
    for event in apps.get_model("quizzes", "AttemptEvent").objects.filter(kind="reopened").order_by("at", "pk"):
        apps.get_model("quizzes", "Attempt").objects.filter(pk=event.attempt_id).update(reopened_at=event.at)


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0002_saved_events")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="reopened_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="reopened"),
        ),
        migrations.RunPython(from_the_log, migrations.RunPython.noop),
    ]
