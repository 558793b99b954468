"""A computed limit is stored with its quiz, and with each attempt. Rules fill up from elsewhere only where that is chosen.

The limits of published quizzes are computed after the migrations, by the program (`quizzes.apps`).
"""

from django.db import migrations, models

FILLS_UP = {"verbose_name": "fill up from elsewhere"}
HELP = "Where too few questions match, take the rest from the nearest other ones."


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0011_invitations")]

    operations = [
        migrations.AlterField(
            model_name="quiz",
            name="time_rule",
            field=models.CharField(
                choices=[
                    ("untimed", "untimed"),
                    ("fixed", "fixed limit"),
                    ("computed", "computed from the questions"),
                ],
                default="untimed",
                max_length=10,
                verbose_name="time",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="computed_limit",
            field=models.PositiveIntegerField(
                blank=True, editable=False, null=True, verbose_name="computed limit in minutes"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="quiz_limit",
            field=models.DurationField(blank=True, editable=False, null=True),
        ),
        # Rules that are there go on filling up, as they did; new ones do not.
        migrations.AddField(
            model_name="quizitem", name="fills_up", field=models.BooleanField(default=True, **FILLS_UP)
        ),
        migrations.AlterField(
            model_name="quizitem",
            name="fills_up",
            field=models.BooleanField(default=False, help_text=HELP, **FILLS_UP),
        ),
    ]
