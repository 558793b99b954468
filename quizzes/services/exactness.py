"""Results of earlier versions, which rounded each item to cents, as exact sums make them. Nobody loses a pass by it.

Only the rounding is mended: an answer keeps what it earned, whatever grading would say of it today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext as _

from quizzes import marking
from quizzes.marking import Earned
from quizzes.models import Answer, Attempt, AttemptEvent, version_cache
from quizzes.models.fractions import written
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import events, grading, mastery
from quizzes.services.retrying import retried

AT_ONCE = 500
GRADINGS = (AttemptEvent.Kind.GRADED, AttemptEvent.Kind.REGRADED)


@dataclass(frozen=True)
class Correction:
    """An attempt whose exact marks are `exact`, and those of its answers that were not kept exactly."""

    attempt: Attempt
    exact: Fraction
    answers: Mapping[int, Earned]

    @property
    def was_passed(self) -> bool | None:
        return self._is_passed(self.attempt.exact_marks or Fraction(0))

    @property
    def is_passed(self) -> bool | None:
        """Whether the exact marks reach the pass mark."""
        return self._is_passed(self.exact)

    @property
    def is_kept(self) -> bool:
        """Whether the attempt keeps its marks, because it would lose its pass."""
        return self.was_passed is True and self.is_passed is False

    @property
    def is_shown(self) -> bool:
        """Whether it changes what pages say: marks or the verdict."""
        return (self.before, self.was_passed) != (self.after, self.is_passed)

    @property
    def before(self) -> Decimal | None:
        """Marks as pages say them."""
        return self.attempt.shown_marks

    @property
    def after(self) -> Decimal | None:
        """Marks as pages would say the exact ones."""
        return self.attempt.as_shown(self.exact)

    def _is_passed(self, marks: Fraction) -> bool | None:
        return marking.is_pass(marks, self.attempt.max_marks, self.attempt.quiz.pass_fraction)


def corrections() -> Iterator[Correction]:
    """Yield what exact sums change in graded attempts (1 query for each attempt)."""
    graded = Attempt.objects.filter(status=Attempt.Status.GRADED).select_related("quiz", "learner").order_by("pk")
    for attempt in graded.iterator(chunk_size=AT_ONCE):
        if correction := _correction(attempt):
            yield correction


@retried
@transaction.atomic
def apply(correction: Correction, *, now: datetime) -> None:
    """Store what a correction found and record an event, unless another one was there first."""
    attempt = grading.lock(correction.attempt.pk)
    found = _correction(attempt) if attempt.is_graded else None
    if found is None:
        return
    before = attempt.marks
    grading.store_marks(found.answers)
    if not found.is_kept:
        grading.set_marks(attempt, found.exact)
        attempt.save(update_fields=grading.RESULT)
        mastery.award(attempt)
    details = {
        "from": before,
        "to": attempt.marks,
        "exact": written(found.exact),
        "kept": found.is_kept,
        "reason": _("Marks are added up exactly, and rounded only when they are shown."),
    }
    events.record(attempt.pk, AttemptEvent.Kind.REGRADED, at=now, actor_id=None, details=details)


def _correction(attempt: Attempt) -> Correction | None:
    answers = list(attempt.answers.order_by("slot"))
    exact = {answer.pk: _exact(answer, penalty=attempt.quiz.wrong_penalty) for answer in answers}
    inexact = {
        answer.pk: exact[answer.pk]
        for answer in answers
        if exact[answer.pk] != (answer.exact_fraction, answer.exact_marks)
    }
    total = marking.total(result.marks or Fraction(0) for result in exact.values())
    correction = Correction(attempt, total, inexact)
    is_done = total == attempt.exact_marks or (correction.is_kept and _is_said(attempt))
    return None if is_done and not inexact else correction


def _exact(answer: Answer, *, penalty: Decimal) -> Earned:
    """Return what the answer earned; as grading gives it where that is what was rounded, else as it is stored."""
    stored = Earned(answer.exact_fraction, answer.exact_marks)
    if stored.marks is None and answer.fraction is not None and answer.marks is not None:
        # Graded by a process of the earlier version that still ran after `migrate`.
        stored = Earned(Fraction(answer.fraction), Fraction(answer.marks))
    version = version_cache.get_many([answer.version_id])[answer.version_id]
    try:
        graded = grading.earned(version, answer.response, answer.exact_override, answer.points, penalty=penalty)
    except InvalidSpec:
        return stored
    copies = grading.columns_of(graded)
    return graded if (copies["fraction"], copies["marks"]) == (answer.fraction, answer.marks) else stored


def _is_said(attempt: Attempt) -> bool:
    """Return whether the log says last that the marks were kept."""
    last = attempt.events.filter(kind__in=GRADINGS).order_by("-pk").first()
    return bool(last and last.details.get("kept"))
