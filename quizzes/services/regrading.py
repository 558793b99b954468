"""Regrading: after a question was mended, answers to its older versions are marked by the published one.

Only that question, and only in attempts that have ended. An answer moves to the published version whole: the version, the
order in which its parts were shown, and the response in the numbering of that version. So whatever shows or grades it
later has key and verdict out of one version. What was asked, and what it earned, stays in the event.

Race, and what decides it: two people who regrade at once, or one who regrades while an attempt is reopened or marked by
hand, wait for each other at the attempt's row; the second finds the answer moved, or the attempt open, and leaves it.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quizzes import marking
from quizzes.errors import CannotRemark, QuizError
from quizzes.models import Answer, Attempt, AttemptEvent, Question, QuestionVersion, User, fractions, version_cache
from quizzes.question_types.carrying import Carried
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import events, grading
from quizzes.services.retrying import retried

log = logging.getLogger(__name__)
AT_ONCE = 500
ENDED = (Attempt.Status.AWAITING_MARKING, Attempt.Status.GRADED)
Marks = Fraction | None  # None while a person must still mark it


@dataclass(frozen=True)
class Remark:
    """What regrading does to one answer: its exact marks and those of its attempt, before and after."""

    answer: Answer
    before: Marks
    after: Marks
    total_before: Marks
    total_after: Marks

    @property
    def is_change(self) -> bool:
        return self.before != self.after

    @property
    def marks_shown(self) -> tuple[Decimal | None, Decimal | None]:
        """Marks of the question before and after, as pages say them."""
        before, after = (self.answer.as_shown(marks) for marks in (self.before, self.after))
        return before, after

    @property
    def total_shown(self) -> tuple[Decimal | None, Decimal | None]:
        """Marks of the attempt before and after, as pages say them."""
        before, after = (self.answer.attempt.as_shown(marks) for marks in (self.total_before, self.total_after))
        return before, after


@dataclass(frozen=True)
class Effect:
    """What regrading a question would do to attempts on its older versions, without doing it.

    `refused` counts answers by the reason why they keep their version, `unfinished` attempts that have not ended,
    `others` attempts that the person does not manage. `reworded` are parts of the question with other words than before.
    """

    by: QuestionVersion | None
    older: Sequence[QuestionVersion] = ()
    remarks: Sequence[Remark] = ()
    refused: Mapping[str, int] | None = None
    unfinished: int = 0
    others: int = 0
    reworded: Sequence[tuple[str, str]] = ()

    @property
    def versions(self) -> list[QuestionVersion]:
        """Those that attempts were asked, and the published one."""
        return [*self.older, *([self.by] if self.by else [])]

    @property
    def changes(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.is_change]

    @property
    def rising(self) -> int:
        return sum((remark.after or 0) > (remark.before or 0) for remark in self.changes)

    @property
    def falling(self) -> int:
        return len(self.changes) - self.rising

    @property
    def is_empty(self) -> bool:
        """Whether no attempt at all is on an older version."""
        return not (self.remarks or self.refused or self.unfinished or self.others)


def effect(question: Question, among: QuerySet[Attempt]) -> Effect:
    """Return what `regrade` would do to the attempts `among` (5 queries, 1 more for versions not met before)."""
    by = question.ready_version
    if by is None:
        return Effect(None)
    older = Answer.objects.filter(version__question=question, attempt__learner__is_guest=False).exclude(version=by)
    own_answers = list(
        older.filter(attempt__in=among).select_related("attempt__learner", "attempt__quiz").order_by("pk")
    )
    versions = version_cache.get_many({by.pk, *(answer.version_id for answer in own_answers)})
    sums = _sums([answer.attempt_id for answer in own_answers])
    remarks, refused, reworded = [], Counter[str](), dict[tuple[str, str], None]()
    for answer in own_answers:
        if answer.attempt.status not in ENDED:
            continue
        try:
            carried = carried_over(answer, versions[answer.version_id], versions[by.pk])
        except CannotRemark as refusal:
            refused[str(refusal.message)] += 1
        else:
            remarks.append(_remark(answer, versions[by.pk], carried, sums[answer.attempt_id]))
            reworded |= dict.fromkeys(carried.reworded)
    return Effect(
        by=versions[by.pk],
        older=sorted({versions[answer.version_id] for answer in own_answers}, key=lambda version: version.number),
        remarks=sorted(remarks, key=lambda remark: (not remark.is_change, remark.answer.pk)),
        refused=dict(refused),
        unfinished=len({answer.attempt_id for answer in own_answers if answer.attempt.status not in ENDED}),
        others=older.exclude(attempt__in=among).values("attempt").distinct().count(),
        reworded=tuple(reworded),
    )


def carried_over(answer: Answer, old: QuestionVersion, new: QuestionVersion) -> Carried:
    """Return the answer in the numbering of the new version; raises CannotRemark with the reason."""
    try:
        return new.kind.carry_over(old.parsed, new.parsed, answer.layout, answer.response)
    except InvalidSpec as error:
        raise CannotRemark(_("content that is no longer valid")) from error


def _sums(attempts: Sequence[int]) -> dict[int, Fraction]:
    """Return the exact marks of all answers of each attempt, with those below zero."""
    rows = Answer.objects.filter(attempt__in=set(attempts)).order_by()
    sums: defaultdict[int, Fraction] = defaultdict(Fraction)
    for attempt, marks in rows.values_list("attempt", "exact_marks"):
        sums[attempt] += marks or 0
    return sums


def _remark(answer: Answer, by: QuestionVersion, carried: Carried, whole: Fraction) -> Remark:
    penalty, total = answer.attempt.quiz.wrong_penalty, answer.attempt.exact_marks
    after = grading.earned(by, carried.response, answer.exact_override, answer.points, penalty=penalty).marks
    other = whole - (answer.exact_marks or 0)
    return Remark(
        answer=answer,
        before=answer.exact_marks,
        after=after,
        total_before=total,
        total_after=None if total is None or after is None else marking.total([other, after]),
    )


def regrade(question: Question, among: QuerySet[Attempt], *, seen: int, reason: str, actor: User, now: datetime) -> int:
    """Mark the question by its published version in attempts `among`, at most AT_ONCE; returns how many were.

    `seen` is the number of the version whose effect the person saw; raises QuizError when it is another one by now.
    Each attempt is a transaction of its own; an error in one is logged and stops no other.
    """
    if not reason.strip():
        raise QuizError(_("Give a reason; it is kept with the change."), where="reason")
    effect_now = effect(question, among)
    if effect_now.by is None or effect_now.by.number != seen:
        raise QuizError(_("Another version was published in between. Check the table again."))
    done = 0
    for remark in effect_now.remarks[:AT_ONCE]:
        try:
            done += _move(remark.answer, effect_now.by, reason=reason.strip(), actor=actor, now=now)
        except Exception:
            log.exception("attempt %s could not be regraded", remark.answer.attempt_id)
    return done


@retried
@transaction.atomic
def _move(seen: Answer, by: QuestionVersion, *, reason: str, actor: User, now: datetime) -> bool:
    """Mark one answer by another version; whether there was still something to do."""
    locked = grading.lock(seen.attempt_id)
    answer = locked.answers.select_related("version__question").get(pk=seen.pk)
    if locked.status not in ENDED or answer.version.number >= by.number:
        return False
    before = _facts(locked, answer, "from")
    carried = carried_over(answer, answer.version, by)
    answer.version, answer.layout, answer.response = by, carried.layout, carried.response
    grading.grade_answer(answer, by, penalty=locked.quiz.wrong_penalty)
    answer.save(update_fields=["version", "layout", "response", *grading.MARKS])
    grading.add_up(locked)
    details = {**before, **_facts(locked, answer, "to"), "reason": reason}
    kind = AttemptEvent.Kind.REGRADED
    events.record(locked.pk, kind, at=now, actor_id=actor.pk, slot=answer.slot, details=details)
    return True


def _facts(attempt: Attempt, answer: Answer, when: str) -> dict[str, object]:
    """Return what an event says of an answer `from` and `to`: the result of the attempt, marks, exact fraction and version."""
    return {
        when: attempt.marks,
        f"marks_{when}": answer.shown_marks,
        f"fraction_{when}": None if answer.exact_fraction is None else fractions.written(answer.exact_fraction),
        f"version_{when}": answer.version.number,
    }
