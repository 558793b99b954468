"""What the workshop's history says of the questions of an import."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from quizzes import question_types
from quizzes.models import Question, User


def entries(questions: Sequence[Question], action: int, message: str, owner: User) -> list[LogEntry]:
    """Return an entry for each; their names are made of few words, which are translated once."""
    content_type = ContentType.objects.get_for_model(Question)
    names = {key: str(name) for key, name in question_types.choices()}
    return [
        LogEntry(
            user_id=owner.pk,
            content_type=content_type,
            object_id=str(question.pk or ""),
            object_repr=f"{names[question.type]} {str(question.uuid)[:8]}",
            action_flag=action,
            change_message=message,
        )
        for question in questions
    ]
