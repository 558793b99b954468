"""What grading gives again: the marks of attempts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from quizzes import marking
from quizzes.models import Answer, Attempt, AttemptEvent, QuestionVersion
from quizzes.reports.invariants.violations import BATCH, Kind, Violation, row_of


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
                yield Violation("I5", row_of(attempt.pk), what)
        said = logged.get(attempt.pk, LoggedMarks(attempt.marks))
        if said.marks != attempt.marks:
            yield Violation("I4", row_of(attempt.pk), f"has {attempt.marks} marks, the log says {said.marks}")
        total = marking.total(earned.marks for earned in expected if earned.marks is not None)
        if said.is_kept:
            total = Fraction(said.marks or 0)
        possible = sum((row.points for row in rows), Decimal("0.00"))
        share = marking.rounded(marking.share(total, possible), marking.STORED_SHARE)
        stored = (attempt.exact_marks, attempt.marks, attempt.max_marks, attempt.fraction)
        if stored != (total, marking.rounded(total), possible, share):
            what = f"has {attempt.marks} ({attempt.exact_marks}) of {attempt.max_marks}, the rows give"
            yield Violation("I5", row_of(attempt.pk), f"{what} {total} of {possible}")


def _are_copies(answer: Answer) -> bool:
    """Return whether the decimals of an answer are its exact values, rounded."""
    pairs = [
        (answer.exact_fraction, answer.fraction, marking.STORED_FRACTION),
        (answer.exact_marks, answer.marks, marking.CENT),
        (answer.exact_override, answer.override, marking.STORED_FRACTION),
    ]
    return all(copy == (None if exact is None else marking.rounded(exact, step)) for exact, copy, step in pairs)


class LoggedMarks(NamedTuple):
    """What the log says the marks of an attempt are; kept are those of an earlier version, which rounded each item."""

    marks: Decimal | None
    is_kept: bool = False

    @classmethod
    def read(cls, details: Mapping[str, object]) -> LoggedMarks:
        marks = details["to"]
        return cls(None if marks is None else Decimal(str(marks)), bool(details.get("kept")))


def _logged_marks(attempts: Iterable[Attempt]) -> dict[int, LoggedMarks]:
    """Return what the last grading of each attempt wrote into the log."""
    gradings = AttemptEvent.objects.filter(attempt__in=list(attempts), kind__in=[Kind.GRADED, Kind.REGRADED])
    rows = gradings.order_by("pk").values_list("attempt_id", "details")
    return {attempt: LoggedMarks.read(details) for attempt, details in rows if "to" in details}


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
