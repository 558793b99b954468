"""An answer that was regraded belongs to the version it was graded by.

Until now it kept the version that was asked, and the event of the last regrade said by which one it was graded. It moves
where the parts of the two versions have the same numbers; elsewhere it stays, and can be regraded.
"""

from typing import Any

from django.db import migrations


def numbered(kind: str, spec: dict[str, Any]) -> Any:
    """What the numbers in a response of this type count; for typed answers nothing."""
    if kind == "matching":
        return [(pair.get("left"), pair.get("right")) for pair in spec.get("pairs", ())], spec.get("extra")
    if kind == "ordering":
        return [element.get("text") for element in spec.get("elements", ())]
    if kind == "cloze":
        return [(gap.get("kind"), len(gap.get("options", ()))) for gap in spec.get("gaps", ())]
    return len(spec.get("options", ()))


def move(apps: Any, schema_editor: Any) -> None:
    answers, events = apps.get_model("quizzes", "Answer").objects, apps.get_model("quizzes", "AttemptEvent").objects
    versions = apps.get_model("quizzes", "QuestionVersion").objects.select_related("question")
    regrades = events.filter(kind="regraded", details__has_key="by").order_by("at", "pk")
    last = {event.attempt_id: event.details["by"] for event in regrades.iterator()}
    for graded_by in last.values():
        for answer, version in graded_by.items():
            new, old = versions.filter(pk=version).first(), versions.filter(answers=answer).first()
            if new and old and numbered(new.question.type, new.spec) == numbered(old.question.type, old.spec):
                answers.filter(pk=answer).update(version=new)


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0005_anonymised_people")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop, elidable=True)]
