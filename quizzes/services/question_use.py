"""Where a question is used: in quizzes and in attempts."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from quizzes.models import Answer, Question, QuestionVersion, Quiz, QuizItem, ReviewLog


def quizzes_asking(question: Question) -> QuerySet[Quiz]:
    """Return the published quizzes that have it as a fixed question."""
    return Quiz.objects.published().asking(question).select_related("owner")


def quizzes_following(question: Question) -> QuerySet[Quiz]:
    """Return those of them that ask whatever is published, and would ask something else after a change."""
    if question.ready_version is None:
        return Quiz.objects.none()
    return Quiz.objects.published().filter(items__question=question, items__pinned_version=None).select_related("owner")


def is_referenced(question: Question) -> bool:
    """Return whether an attempt, a review or a quiz has it; such a question is archived, not deleted.

    What guests did counts for nothing: it is forgotten with the question.
    """
    return (
        Answer.objects.filter(version__question=question, attempt__learner__is_guest=False).exists()
        or ReviewLog.objects.filter(version__question=question, learner__is_guest=False).exists()
        or QuizItem.objects.filter(question=question).exists()
    )


def was_published(question: Question) -> bool:
    return question.versions.exclude(status=QuestionVersion.Status.DRAFT).exists()


def has_only_been_drafted(question: Question) -> bool:
    """Return whether it can go without a trace: never published, in no quiz and in no attempt."""
    return not was_published(question) and not is_referenced(question)


def attempts_by_version(question: Question) -> dict[int, int]:
    """Return the number of attempts that use each version, by its number; guests are not counted."""
    rows = (
        Answer.objects.filter(version__question=question, attempt__learner__is_guest=False)
        .values_list("version__number")
        .annotate(Count("attempt", distinct=True))
    )
    return dict(rows)
