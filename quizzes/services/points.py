"""Points that were edited after attempts: who was marked by other points, and marking them by those of today.

An attempt keeps the points it was started with, until a person who manages it decides otherwise, assignment by
assignment. Only points change: which questions were asked, what was answered and the fraction that an answer earned
stay. Questions that were added to the quiz, or taken out of it, change no attempt.

Race, and what decides it: re-marking waits at the attempt's row for marks by hand, reopening and other regrades; what it
finds in progress it leaves. A quiz that was edited since the person looked is refused by its revision.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quizzes import marking
from quizzes.errors import QuizError
from quizzes.models import Answer, Assignment, Attempt, AttemptEvent, Quiz, User
from quizzes.services import events, grading
from quizzes.services.retrying import retried

log = logging.getLogger(__name__)
AT_ONCE = 500
ENDED = (Attempt.Status.AWAITING_MARKING, Attempt.Status.GRADED)
Asked = Sequence[tuple[int, Decimal]]  # the questions of an attempt, each with the points it has there


@dataclass(frozen=True)
class Points:
    """The points that a quiz gives today: to its fixed questions, and to each of `draws` that its rules draw.

    An answer does not say which rule drew its question: `drawn` is None where the rules give different points.
    """

    fixed: Mapping[int, Decimal]
    drawn: Decimal | None = None
    draws: int = 0

    def of(self, questions: Asked) -> list[Decimal]:
        """Return what the questions of an attempt are worth today; those that cannot be told keep what they have."""
        drawn = self.drawn if self.knows(questions) else None
        return [self.fixed.get(question, points if drawn is None else drawn) for question, points in questions]

    def knows(self, questions: Asked) -> bool:
        """Return whether what is not fixed in an attempt was drawn: it is not more than rules draw, and had the same
        points."""
        others = [points for question, points in questions if question not in self.fixed]
        return not others or (self.drawn is not None and len(others) <= self.draws and len(set(others)) == 1)


def of_quiz(quiz: Quiz) -> Points:
    """Return the points of a quiz as its items are stored (1 query)."""
    rows = list(quiz.items.order_by().values_list("question", "draw_count", "points"))
    rules = {points for question, _count, points in rows if question is None}
    return Points(
        fixed={question: points for question, _count, points in rows if question is not None},
        drawn=rules.pop() if len(rules) == 1 else None,
        draws=sum(count or 0 for question, count, _points in rows if question is None),
    )


def asked_by(quiz: Quiz) -> set[tuple[object, ...]]:
    """Return what a quiz asks for how many points: two that are equal make the same attempts (1 query)."""
    rows = quiz.items.order_by()
    facts = ("question", "points", "draw_count", "topic", "source", "tag", "type", "difficulty", "bloom", "fills_up")
    return set(Counter(rows.values_list(*facts)).items())


# What re-marking would do -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Attempts at one assignment (None: self-study) that have other points than the quiz gives today.

    `before` and `after` are the marks that are possible in them, from the least to the most. So many have a larger share
    of them afterwards (`rising`), or a smaller one (`falling`); `passed` counts the passes before and after.
    """

    assignment: Assignment | None
    attempts: Sequence[int]
    before: Sequence[Decimal]
    after: Sequence[Decimal]
    rising: int
    falling: int
    passed: tuple[int, int]

    @property
    def key(self) -> int:
        """The assignment's key, 0 for self-study."""
        return self.assignment.pk if self.assignment else 0


@dataclass(frozen=True)
class Effect:
    """What marking by today's points would change. `unfinished` attempts have not ended, `others` are not the person's.

    In `untold` attempts drawn questions keep their points, because nothing says which points they would have today.
    """

    groups: Sequence[Group] = ()
    unfinished: int = 0
    others: int = 0
    untold: int = 0

    @property
    def attempts(self) -> int:
        """How many attempts that have ended were marked by other points, the person's and others."""
        return sum(len(group.attempts) for group in self.groups) + self.others


class _MarkedAttempt(NamedTuple):
    """An attempt with the points of its questions, what those would be worth today, and its exact share by both.

    The shares are None while it waits for a person to mark it, and where no points differ.
    """

    pk: int
    assignment: int | None
    status: str
    before: list[Decimal]
    after: list[Decimal]
    share_before: Fraction | None
    share_after: Fraction | None
    is_untold: bool  # whether drawn questions keep their points

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


def effect(quiz: Quiz, among: QuerySet[Attempt]) -> Effect:
    """Return what `remark` would do to the attempts `among` (4 queries)."""
    attempts = list(_marked_attempts(quiz, of_quiz(quiz)))
    own_pks = set(among.filter(quiz=quiz).values_list("pk", flat=True))
    other = [row for row in attempts if row.before != row.after]
    groups: defaultdict[int | None, list[_MarkedAttempt]] = defaultdict(list)
    for row in other:
        if row.has_ended and row.pk in own_pks:
            groups[row.assignment].append(row)
    assignments = Assignment.objects.filter(pk__in=[pk for pk in groups if pk]).select_related("classroom").in_bulk()
    in_order = sorted(groups, key=lambda pk: (pk is None, pk or 0))
    return Effect(
        groups=tuple(_group(quiz, assignments[pk] if pk else None, groups[pk]) for pk in in_order),
        unfinished=sum(row.pk in own_pks and not row.has_ended for row in other),
        others=sum(row.pk not in own_pks and row.has_ended for row in other),
        untold=sum(row.pk in own_pks and row.is_untold for row in attempts),
    )


def _marked_attempts(quiz: Quiz, points: Points) -> Iterator[_MarkedAttempt]:
    """Yield the attempts at a quiz (1 query)."""
    rows = Answer.objects.filter(attempt__quiz=quiz).order_by("attempt", "slot")
    facts = ("attempt", "attempt__assignment", "attempt__status", "version__question", "points", "exact_marks")
    values = rows.values_list(*facts)
    for (pk, assignment, status), group in groupby(values.iterator(), key=itemgetter(0, 1, 2)):
        questions, before, marks = zip(*(row[3:] for row in group), strict=True)
        asked = list(zip(questions, before, strict=True))
        after, is_untold = points.of(asked), points.draws > 0 and not points.knows(asked)
        shares: tuple[Fraction | None, Fraction | None] = (None, None)
        if list(before) != after:
            by_today = list(map(grading.by_points, marks, before, after))
            shares = _share(marks, before), _share(by_today, after)
        yield _MarkedAttempt(pk, assignment, status, list(before), after, *shares, is_untold)


def _share(marks: Sequence[Fraction | None], points: Sequence[Decimal]) -> Fraction | None:
    """Return what is achieved of all points, exactly; None where a question has no marks yet."""
    known = [each for each in marks if each is not None]
    return marking.share(marking.total(known), sum(points)) if len(known) == len(marks) else None


def _group(quiz: Quiz, assignment: Assignment | None, attempts: Sequence[_MarkedAttempt]) -> Group:
    shares = [(row.share_before or Fraction(0), row.share_after or Fraction(0)) for row in attempts]
    passes = [[marking.is_pass(share, 1, quiz.pass_fraction) for share in both] for both in shares]
    return Group(
        assignment=assignment,
        attempts=[row.pk for row in attempts],
        before=sorted({sum(row.before, Decimal(0)) for row in attempts}),
        after=sorted({sum(row.after, Decimal(0)) for row in attempts}),
        rising=sum(before < after for before, after in shares),
        falling=sum(before > after for before, after in shares),
        passed=(sum(bool(before) for before, _after in passes), sum(bool(after) for _before, after in passes)),
    )


# Re-marking -------------------------------------------------------------------------------------------------------------


def remark(
    quiz: Quiz,
    keys: Collection[int],
    among: QuerySet[Attempt],
    *,
    seen: int,
    reason: str,
    actor: User,
    now: datetime,
) -> int:
    """Mark attempts `among` by today's points, in the groups with these keys, at most AT_ONCE; returns how many were.

    `seen` is the revision of the quiz whose effect the person saw; raises QuizError when it was edited since.
    Each attempt is a transaction of its own; an error in one is logged and stops no other.
    """
    if not reason.strip():
        raise QuizError(_("Give a reason; it is kept with the change."), where="reason")
    if Quiz.objects.values_list("revision", flat=True).get(pk=quiz.pk) != seen:
        raise QuizError(_("The quiz was edited in between. Check the table again."))
    points = of_quiz(quiz)
    chosen = [pk for group in effect(quiz, among).groups if group.key in keys for pk in group.attempts]
    done = 0
    for pk in chosen[:AT_ONCE]:
        try:
            done += _remark(pk, points, reason=reason.strip(), actor=actor, now=now)
        except Exception:
            log.exception("attempt %s could not be marked by other points", pk)
    return done


@retried
@transaction.atomic
def _remark(attempt_id: int, points: Points, *, reason: str, actor: User, now: datetime) -> bool:
    """Mark one attempt by these points; whether there was still something to do."""
    locked = grading.lock(attempt_id)
    answers = list(locked.answers.select_related("version").order_by("slot"))
    today = points.of([(answer.version.question_id, answer.points) for answer in answers])
    changed = [(answer, new) for answer, new in zip(answers, today, strict=True) if answer.points != new]
    if locked.status not in ENDED or not changed:
        return False
    before = _facts(locked, "from")
    slots = [{"slot": answer.slot, "from": answer.points, "to": new} for answer, new in changed]
    for answer, new in changed:
        grading.reweigh(answer, new)
        answer.save(update_fields=["points", *grading.MARKS])
    grading.add_up(locked)
    details = {**before, **_facts(locked, "to"), "points": slots, "reason": reason}
    events.record(locked.pk, AttemptEvent.Kind.REGRADED, at=now, actor_id=actor.pk, details=details)
    return True


def _facts(attempt: Attempt, when: str) -> dict[str, object]:
    """Return what an event says of an attempt `from` and `to`: its marks, as stored and as shown, and what was possible."""
    return {when: attempt.marks, f"marks_{when}": attempt.shown_marks, f"possible_{when}": attempt.max_marks}
