"""Questions without a topic, what search looks at, and whether missing work counts in a class."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from quizzes.question_types.texts import search_text

AT_ONCE = 500


def fill_search_text(apps: Any, schema_editor: Any) -> None:
    """As saving does it from now on; a change of `search_text` must fill it again."""
    versions = apps.get_model("quizzes", "QuestionVersion").objects
    rows = []
    for version in versions.only("spec").iterator(chunk_size=AT_ONCE):
        version.search_text = search_text(version.spec)
        rows.append(version)
    versions.bulk_update(rows, ["search_text"], batch_size=AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0014_log_in_slips")]

    operations = [
        migrations.AddField(
            model_name="classroom",
            name="missing_is_zero",
            field=models.BooleanField(
                default=False,
                help_text=(
                    "In the gradebook's totals: a quiz that is over and was never started counts 0 of its points."
                ),
                verbose_name="missing work counts as 0",
            ),
        ),
        migrations.AlterField(
            model_name="question",
            name="topic",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questions",
                to="quizzes.topic",
                verbose_name="topic",
            ),
        ),
        migrations.AddField(
            model_name="questionversion",
            name="search_text",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RunPython(fill_search_text, migrations.RunPython.noop),
    ]
