"""Fractions and marks are kept exactly, as text; the decimals next to them become rounded copies.

The columns are added without building a table again: a new table of answers would have lost its trigger. What was rounded
to seven places is recovered: a fraction given by a question type has a small denominator, one given by hand is so many
cents of the points. An attempt keeps its result where exact sums would change its marks or whether it is passed:
`manage.py regrade_exact` lists these, and applies them.
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, islice
from typing import Any

from django.db import migrations

import quizzes.models.fractions

AT_ONCE = 1000
LARGEST = 1000  # of the denominators that question types give
CENT, STORED, STORED_SHARE = Decimal("0.01"), Decimal("0.0000001"), Decimal("0.00000001")


def rounded(value: Fraction, step: Decimal) -> Decimal:
    """Half up to a multiple of `step`."""
    halves = abs(value / Fraction(step)) * 2
    whole = (halves.numerator + halves.denominator) // (2 * halves.denominator)
    return ((whole if value >= 0 else -whole) * step).quantize(step, rounding=ROUND_HALF_UP)


@lru_cache(maxsize=None)  # what millions of answers earned are a few hundred values
def recovered(stored: Decimal, points: Decimal, *, is_by_hand: bool) -> Fraction:
    """The fraction that was rounded; what cannot be told is what is stored."""
    small = Fraction(stored).limit_denominator(LARGEST)
    cents = Fraction(rounded(Fraction(stored) * Fraction(points), CENT)) / Fraction(points) if points else small
    for exact in (cents, small) if is_by_hand else (small, cents):
        if 0 <= exact <= 1 and rounded(exact, STORED) == stored:
            return exact
    return Fraction(stored)


@lru_cache(maxsize=None)
def earned(fraction: Fraction, points: Decimal, marks: Decimal, penalty: Decimal) -> Fraction:
    """The marks that were rounded: those of the fraction or of the penalty; others that stand there are kept."""
    for exact in (fraction * Fraction(points), -Fraction(penalty) * Fraction(points)):
        if rounded(exact, CENT) == marks:
            return exact
    return Fraction(marks)


def fill(apps: Any, schema_editor: Any) -> None:
    """In batches of attempts, equal values by one statement."""
    attempts = apps.get_model("quizzes", "Attempt").objects
    keys = iter(list(attempts.order_by("pk").values_list("pk", flat=True)))
    while batch := list(islice(keys, AT_ONCE)):
        exact = fill_answers(apps.get_model("quizzes", "Answer").objects, batch)
        fill_attempts(attempts, batch, exact)


def fill_answers(answers: Any, batch: list[int]) -> dict[int, Fraction]:
    """Fill the answers of these attempts; returns the sum of each attempt."""
    rows = answers.filter(attempt__in=batch).order_by("attempt").values_list(
        "attempt", "pk", "points", "fraction", "override", "marks", "attempt__quiz__wrong_penalty"
    )
    alike: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    sums: dict[int, Fraction] = {}
    for attempt, group in groupby(rows, key=lambda row: row[0]):
        sums[attempt] = Fraction(0)
        for _attempt, pk, points, fraction, override, marks, penalty in group:
            by_hand = None if override is None else recovered(override, points, is_by_hand=True)
            exact, worth = None, None
            if fraction is not None and marks is not None:
                exact = by_hand if fraction == override else recovered(fraction, points, is_by_hand=False)
                worth = earned(exact, points, marks, Decimal(0) if override is not None else penalty)
                sums[attempt] += worth
            alike[exact, worth, by_hand].append(pk)
    for (exact, worth, by_hand), pks in alike.items():
        if (exact, by_hand) != (None, None):
            answers.filter(pk__in=pks).update(exact_fraction=exact, exact_marks=worth, exact_override=by_hand)
    return sums


def fill_attempts(attempts: Any, batch: list[int], sums: dict[int, Fraction]) -> None:
    rows = attempts.filter(pk__in=batch, marks__isnull=False).values_list("pk", "marks", "max_marks", "quiz__pass_mark")
    alike: defaultdict[tuple[Fraction, Decimal], list[int]] = defaultdict(list)
    for pk, marks, possible, pass_mark in rows:
        total = max(sums.get(pk, Fraction(0)), Fraction(0))
        is_same = rounded(total, CENT) == marks and is_pass(total, possible, pass_mark) == is_pass(
            Fraction(marks), possible, pass_mark
        )
        alike[total if is_same else Fraction(marks), possible].append(pk)
    for (exact, possible), pks in alike.items():
        attempts.filter(pk__in=pks).update(exact_marks=exact, fraction=rounded(share(exact, possible), STORED_SHARE))


def share(achieved: Fraction, possible: Decimal) -> Fraction:
    return min(achieved / Fraction(possible), Fraction(1)) if possible else Fraction(0)


def is_pass(achieved: Fraction, possible: Decimal, pass_mark: int | None) -> bool:
    return pass_mark is not None and share(achieved, possible) * 100 >= pass_mark


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0008_exam_secrecy")]

    operations = [
        *(
            migrations.AddField(model, name, quizzes.models.fractions.FractionField(blank=True, editable=False, null=True))
            for model, name in (
                ("attempt", "exact_marks"),
                ("answer", "exact_fraction"),
                ("answer", "exact_marks"),
                ("answer", "exact_override"),
            )
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
