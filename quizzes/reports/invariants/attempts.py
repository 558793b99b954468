"""What must hold of the rows of attempts: how many there are, when they end, and when their answers were saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Min

from quizzes import terms
from quizzes.models import Answer, Attempt
from quizzes.reports.invariants.violations import SWEEP_DELAY, Violation, row_of


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
        yield Violation("I3", row_of(attempt), f"slot {slot} was saved {late} ms after the deadline")
    after = Answer.objects.filter(
        attempt__submitted_at__isnull=False, saved_at__gt=F("attempt__submitted_at") + terms.grace()
    )
    for attempt, slot in after.values_list("attempt", "slot"):
        yield Violation("I3", row_of(attempt), f"slot {slot} was saved after the end and the grace")

    past = Answer.objects.filter(attempt__due_at__isnull=False, saved_at__gt=F("attempt__due_at") + terms.grace())
    for attempt, slot in past.values_list("attempt", "slot"):
        yield Violation("I3", row_of(attempt), f"slot {slot} was saved after the deadline and the grace")


def overdue(now: datetime) -> Iterator[Violation]:
    for pk in Attempt.objects.overdue_at(now - terms.grace() - SWEEP_DELAY).values_list("pk", flat=True):
        yield Violation("I6", row_of(pk), "is open long after its deadline")
    waiting = Attempt.objects.awaiting_grading().filter(submitted_at__lt=now - terms.grace() - SWEEP_DELAY)
    for pk in waiting.values_list("pk", flat=True):
        yield Violation("I6", row_of(pk), "is closed and not graded")


def ends(now: datetime) -> Iterator[Violation]:
    closed = Attempt.objects.finished()
    by_deadline = closed.filter(closed_by=Attempt.ClosedBy.DEADLINE).exclude(submitted_at=F("due_at"))
    for pk in by_deadline.values_list("pk", flat=True):
        yield Violation("I6", row_of(pk), "was closed by the deadline and is not recorded there")
    for pk in closed.filter(submitted_at__gt=F("due_at")).values_list("pk", flat=True):
        yield Violation("I6", row_of(pk), "is recorded after its deadline")
