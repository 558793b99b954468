"""Under which terms a learner takes a quiz: gathers the rows and asks the pure functions of `quizzes.terms`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from fractions import Fraction

from quizzes import terms
from quizzes.models import Accommodation, Answer, Assignment, Attempt, Membership, QuestionVersion, Quiz, User


def terms_for(learner: User, quiz: Quiz, assignment: Assignment | None, *, limit: timedelta | None) -> terms.Terms:
    """The effective terms; `limit` is what the quiz's time rule gives for the items drawn (or expected)."""
    if assignment is None:
        return terms_of(quiz, limit)
    membership = Membership.objects.filter(classroom=assignment.classroom_id, user=learner).first()
    exception = (
        None
        if membership is None
        else Accommodation.objects.filter(assignment=assignment, membership=membership).first()
    )
    return terms_of(quiz, limit, assignment, membership, exception)


def terms_of(
    quiz: Quiz,
    limit: timedelta | None,
    assignment: Assignment | None = None,
    membership: Membership | None = None,
    exception: Accommodation | None = None,
) -> terms.Terms:
    """The effective terms, from rows at hand: quiz, then assignment, then membership, then the member's exception."""
    layers = (
        quiz.overrides(limit),
        *(row.overrides() for row in (assignment, membership, exception) if row is not None),
    )
    return terms.effective(layers)


def limit_of(quiz: Quiz, items: Iterable[tuple[Fraction | int, str]]) -> timedelta | None:
    """The limit by the quiz's time rule; `items` are (seconds, Bloom level) of what is asked."""
    if quiz.time_rule == Quiz.TimeRule.FIXED:
        return timedelta(minutes=quiz.time_limit or 0)
    if quiz.time_rule == Quiz.TimeRule.COMPUTED:
        return terms.computed_limit(items)
    return None


def seconds_and_bloom(version: QuestionVersion) -> tuple[int, str]:
    """What the time rule needs to know of one question."""
    return version.kind.time_seconds(version.parsed), version.question.bloom


def asked_in(attempts: Collection[Attempt]) -> dict[int, list[tuple[int, str]]]:
    """What the time rule needs to know of the questions drawn, by attempt (1 query)."""
    asked: dict[int, list[tuple[int, str]]] = {}
    if attempts:
        for answer in Answer.objects.filter(attempt__in=attempts).select_related("version__question"):
            asked.setdefault(answer.attempt_id, []).append(seconds_and_bloom(answer.version))
    return asked
