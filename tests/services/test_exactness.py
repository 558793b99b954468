"""Results of a version that rounded each item become exact; nobody loses a pass by it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from quizzes import marking, terms
from quizzes.models import Answer, Attempt, Classroom, User
from quizzes.reports import attempts as reports
from quizzes.reports import invariants
from quizzes.services import attempts, exactness, grading
from tests import factories
from tests.clocks import stopped_at
from tests.pages import browser, read
from tests.reports.test_verdicts import RIGHT, THIRD, TWO_THIRDS, WRONG, Given, paper

migration = importlib.import_module("quizzes.migrations.0009_exact_fractions")
RIGHT_ITEM = ("single_choice", RIGHT, "1")


def as_before(attempt: Attempt) -> Attempt:
    """The attempt as an earlier version left it, after `migrate`."""
    Answer.objects.update(exact_fraction=None, exact_marks=None, exact_override=None)
    total = max(sum((answer.marks or Decimal(0) for answer in attempt.answers.all()), Decimal(0)), Decimal(0))
    fraction = marking.rounded(marking.share(total, attempt.max_marks), marking.STORED_SHARE)
    Attempt.objects.filter(pk=attempt.pk).update(exact_marks=None, marks=total, fraction=fraction)
    migration.fill(apps, None)
    attempt.refresh_from_db()
    return attempt


def old(room: Classroom, given: Sequence[Given], *, now: datetime, **fields: Any) -> Attempt:
    """A paper that was graded by an earlier version."""
    return as_before(paper(factories.user(), room, given, now=now, **fields))


def correct(*, now: datetime) -> None:
    for correction in list(exactness.corrections()):
        exactness.apply(correction, now=now)


def exact(attempt: Attempt) -> list[Any]:
    """All that is kept exactly of it."""
    rows = attempt.answers.order_by("slot").values_list("exact_fraction", "exact_marks", "exact_override")
    return [attempt.exact_marks, attempt.fraction, *rows]


# The migration --------------------------------------------------------------------------------------------------------


def test_what_was_rounded_is_recovered(classroom: Classroom, instructor: User, now: datetime) -> None:
    attempt = paper(factories.user(), classroom, [THIRD, TWO_THIRDS, RIGHT_ITEM], now=now)
    attempt = grading.override(
        attempt.answers.get(slot=1), fraction=Fraction(1, 7), reason="x", actor=instructor, now=now
    )
    before = exact(attempt)
    assert exact(as_before(attempt))[2:] == before[2:]


def test_a_result_that_stays_the_same_is_exact_at_once(classroom: Classroom, now: datetime) -> None:
    attempt = old(classroom, [TWO_THIRDS], now=now, pass_mark=60)
    assert (attempt.exact_marks, attempt.marks) == (Fraction(2, 3), Decimal("0.67"))
    assert attempt.fraction == Decimal("0.66666667")
    assert list(exactness.corrections()) == []


@pytest.mark.parametrize(
    ("marks", "points"), [("13.37", "20.01"), ("0.01", "999.99"), ("333.33", "999.99"), ("1.37", "2.50")]
)
def test_cents_given_by_hand_are_recovered_whatever_the_points(marks: str, points: str) -> None:
    given = Fraction(marks) / Fraction(points)
    stored = marking.rounded(given, marking.STORED_FRACTION)
    assert migration.recovered(stored, Decimal(points), is_by_hand=True) == given


@pytest.mark.slow
def test_every_fraction_with_a_small_denominator_is_recovered() -> None:
    for denominator in range(1, 1001, 7):
        for numerator in range(0, denominator + 1, 3):
            fraction = Fraction(numerator, denominator)
            stored = marking.rounded(fraction, marking.STORED_FRACTION)
            assert migration.recovered(stored, Decimal("1.00"), is_by_hand=False) == fraction


def test_a_penalty_is_recovered_and_no_answer_costs_none(classroom: Classroom, now: datetime) -> None:
    given = [("single_choice", WRONG, "0.05"), ("single_choice", None, "0.05"), RIGHT_ITEM]
    attempt = old(classroom, given, now=now, wrong_penalty=Decimal("0.33"))
    found = list(attempt.answers.order_by("slot").values_list("exact_marks", flat=True))
    assert found == [Fraction(-165, 10_000), 0, 1]


def test_what_is_not_marked_stays_so(learner: User, now: datetime) -> None:
    running = factories.attempt(learner, factories.quiz(1), now=now)
    migration.fill(apps, None)
    running.refresh_from_db()
    assert exact(running) == [None, None, (None, None, None)]


# What exactness changes -----------------------------------------------------------------------------------------------


@pytest.fixture
def failed(classroom: Classroom, now: datetime) -> Attempt:
    """Half of it, exactly; 1.99 of 4 by the sum of cents."""
    attempt = old(classroom, [THIRD, THIRD, THIRD, RIGHT_ITEM], now=now, pass_mark=50)
    assert attempt.marks == Decimal("1.99")
    return attempt


@pytest.fixture
def passed(classroom: Classroom, now: datetime) -> Attempt:
    """Two thirds, exactly; 2.01 of 3 by the sum of cents, where 67 % are needed."""
    attempt = old(classroom, [TWO_THIRDS] * 3, now=now, pass_mark=67)
    assert attempt.marks == Decimal("2.01")
    return attempt


def test_until_it_is_applied_a_result_says_what_it_said(failed: Attempt) -> None:
    found = reports.result(failed, terms.EVERYTHING)
    assert (found.marks, found.percent, found.is_pass) == (Decimal("1.99"), 49, False)


def test_who_passed_exactly_passes(failed: Attempt, now: datetime) -> None:
    correct(now=now)
    failed.refresh_from_db()
    assert (failed.exact_marks, failed.marks, failed.fraction) == (2, 2, Decimal("0.5"))
    assert reports.result(failed, terms.EVERYTHING).is_pass is True
    event = failed.events.filter(kind="regraded").get()
    assert (event.details["from"], event.details["to"], event.details["kept"]) == ("1.99", "2.00", False)
    assert [str(violation) for violation in invariants.check(now=now)] == []


def test_the_learner_reads_what_changed(failed: Attempt, now: datetime) -> None:
    with stopped_at(now):
        correct(now=now)
        page = read(browser(failed.learner).get(f"/attempts/{failed.pk}/result/"))
    assert "The marks changed from 1.99 to 2 on Mon, Mar 2: Marks are added up exactly" in page
    assert "Passed" in page


def test_nobody_loses_a_pass(passed: Attempt, now: datetime) -> None:
    correct(now=now)
    passed.refresh_from_db()
    found = reports.result(passed, terms.EVERYTHING)
    assert (found.marks, found.percent, found.is_pass) == (Decimal("2.01"), 67, True)
    event = passed.events.filter(kind="regraded").get()
    assert (event.details["to"], event.details["exact"], event.details["kept"]) == ("2.01", "2/1", True)
    assert [str(violation) for violation in invariants.check(now=now)] == []


def test_marks_move_by_a_cent_where_no_verdict_hangs_on_it(classroom: Classroom, now: datetime) -> None:
    attempt = old(classroom, [TWO_THIRDS] * 3, now=now, pass_mark=50)
    correct(now=now)
    attempt.refresh_from_db()
    assert attempt.marks == 2


def test_once_is_enough(failed: Attempt, passed: Attempt, now: datetime) -> None:
    correct(now=now)
    assert list(exactness.corrections()) == []
    [again] = [exactness.Correction(failed, Fraction(2), {})]
    exactness.apply(again, now=now)
    assert failed.events.filter(kind="regraded").count() == 1


def test_an_answer_keeps_what_it_earned_whatever_grading_would_say_today(classroom: Classroom, now: datetime) -> None:
    attempt = paper(factories.user(), classroom, [THIRD, RIGHT_ITEM], now=now)
    attempt.answers.filter(slot=2).update(fraction=Decimal("0.4"), marks=Decimal("0.40"))
    as_before(attempt)
    correct(now=now)
    attempt.refresh_from_db()
    assert attempt.exact_marks == Fraction(1, 3) + Fraction(2, 5)


def test_a_fraction_too_fine_to_be_recovered_is_what_grading_gives(now: datetime, db: None) -> None:
    """One of 13 gaps earns 1/97: no denominator up to 1000 gives that."""
    gaps = [{"kind": "text", "answers": [{"text": "yes"}, {"text": "nearly", "fraction": "1/97"}]}] * 13
    spec = {"stem": "Fill in.", "text": " ".join(f"[[{n}]]" for n in range(1, 14)), "gaps": gaps, "explanation": "So."}
    quiz = factories.quiz([factories.question(spec, type="cloze")])
    attempt = factories.attempt(factories.user(), quiz, now=now)
    attempt.answers.update(response=["nearly", *[None] * 12])
    as_before(attempts.submit(attempt, now=now))
    correct(now=now)
    assert exact(Attempt.objects.get())[2] == (Fraction(1, 1261), Fraction(1, 1261), None)


def test_what_an_earlier_version_graded_after_the_migration_becomes_exact(classroom: Classroom, now: datetime) -> None:
    attempt = paper(factories.user(), classroom, [THIRD, RIGHT_ITEM], now=now)
    attempt.answers.filter(slot=2).update(fraction=Decimal("0.4"), marks=Decimal("0.40"))
    Answer.objects.update(exact_fraction=None, exact_marks=None)
    Attempt.objects.update(exact_marks=None, marks=Decimal("0.73"))
    correct(now=now)
    assert exact(Attempt.objects.get())[0] == Fraction(1, 3) + Fraction(2, 5)


# The command ----------------------------------------------------------------------------------------------------------


def command(*options: str, now: datetime) -> list[str]:
    out = StringIO()
    with stopped_at(now):
        call_command("regrade_exact", *options, stdout=out)
    return out.getvalue().splitlines()


def test_a_dry_run_lists_verdicts_and_changes_nothing(failed: Attempt, passed: Attempt, now: datetime) -> None:
    assert command("--dry-run", now=now) == [
        f"attempt {failed.pk} ({failed}): 1.99 → 2 of 4, not passed → passed",
        f"attempt {passed.pk} ({passed}): 2.01 → 2 of 3, would lose its pass: stays as it is",
        "Results that would change: 1; that stay as they are: 1.",
    ]
    failed.refresh_from_db()
    assert failed.marks == Decimal("1.99")
    assert not failed.events.filter(kind="regraded").exists()


def test_the_command_applies_what_it_lists(failed: Attempt, passed: Attempt, now: datetime) -> None:
    assert command(now=now)[-1] == "Results that changed: 1; that stay as they are: 1."
    failed.refresh_from_db()
    assert failed.marks == 2
    assert command(now=now) == ["Results that changed: 0; that stay as they are: 0."]
