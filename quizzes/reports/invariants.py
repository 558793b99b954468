"""What must always hold over the whole database, each with its name; read only. `check` yields what does not.

I1  an acknowledged save is never lost           I6  overdue attempts are closed, and recorded at the deadline
I2  one open attempt, numbers without a gap,     I8  a leaderboard's points are what the rows add up to
    no more attempts than allowed                I9  no question came in without its content
I3  no answer after deadline and grace           I11 a deadline is the one that the log gives
I4  nothing changes in a closed attempt but by   I12 every change of state, and every mark by hand, is in the log
    what the log tells
I5  marks are what grading the rows gives        I13 a nickname's key is the one that the nickname gives
                                                 I14 a review card knows as many answers as are kept of it
                                                 I15 who reached the mark of a unit's check mastered it

How many attempts were allowed, and which deadline was given, is what the start wrote into the log: an instructor may
change the terms afterwards. I7 (what a page must not say) and I10 (no error without a sentence) are not in the rows;
tests ask the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, islice
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Subquery

from quizzes import marking, terms
from quizzes.models import (
    Answer,
    Assignment,
    Attempt,
    AttemptEvent,
    Classroom,
    Mastery,
    Membership,
    Question,
    QuestionVersion,
    Quiz,
    ReviewCard,
    StudyNote,
    Unit,
)
from quizzes.models.classrooms import nickname_key
from quizzes.reports import leaderboards

Kind = AttemptEvent.Kind
SWEEP_DELAY = timedelta(seconds=60)
BATCH = 500


@dataclass(frozen=True)
class Violation:
    """One thing that must not be: the invariant's name, the row, and what is wrong with it."""

    name: str
    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.name}  {self.row}: {self.what}"


def check(*, now: datetime, is_swept: bool = True) -> Iterator[Violation]:
    """Yield every violation in the database, one invariant after the other.

    Where it is not swept, as a copy is not, attempts may be open long after their deadline.
    """
    for part in (mastered, lost_saves, open_attempts, numbers, late_answers, saved_after_the_end, ends, empty, log):
        yield from part(now)
    if is_swept:
        yield from overdue(now)
    yield from agreed()
    yield from marks()
    yield from boards(now)
    yield from nicknames()
    yield from reviews()


def _of(attempt: Any) -> str:
    return f"attempt {attempt}"


def lost_saves(now: datetime) -> Iterator[Violation]:
    """I1: the log has no save that is newer than the answer."""
    saves = AttemptEvent.objects.filter(kind=Kind.SAVED, attempt=OuterRef("attempt"), slot=OuterRef("slot"))
    newest = saves.order_by("-revision").values("revision")[:1]
    lost = Answer.objects.annotate(acknowledged=Subquery(newest)).filter(acknowledged__gt=F("revision"))
    for attempt, slot, stored, acknowledged in lost.values_list("attempt", "slot", "revision", "acknowledged"):
        yield Violation("I1", _of(attempt), f"slot {slot} has revision {stored}, {acknowledged} was acknowledged")


def open_attempts(now: datetime) -> Iterator[Violation]:
    doubles = Attempt.objects.in_progress().order_by().values("learner", "quiz").annotate(count=Count("pk"))
    for row in doubles.filter(count__gt=1):
        yield Violation("I2", f"learner {row['learner']}, quiz {row['quiz']}", f"{row['count']} open attempts")


def numbers(now: datetime) -> Iterator[Violation]:
    rows = Attempt.objects.order_by().values("learner", "quiz")
    rows = rows.annotate(count=Count("pk"), least=Min("number"), most=Max("number"))
    for row in rows.exclude(least=1, most=F("count")):
        yield Violation(
            "I2",
            f"learner {row['learner']}, quiz {row['quiz']}",
            f"{row['count']} attempts are numbered {row['least']} to {row['most']}",
        )


def late_answers(now: datetime) -> Iterator[Violation]:
    limit = int(terms.grace() / timedelta(milliseconds=1))
    for attempt, slot, late in Answer.objects.filter(late_by_ms__gt=limit).values_list("attempt", "slot", "late_by_ms"):
        yield Violation("I3", _of(attempt), f"slot {slot} was saved {late} ms after the deadline")
    after = Answer.objects.filter(
        attempt__submitted_at__isnull=False, saved_at__gt=F("attempt__submitted_at") + terms.grace()
    )
    for attempt, slot in after.values_list("attempt", "slot"):
        yield Violation("I3", _of(attempt), f"slot {slot} was saved after the end and the grace")

    past = Answer.objects.filter(attempt__due_at__isnull=False, saved_at__gt=F("attempt__due_at") + terms.grace())
    for attempt, slot in past.values_list("attempt", "slot"):
        yield Violation("I3", _of(attempt), f"slot {slot} was saved after the deadline and the grace")


def saved_after_the_end(now: datetime) -> Iterator[Violation]:
    """I4: in the log of a closed attempt no save follows its last closing."""
    closings = AttemptEvent.objects.filter(kind__in=[Kind.SUBMITTED, Kind.CLOSED], attempt=OuterRef("attempt"))
    saves = AttemptEvent.objects.filter(kind=Kind.SAVED).exclude(attempt__status=Attempt.Status.IN_PROGRESS)
    after = saves.annotate(closing=Subquery(closings.order_by("-pk").values("pk")[:1])).filter(pk__gt=F("closing"))
    for attempt, slot in after.values_list("attempt", "slot"):
        yield Violation("I4", _of(attempt), f"slot {slot} was saved into the closed attempt")


def overdue(now: datetime) -> Iterator[Violation]:
    for pk in Attempt.objects.overdue_at(now - terms.grace() - SWEEP_DELAY).values_list("pk", flat=True):
        yield Violation("I6", _of(pk), "is open long after its deadline")
    waiting = Attempt.objects.awaiting_grading().filter(submitted_at__lt=now - terms.grace() - SWEEP_DELAY)
    for pk in waiting.values_list("pk", flat=True):
        yield Violation("I6", _of(pk), "is closed and not graded")


def ends(now: datetime) -> Iterator[Violation]:
    closed = Attempt.objects.finished()
    by_deadline = closed.filter(closed_by=Attempt.ClosedBy.DEADLINE).exclude(submitted_at=F("due_at"))
    for pk in by_deadline.values_list("pk", flat=True):
        yield Violation("I6", _of(pk), "was closed by the deadline and is not recorded there")
    for pk in closed.filter(submitted_at__gt=F("due_at")).values_list("pk", flat=True):
        yield Violation("I6", _of(pk), "is recorded after its deadline")


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
                yield Violation("I15", _of(attempt.pk), f"reached the mark of “{unit}”, which is not mastered")


def log(now: datetime) -> Iterator[Violation]:
    """I12: starts, ends and gradings are in the log, and the last save of each answer."""

    def count(*kinds: str) -> Count:
        return Count("events", filter=Q(events__kind__in=kinds))

    rows = Attempt.objects.annotate(
        starts=count(Kind.STARTED),
        closings=count(Kind.SUBMITTED, Kind.CLOSED),
        reopenings=count(Kind.REOPENED),
        gradings=count(Kind.GRADED, Kind.REGRADED),
    )
    for pk in rows.exclude(starts=1).values_list("pk", flat=True):
        yield Violation("I12", _of(pk), "its start is not logged once")
    is_open = Q(status=Attempt.Status.IN_PROGRESS)
    unlogged = rows.filter(is_open & ~Q(closings=F("reopenings")) | ~is_open & ~Q(closings=F("reopenings") + 1))
    for pk in unlogged.values_list("pk", flat=True):
        yield Violation("I12", _of(pk), "its log does not say how it came to be open or closed")
    for pk in rows.filter(status=Attempt.Status.GRADED, gradings=0).values_list("pk", flat=True):
        yield Violation("I12", _of(pk), "its grading is not logged")
    for pk in rows.filter(Q(reopenings=0) ^ Q(reopened_at=None)).values_list("pk", flat=True):
        yield Violation("I12", _of(pk), "its log does not agree whether it was reopened")
    by_hand = AttemptEvent.objects.filter(
        kind__in=[Kind.MARKED, Kind.OVERRIDDEN], attempt=OuterRef("attempt"), slot=OuterRef("slot")
    )
    unmarked = Answer.objects.filter(override__isnull=False).exclude(Exists(by_hand))
    for attempt, slot in unmarked.values_list("attempt", "slot"):
        yield Violation("I12", _of(attempt), f"the marks by hand of slot {slot} are not logged")
    saves = AttemptEvent.objects.filter(
        kind=Kind.SAVED, attempt=OuterRef("attempt"), slot=OuterRef("slot"), at=OuterRef("saved_at")
    )
    unsaid = Answer.objects.filter(saved_at__isnull=False).exclude(Exists(saves))
    for attempt, slot in unsaid.values_list("attempt", "slot"):
        yield Violation("I12", _of(attempt), f"the last save of slot {slot} is not logged")


# What was agreed at the start -----------------------------------------------------------------------------------------

ROUNDED = timedelta(milliseconds=1)  # the log keeps instants to the millisecond


def agreed() -> Iterator[Violation]:
    """I2: no attempt was one too many when it began. I11: a deadline is the last that was given, to the millisecond."""
    rows = Attempt.objects.order_by("learner", "quiz", "assignment", "number")
    counted = rows.values_list("pk", "due_at", "learner", "quiz", "assignment").iterator(chunk_size=BATCH)
    numbered: Iterator[tuple[int, datetime | None, int]] = (
        (pk, due_at, place)
        for _key, group in groupby(counted, key=lambda row: row[2:])
        for place, (pk, due_at, *_same) in enumerate(group, start=1)
    )
    while batch := list(islice(numbered, BATCH)):
        yield from _agreed(batch)


def _agreed(batch: list[tuple[int, datetime | None, int]]) -> Iterator[Violation]:
    kinds = {Kind.STARTED, *AttemptEvent.MOVES_END}
    events = AttemptEvent.objects.filter(attempt__in=[pk for pk, _due_at, _place in batch], kind__in=kinds)
    allowed: dict[int, int | None] = {}
    given: dict[int, datetime | None] = {}
    for event in events.order_by("pk"):
        if event.kind == Kind.STARTED:
            allowed[event.attempt_id] = event.details.get("allowed")
        if event.moves_end or "due" in event.details:
            given[event.attempt_id] = event.new_end
    for pk, due_at, place in batch:
        most = allowed.get(pk)
        if most is not None and place > most:
            yield Violation("I2", _of(pk), f"is number {place} where {most} were allowed")
        if pk in given and not _is_same(due_at, given[pk]):
            yield Violation("I11", _of(pk), f"is due at {due_at}, the log says {given[pk]}")


def _is_same(one: datetime | None, other: datetime | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) < ROUNDED


# I5 -------------------------------------------------------------------------------------------------------------------


def marks() -> Iterator[Violation]:
    """I5: grade every graded attempt again and compare exactly."""
    graded = Attempt.objects.filter(status=Attempt.Status.GRADED).select_related("quiz").order_by("pk")
    batch: list[Attempt] = []
    for attempt in graded.iterator(chunk_size=BATCH):
        batch.append(attempt)
        if len(batch) == BATCH:
            yield from _marks_of(batch)
            batch = []
    yield from _marks_of(batch)


def _marks_of(attempts: list[Attempt]) -> Iterator[Violation]:
    answers = (
        Answer.objects.filter(attempt__in=attempts).select_related("version__question").order_by("attempt", "slot")
    )
    by_attempt = {pk: list(rows) for pk, rows in groupby(answers, key=lambda answer: answer.attempt_id)}
    logged = _logged_marks(attempts)
    for attempt in attempts:
        rows = by_attempt.get(attempt.pk, [])
        expected = [_expected(row, row.version, attempt.quiz.wrong_penalty) for row in rows]
        for row, earned in zip(rows, expected, strict=True):
            if (row.exact_fraction, row.exact_marks) != earned or not _are_copies(row):
                what = f"slot {row.slot} has {row.marks} marks ({row.exact_marks}), grading gives {earned.marks}"
                yield Violation("I5", _of(attempt.pk), what)
        details = logged.get(attempt.pk, {"to": attempt.marks})
        if (said := _decimal(details["to"])) != attempt.marks:
            yield Violation("I4", _of(attempt.pk), f"has {attempt.marks} marks, the log says {said}")
        total = marking.total(earned.marks for earned in expected if earned.marks is not None)
        if details.get("kept"):  # a pass of an earlier version, which rounded each item
            total = Fraction(said or 0)
        possible = sum((row.points for row in rows), Decimal("0.00"))
        share = marking.rounded(marking.share(total, possible), marking.STORED_SHARE)
        stored = (attempt.exact_marks, attempt.marks, attempt.max_marks, attempt.fraction)
        if stored != (total, marking.rounded(total), possible, share):
            what = f"has {attempt.marks} ({attempt.exact_marks}) of {attempt.max_marks}, the rows give"
            yield Violation("I5", _of(attempt.pk), f"{what} {total} of {possible}")


def _are_copies(answer: Answer) -> bool:
    """Return whether the decimals of an answer are its exact values, rounded."""
    pairs = [
        (answer.exact_fraction, answer.fraction, marking.STORED_FRACTION),
        (answer.exact_marks, answer.marks, marking.CENT),
        (answer.exact_override, answer.override, marking.STORED_FRACTION),
    ]
    return all(copy == (None if exact is None else marking.rounded(exact, step)) for exact, copy, step in pairs)


def _decimal(logged: Any) -> Decimal | None:
    return None if logged is None else Decimal(logged)


def _logged_marks(attempts: Iterable[Attempt]) -> dict[int, dict[str, Any]]:
    """Return what the last grading of each attempt wrote into the log."""
    gradings = AttemptEvent.objects.filter(attempt__in=list(attempts), kind__in=[Kind.GRADED, Kind.REGRADED])
    rows = gradings.order_by("pk").values_list("attempt_id", "details")
    return {attempt: details for attempt, details in rows if "to" in details}


def _expected(answer: Answer, version: QuestionVersion, penalty: Decimal) -> marking.Earned:
    by_hand = answer.exact_override is not None or version.kind.is_marked_by_hand
    fraction = (
        answer.exact_override
        if answer.exact_override is not None
        else version.kind.grade(version.parsed, answer.response).fraction
    )
    if fraction is None:
        return marking.Earned()
    answered = not version.kind.is_blank(version.parsed, answer.response)
    earned = marking.marks(fraction, answer.points, penalty=Decimal(0) if by_hand else penalty, answered=answered)
    return marking.Earned(fraction, earned)


# I8 -------------------------------------------------------------------------------------------------------------------

CHOSEN: dict[str, Callable[[list[Attempt]], Attempt]] = {
    "highest": lambda made: max(made, key=lambda attempt: (attempt.share or 0, -attempt.number)),
    "latest": lambda made: made[-1],
    "first": lambda made: made[0],
}


def boards(now: datetime) -> Iterator[Violation]:
    """I8: of every class that ranks by best marks, add the rows up in plain Python and look who is shown."""
    for classroom in Classroom.objects.filter(metric=Classroom.Metric.BEST):
        board = leaderboards.for_classroom(classroom, now=now)
        if Assignment.objects.filter(pk__in=board.counted, quiz__counting=Quiz.Counting.AVERAGE).exists():
            continue
        expected = _sums(classroom, board)
        shown = {row.membership_id: row.exact for row in board.rows}
        for membership in sorted(shown.keys() | expected.keys()):
            if shown.get(membership) != expected.get(membership):
                what = f"shows {shown.get(membership)}, the rows give {expected.get(membership)}"
                yield Violation("I8", f"classroom {classroom.pk}, member {membership}", what)


def _sums(classroom: Classroom, board: leaderboards.Board) -> dict[int, Fraction]:
    members = {row.user_id: row.pk for row in Membership.objects.filter(classroom=classroom).ranked()}
    graded = Attempt.objects.graded().filter(assignment__in=board.counted, learner__in=list(members))
    attempts: dict[tuple[int, int], list[Attempt]] = {}
    for attempt in graded.order_by("number").select_related("quiz"):
        attempts.setdefault((attempt.learner_id, attempt.assignment_id or 0), []).append(attempt)
    most: dict[int, Decimal] = {}
    for (_learner, assignment), rows in attempts.items():
        most[assignment] = max([row.max_marks for row in rows] + [most.get(assignment, Decimal(0))])
    sums: dict[int, Fraction] = {}
    for (learner, assignment), rows in attempts.items():
        share = CHOSEN[rows[0].quiz.counting](rows).share or Fraction(0)
        sums[members[learner]] = sums.get(members[learner], Fraction(0)) + share * Fraction(most[assignment])
    return sums


def nicknames() -> Iterator[Violation]:
    """I13: the key by which the database tells nicknames apart fits."""
    rows = Membership.objects.exclude(nickname="", nickname_key="").values_list("pk", "nickname", "nickname_key")
    for pk, nickname, key in rows.iterator(chunk_size=BATCH):
        if key != nickname_key(nickname):
            yield Violation("I13", f"member {pk}", f"the key is {key!r}, the nickname gives {nickname_key(nickname)!r}")


def reviews() -> Iterator[Violation]:
    """I14: a card's number of answers, and its last one, are those of the log; a forgotten user has no deck."""
    cards = ReviewCard.objects.annotate(count=Count("logs"), last=Max("logs__at"), most=Max("logs__number"))
    wrong = cards.exclude(reviews=F("count")).values_list("pk", "reviews", "count")
    for pk, said, count in wrong.iterator(chunk_size=BATCH):
        yield Violation("I14", f"review card {pk}", f"counts {said} answers, the log has {count}")
    moved = cards.filter(~Q(reviewed_at=F("last")) | ~Q(reviews=F("most")), reviews__gt=0)
    for pk in moved.values_list("pk", flat=True).iterator(chunk_size=BATCH):
        yield Violation("I14", f"review card {pk}", "its last answer is another one in the log")
    for pk in ReviewCard.objects.filter(learner__anonymised_at__isnull=False).values_list("pk", flat=True):
        yield Violation("I14", f"review card {pk}", "belongs to someone whose data was removed")
