"""What must agree between attempts and their log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby, islice

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from quizzes.models import Answer, Attempt, AttemptEvent
from quizzes.reports.invariants.violations import BATCH, Kind, Violation, row_of


def lost_saves(now: datetime) -> Iterator[Violation]:
    """I1: the log has no save that is newer than the answer."""
    saves = AttemptEvent.objects.filter(kind=Kind.SAVED, attempt=OuterRef("attempt"), slot=OuterRef("slot"))
    newest = saves.order_by("-revision").values("revision")[:1]
    lost = Answer.objects.annotate(acknowledged=Subquery(newest)).filter(acknowledged__gt=F("revision"))
    for attempt, slot, stored, acknowledged in lost.values_list("attempt", "slot", "revision", "acknowledged"):
        yield Violation("I1", row_of(attempt), f"slot {slot} has revision {stored}, {acknowledged} was acknowledged")


def saved_after_the_end(now: datetime) -> Iterator[Violation]:
    """I4: in the log of a closed attempt no save follows its last closing."""
    closings = AttemptEvent.objects.filter(kind__in=[Kind.SUBMITTED, Kind.CLOSED], attempt=OuterRef("attempt"))
    saves = AttemptEvent.objects.filter(kind=Kind.SAVED).exclude(attempt__status=Attempt.Status.IN_PROGRESS)
    after = saves.annotate(closing=Subquery(closings.order_by("-pk").values("pk")[:1])).filter(pk__gt=F("closing"))
    for attempt, slot in after.values_list("attempt", "slot"):
        yield Violation("I4", row_of(attempt), f"slot {slot} was saved into the closed attempt")


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
        yield Violation("I12", row_of(pk), "its start is not logged once")
    is_open = Q(status=Attempt.Status.IN_PROGRESS)
    unlogged = rows.filter(is_open & ~Q(closings=F("reopenings")) | ~is_open & ~Q(closings=F("reopenings") + 1))
    for pk in unlogged.values_list("pk", flat=True):
        yield Violation("I12", row_of(pk), "its log does not say how it came to be open or closed")
    for pk in rows.filter(status=Attempt.Status.GRADED, gradings=0).values_list("pk", flat=True):
        yield Violation("I12", row_of(pk), "its grading is not logged")
    for pk in rows.filter(Q(reopenings=0) ^ Q(reopened_at=None)).values_list("pk", flat=True):
        yield Violation("I12", row_of(pk), "its log does not agree whether it was reopened")
    by_hand = AttemptEvent.objects.filter(
        kind__in=[Kind.MARKED, Kind.OVERRIDDEN], attempt=OuterRef("attempt"), slot=OuterRef("slot")
    )
    unmarked = Answer.objects.filter(override__isnull=False).exclude(Exists(by_hand))
    for attempt, slot in unmarked.values_list("attempt", "slot"):
        yield Violation("I12", row_of(attempt), f"the marks by hand of slot {slot} are not logged")
    saves = AttemptEvent.objects.filter(
        kind=Kind.SAVED, attempt=OuterRef("attempt"), slot=OuterRef("slot"), at=OuterRef("saved_at")
    )
    unsaid = Answer.objects.filter(saved_at__isnull=False).exclude(Exists(saves))
    for attempt, slot in unsaid.values_list("attempt", "slot"):
        yield Violation("I12", row_of(attempt), f"the last save of slot {slot} is not logged")


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
            yield Violation("I2", row_of(pk), f"is number {place} where {most} were allowed")
        if pk in given and not _is_same(due_at, given[pk]):
            yield Violation("I11", row_of(pk), f"is due at {due_at}, the log says {given[pk]}")


def _is_same(one: datetime | None, other: datetime | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) < ROUNDED
