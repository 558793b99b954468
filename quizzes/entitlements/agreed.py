"""Under which terms a learner takes a quiz: gathers the rows and asks the pure functions of `quizzes.terms`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from quizzes import terms
from quizzes.models import Accommodation, Answer, Assignment, Attempt, Membership, QuestionVersion, Quiz, User


def terms_for(learner: User, quiz: Quiz, assignment: Assignment | None, *, limit: timedelta | None) -> terms.Terms:
    """Return the effective terms; `limit` is what the quiz's time rule gives."""
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
    """Return the effective terms, from rows at hand: quiz, then assignment, then membership, then the member's exception."""
    layers = (
        quiz.overrides(limit),
        *(row.overrides() for row in (assignment, membership, exception) if row is not None),
    )
    return terms.effective(layers)


def limit_of(quiz: Quiz) -> timedelta | None:
    """Return the limit by the quiz's time rule, the same for every attempt that starts now; None: untimed."""
    return None if quiz.minutes is None else timedelta(minutes=quiz.minutes)


def limits_of(attempts: Collection[Attempt]) -> dict[int, timedelta | None]:
    """Return what the quiz's time rule gave each attempt, by pk: a computed limit is the one of its start (1 query at
    most)."""
    computed = [row for row in attempts if row.quiz.time_rule == Quiz.TimeRule.COMPUTED]
    asked = asked_in([row for row in computed if row.quiz_limit is None])
    stored = {row.pk: row.quiz_limit for row in computed}
    limits = {row.pk: stored.get(row.pk) or limit_of(row.quiz) for row in attempts}
    # Attempts that began before limits were stored had the one of the questions drawn for them.
    return limits | {pk: terms.computed_limit(questions) for pk, questions in asked.items()}


CASE_SECONDS = 75  # about 300 words; each question of a case has it, who comes back to the page reads it again


def seconds_and_bloom(version: QuestionVersion) -> tuple[int, str]:
    """Return what the time rule needs to know of one question; the page of facts above it is read too."""
    spec = version.parsed
    return version.kind.time_seconds(spec) + (CASE_SECONDS if spec.case else 0), version.question.bloom


def asked_in(attempts: Collection[Attempt]) -> dict[int, list[tuple[int, str]]]:
    """Return what the time rule needs to know of the questions drawn, by attempt (1 query)."""
    asked: dict[int, list[tuple[int, str]]] = {}
    if attempts:
        for answer in Answer.objects.filter(attempt__in=attempts).select_related("version__question"):
            asked.setdefault(answer.attempt_id, []).append(seconds_and_bloom(answer.version))
    return asked
