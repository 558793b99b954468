"""From responses to marks: grading a closed attempt, and marking by hand. Every change is logged."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from quizzes import marking
from quizzes.errors import EditConflict, QuizError
from quizzes.marking import Earned
from quizzes.models import Answer, Attempt, AttemptEvent, QuestionVersion, User, version_cache
from quizzes.services import events, mastery
from quizzes.services.retrying import retried

log = logging.getLogger(__name__)

RESULT = ("status", "exact_marks", "marks", "max_marks", "fraction")
MARKS = ("exact_fraction", "exact_marks", "fraction", "marks")
NOT_MARKED = dict.fromkeys(MARKS)
NOT_BY_HAND = {"exact_override": None, "override": None}


def earned(
    version: QuestionVersion, response: object, override: Fraction | None, points: Decimal, *, penalty: Decimal
) -> Earned:
    """Return what an answer is worth; a fraction given by hand (`override`) stands above the automatic one."""
    fraction = version.kind.grade(version.parsed, response).fraction if override is None else override
    if fraction is None:
        return Earned()
    by_hand = override is not None or version.kind.is_marked_by_hand
    answered = not version.kind.is_blank(version.parsed, response)
    marks = marking.marks(fraction, points, penalty=Decimal(0) if by_hand else penalty, answered=answered)
    return Earned(fraction, marks)


def columns_of(result: Earned) -> dict[str, object]:
    """Return what is stored of a result: the exact values, and rounded copies of them."""
    if result.fraction is None or result.marks is None:
        return NOT_MARKED
    copies = marking.rounded(result.fraction, marking.STORED_FRACTION), marking.rounded(result.marks)
    return dict(zip(MARKS, (*result, *copies), strict=True))


def grade_answer(answer: Answer, version: QuestionVersion, *, penalty: Decimal) -> None:
    """Set fraction and marks of one answer (unsaved); None while it waits for a person."""
    result = earned(version, answer.response, answer.exact_override, answer.points, penalty=penalty)
    for name, value in columns_of(result).items():
        setattr(answer, name, value)


def reweigh(answer: Answer, points: Decimal) -> None:
    """Give one answer other points (unsaved): it earns the same share of them, or costs the same."""
    marks = by_points(answer.exact_marks, answer.points, points)
    answer.points = points
    for name, value in columns_of(Earned(answer.exact_fraction, marks)).items():
        setattr(answer, name, value)


def by_points(marks: Fraction | None, had: Decimal, points: Decimal) -> Fraction | None:
    """Return what marks for a question that `had` so many points are by other points; None while it waits for a person."""
    return None if marks is None else marks * Fraction(points) / Fraction(had)


class AnswerRow(NamedTuple):
    """What grading needs of one answer."""

    pk: int
    version_id: int
    response: object
    exact_override: Fraction | None
    points: Decimal


def rows_of(attempt: Attempt) -> list[AnswerRow]:
    """Return the answers of an attempt (1 query)."""
    return [AnswerRow(*row) for row in attempt.answers.order_by().values_list(*AnswerRow._fields)]


def results_of(rows: Sequence[AnswerRow], *, penalty: Decimal) -> dict[int, Earned]:
    """Return what each answer earns by its version, by the answer's key (1 query for versions not met before)."""
    versions = version_cache.get_many({row.version_id for row in rows})
    return {
        row.pk: earned(versions[row.version_id], row.response, row.exact_override, row.points, penalty=penalty)
        for row in rows
    }


@transaction.atomic
def grade(attempt: Attempt, *, now: datetime, actor: User | None = None) -> Attempt:
    """Grade a closed attempt from its rows; running it again gives the same result."""
    locked = lock(attempt.pk)
    if locked.is_in_progress:
        raise QuizError(_("A running attempt can't be graded."))
    return _grade_locked(locked, now=now, actor=actor)


def lock(attempt_id: int) -> Attempt:
    """Return the attempt with its quiz, which nobody else changes until the transaction ends."""
    return Attempt.objects.select_for_update(no_key=True, of=("self",)).select_related("quiz").get(pk=attempt_id)


def _grade_locked(locked: Attempt, *, now: datetime, actor: User | None = None) -> Attempt:
    was_graded = locked.status != Attempt.Status.SUBMITTED
    if locked.reopened_at is not None and not was_graded:
        _drop_marks_for_other_answers(locked, now=now)
    rows = rows_of(locked)
    results = results_of(rows, penalty=locked.quiz.wrong_penalty)
    before = locked.marks
    _set_result(locked, [result.marks for result in results.values()], out_of=[row.points for row in rows])
    store_marks(results)
    locked.save(update_fields=RESULT)
    mastery.award(locked)
    kind = AttemptEvent.Kind.REGRADED if was_graded else AttemptEvent.Kind.GRADED
    details = {"from": before, "to": locked.marks}
    events.record(locked.pk, kind, at=now, actor_id=actor.pk if actor else None, details=details)
    return locked


def add_up(locked: Attempt) -> None:
    """Store the result of an attempt as the marks of its answers make it."""
    rows = list(locked.answers.order_by().values_list("exact_marks", "points"))
    _set_result(locked, [marks for marks, _points in rows], out_of=[points for _marks, points in rows])
    locked.save(update_fields=RESULT)
    mastery.award(locked)


def _drop_marks_for_other_answers(locked: Attempt, *, now: datetime) -> None:
    """Drop marks by hand of an answer that was changed after the attempt was reopened: it is judged again."""
    changed = locked.answers.filter(override__isnull=False, saved_at__gt=F("marked_at"))
    reason = _("The answer was changed after the attempt was reopened.")
    for slot, override in changed.values_list("slot", "override"):
        details = {"from": override, "to": None, "reason": reason}
        events.record(locked.pk, AttemptEvent.Kind.OVERRIDDEN, at=now, actor_id=None, slot=slot, details=details)
    changed.update(**NOT_BY_HAND)


def store_marks(results: Mapping[int, Earned]) -> None:
    """Store the marks of answers, those that earned the same by one statement."""
    by_result: defaultdict[Earned, list[int]] = defaultdict(list)
    for pk, result in results.items():
        by_result[result].append(pk)
    for result, pks in by_result.items():
        Answer.objects.filter(pk__in=pks).update(**columns_of(result))


def _set_result(attempt: Attempt, marks: Sequence[Fraction | None], *, out_of: Sequence[Decimal]) -> None:
    attempt.max_marks = sum(out_of, Decimal("0.00"))
    known = [mark for mark in marks if mark is not None]
    if len(known) < len(marks):
        attempt.status = Attempt.Status.AWAITING_MARKING
        attempt.exact_marks = attempt.marks = attempt.fraction = None
        return
    attempt.status = Attempt.Status.GRADED
    set_marks(attempt, marking.total(known))


def set_marks(attempt: Attempt, exact: Fraction) -> None:
    """Set the marks of an attempt (unsaved), and their rounded copies."""
    attempt.exact_marks, attempt.marks = exact, marking.rounded(exact)
    attempt.fraction = marking.rounded(marking.share(exact, attempt.max_marks), marking.STORED_SHARE)


@retried
@transaction.atomic
def _grade_once(attempt: Attempt, *, now: datetime) -> Attempt:
    """Grade what is submitted and not graded yet: of two sweeps, or a submit and a sweep, the second finds it done."""
    locked = lock(attempt.pk)
    return _grade_locked(locked, now=now) if locked.status == Attempt.Status.SUBMITTED else locked


def grade_or_leave(attempt: Attempt, *, now: datetime) -> Attempt:
    """Grade after closing; an error leaves the attempt submitted, for the sweep to try again, and is logged."""
    try:
        return _grade_once(attempt, now=now)
    except Exception:
        log.exception("attempt %s could not be graded; it stays submitted", attempt.pk)
        attempt.refresh_from_db()
        return attempt


@transaction.atomic
def override(
    answer: Answer,
    *,
    fraction: Fraction | None,
    reason: str,
    actor: User,
    now: datetime,
    comment: str | None = None,
    seen: tuple[datetime | None] | None = None,
) -> Attempt:
    """Give an answer a fraction by hand (None: back to the automatic one), with a reason; regrades the attempt.

    `seen` holds the time of marking the person saw; raises EditConflict when someone marked it since.
    """
    if not reason.strip():
        raise QuizError(_("Give a reason; it is saved with the change."), where="reason")
    if fraction is not None and not 0 <= fraction <= 1:
        raise QuizError(_("Give 0 to all points of the question."), where="fraction")
    attempt = Attempt.objects.select_for_update(no_key=True).get(pk=answer.attempt_id)
    row = Answer.objects.select_related("version__question", "marked_by").get(pk=answer.pk)
    if seen is not None and row.marked_at != seen[0]:
        raise EditConflict(row.marked_by.full_name if row.marked_by else "", row.marked_at)
    by_hand = row.version.kind.is_marked_by_hand and row.override is None
    before = row.override
    row.exact_override = fraction
    row.override = None if fraction is None else marking.rounded(fraction, marking.STORED_FRACTION)
    if comment is not None:
        row.comment = comment
    row.marked_by, row.marked_at = actor, now
    row.save(update_fields=["exact_override", "override", "comment", "marked_by", "marked_at"])
    events.record(
        attempt.pk,
        AttemptEvent.Kind.MARKED if by_hand else AttemptEvent.Kind.OVERRIDDEN,
        at=now,
        actor_id=actor.pk,
        slot=row.slot,
        details={"from": before, "to": row.override, "reason": reason.strip()},
    )
    return grade(attempt, now=now, actor=actor)
