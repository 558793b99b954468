"""An exception has a due date of its own. When a member joined can be given, as it is where members are brought along."""

from django.db import migrations, models
from django.db.models import F, Q

import quizzes.clock


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0009_exact_fractions")]

    operations = [
        migrations.AddField(
            model_name="accommodation",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="due"),
        ),
        migrations.AddConstraint(
            model_name="accommodation",
            constraint=models.CheckConstraint(
                condition=Q(due_at=None) | Q(closes_at=None) | Q(due_at__lte=F("closes_at")),
                name="exception_due_before_it_closes",
                violation_error_message="The exception is due after it closes.",
            ),
        ),
        migrations.SeparateDatabaseAndState(  # the default is the program's: the table stays as it is
            state_operations=[
                migrations.AlterField(
                    model_name="membership",
                    name="joined_at",
                    field=models.DateTimeField(default=quizzes.clock.now, editable=False, verbose_name="joined"),
                ),
            ]
        ),
    ]
