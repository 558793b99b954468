"""What must hold of questions and of units."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F

from quizzes.models import Attempt, Mastery, Question, QuestionVersion, StudyNote, Unit
from quizzes.reports.invariants.violations import Violation, row_of


def empty(now: datetime) -> Iterator[Violation]:
    """I9: whatever came in came in whole."""
    for uuid in Question.objects.filter(versions=None).values_list("uuid", flat=True):
        yield Violation("I9", f"question {uuid}", "has no version")
    named = QuestionVersion.objects.exclude(status="draft").exclude(spec__case="").order_by()
    cases = set(StudyNote.objects.published().filter(kind=StudyNote.Kind.CASE).values_list("slug", flat=True))
    for uuid, case in named.values_list("question__uuid", "spec__case"):
        if case and case not in cases:
            yield Violation("I9", f"question {uuid}", f"stands on the case “{case}”, which is not there")


def mastered(now: datetime) -> Iterator[Violation]:
    """I15: who reached the mark of a published unit's check has mastered it, by an attempt of their own at any time."""
    for pk in Mastery.objects.exclude(attempt=None).exclude(learner=F("attempt__learner")).values_list("pk", flat=True):
        yield Violation("I15", f"mastery {pk}", "is by the attempt of another learner")
    for unit in Unit.objects.published().exclude(check_quiz=None):
        graded = Attempt.objects.filter(quiz=unit.check_quiz_id, status=Attempt.Status.GRADED, is_counted=True)
        missing = graded.exclude(learner__in=unit.masteries.values("learner"))
        for attempt in missing.exclude(learner__anonymised_at__isnull=False):
            if attempt.share is not None and attempt.share * 100 >= unit.mastery_mark:
                yield Violation("I15", row_of(attempt.pk), f"reached the mark of “{unit}”, which is not mastered")
