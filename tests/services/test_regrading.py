"""Regrading: the mended question is marked again, and nothing else; what it does is known before and logged after."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError
from pytest_django import DjangoAssertNumQueries

from quizzes import terms
from quizzes.errors import QuizError
from quizzes.models import Attempt, Question, User, version_cache
from quizzes.reports import invariants, judged_cards, mark_changes
from quizzes.services import attempts, bank, deadlines, events, grading, question_use, regrading
from tests import factories, saving
from tests.question_types.cards import EXAMPLES

MINUTE = timedelta(minutes=1)
WATER = {"stem": "The formula of water?", "answers": [{"text": "H2O"}]}
BOTH = {"stem": "The formula of water?", "answers": [{"text": "H2O"}, {"text": "150", "feedback": "An old name."}]}


def another_key(stem: str = "Which is right?", *, options: int = 4) -> dict[str, Any]:
    """The second option is the key."""
    spec = factories.single_choice(stem, options)
    for number, option in enumerate(spec["options"]):
        option["correct"] = number == 1
    return spec


@pytest.fixture
def water(db: None) -> Question:
    return factories.question(WATER, type="short_answer")


@pytest.fixture
def other(db: None) -> Question:
    return factories.question(factories.single_choice("Another question"))


def taken(learner: User, questions: list[Question], *answers: Any, now: datetime, **fields: Any) -> Attempt:
    """An attempt that is handed in, with an answer for each question."""
    row = factories.attempt(learner, factories.quiz(questions, **fields), now=now)
    for slot, posted in enumerate(answers, start=1):
        saving.save(row.pk, learner, slot=slot, fields=posted, revision=1, now=now)
    return attempts.submit(row, now=now)


@pytest.fixture
def done(learner: User, water: Question, other: Question, now: datetime) -> Attempt:
    """Water by an unexpected name, and the other question right: 1 of 2."""
    return taken(learner, [water, other], {"text": ["150"]}, factories.RIGHT, now=now)


def effect(question: Question) -> regrading.Effect:
    return regrading.effect(question, Attempt.objects.all())


def regrade(question: Question, actor: User, *, now: datetime, reason: str = "150 is right too.") -> int:
    """By the version that is published, of which the person saw the effect."""
    seen = question.ready_version.number if question.ready_version else 0
    return regrading.regrade(question, Attempt.objects.all(), seen=seen, reason=reason, actor=actor, now=now)


def stored(row: Attempt) -> list[Any]:
    row.refresh_from_db()
    answers = row.answers.order_by("slot").values_list("version__number", "response", "layout", "fraction", "marks")
    return [row.status, row.marks, row.max_marks, row.fraction, *answers]


# The mended question, and only it --------------------------------------------------------------------------------------


def test_one_more_accepted_answer_counts(
    done: Attempt, water: Question, other: Question, instructor: User, now: datetime
) -> None:
    """And a question that another author changed keeps its marks: only one is regraded."""
    factories.version(water, BOTH)
    factories.version(other, another_key("Another question"))
    assert regrade(water, instructor, now=now + MINUTE) == 1
    done.refresh_from_db()
    assert done.marks == 2
    assert list(done.answers.order_by("slot").values_list("version__number", "marks")) == [(2, 1), (1, 1)]
    assert list(invariants.check(now=now + MINUTE)) == []


def test_other_answers_keep_the_marks_they_have_whatever_grading_would_say_today(
    done: Attempt, water: Question, instructor: User, now: datetime
) -> None:
    done.answers.filter(slot=2).update(exact_marks=Fraction(2, 5))
    factories.version(water, BOTH)
    regrade(water, instructor, now=now)
    done.refresh_from_db()
    assert done.marks == Decimal("1.40")


def test_what_changes_is_known_before(done: Attempt, water: Question, stranger: User, now: datetime) -> None:
    right = taken(stranger, [water], {"text": ["h2o"]}, now=now)
    factories.version(water, {**BOTH, "answers": [*BOTH["answers"], {"text": "H3O", "fraction": "1/3"}]})
    found = effect(water)
    assert [(row.answer.attempt, row.before, row.after) for row in found.remarks] == [(done, 0, 1), (right, 1, 1)]
    assert [(row.total_before, row.total_after) for row in found.changes] == [(1, 2)]
    assert (found.rising, found.falling, found.refused) == (1, 0, {})
    assert stored(done)[1] == 1


def test_it_is_logged_with_what_was_and_what_is(
    done: Attempt, water: Question, instructor: User, now: datetime
) -> None:
    factories.version(water, BOTH)
    regrade(water, instructor, now=now + MINUTE, reason=" 150 is right too. ")
    event = done.events.get(kind="regraded")
    assert (event.slot, event.actor, event.at) == (1, instructor, now + MINUTE)
    assert event.details == {
        "from": "1.00",
        "to": "2.00",
        "marks_from": "0.00",
        "marks_to": "1.00",
        "fraction_from": "0/1",
        "fraction_to": "1/1",
        "version_from": 1,
        "version_to": 2,
        "reason": "150 is right too.",
    }


def test_once_is_enough(done: Attempt, water: Question, instructor: User, now: datetime) -> None:
    factories.version(water, BOTH)
    regrade(water, instructor, now=now)
    once = stored(done)
    assert regrade(water, instructor, now=now) == 0
    assert stored(done) == once
    assert done.events.filter(kind="regraded").count() == 1
    assert effect(water).is_empty


def test_a_version_that_says_the_same_changes_no_marks(
    done: Attempt, water: Question, instructor: User, now: datetime
) -> None:
    before = stored(done)
    factories.version(water, WATER)
    assert effect(water).changes == []
    assert regrade(water, instructor, now=now) == 1
    after = stored(done)
    assert (after[:4], after[4][1:], after[5]) == (before[:4], before[4][1:], before[5])


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "example"), EXAMPLES, ids=lambda each: getattr(each, "key", ""))
def test_of_every_type_the_same_content_gives_the_same_answers_once_and_twice(
    kind: Any, example: Any, learner: User, instructor: User, now: datetime
) -> None:
    question = factories.question(example.spec, type=kind.key)
    rows = []
    for response, _fraction in example.graded:
        row = factories.attempt(learner, factories.quiz([question], shuffle_options=True), now=now)
        fields = kind.posted(kind.spec(example.spec), row.answers.get().layout, response)
        saving.save(row.pk, learner, slot=1, fields=fields, revision=1, now=now)
        rows.append(attempts.submit(row, now=now))
    before = [stored(row) for row in rows]
    factories.version(question, example.spec)
    assert regrade(question, instructor, now=now) == len(rows)
    assert [(result, answer[1:]) for *result, answer in map(stored, rows)] == [
        (result, answer[1:]) for *result, answer in before
    ]
    assert regrade(question, instructor, now=now) == 0
    assert list(invariants.check(now=now)) == []


@pytest.mark.parametrize("answer", [factories.RIGHT, factories.WRONG])
def test_marks_rise_and_fall_and_a_blank_answer_stays_blank(
    answer: Any, learner: User, stranger: User, other: Question, instructor: User, now: datetime
) -> None:
    rows = [taken(learner, [other], answer, now=now), taken(stranger, [other], now=now)]
    factories.version(other, another_key("Another question"))
    found = effect(other)
    assert (found.rising, found.falling) == ((0, 1) if answer == factories.RIGHT else (1, 0))
    assert regrade(other, instructor, now=now) == 2
    assert [Attempt.objects.get(pk=row.pk).marks for row in rows] == [int(answer == factories.WRONG), 0]


def test_a_penalty_is_given_back(learner: User, other: Question, instructor: User, now: datetime) -> None:
    """And what the table says of an attempt whose sum was below zero is what it gets."""
    questions = [other, factories.question(), factories.question()]
    answers = [factories.WRONG, factories.WRONG, factories.RIGHT]
    done = taken(learner, questions, *answers, now=now, wrong_penalty=Decimal("0.75"))
    assert done.marks == 0
    factories.version(other, another_key("Another question"))
    [row] = effect(other).changes
    assert (row.before, row.after, row.total_after) == (Decimal("-0.75"), 1, Decimal("1.25"))
    regrade(other, instructor, now=now)
    assert Attempt.objects.get(pk=done.pk).marks == Decimal("1.25")


def test_marks_given_by_hand_stay(done: Attempt, water: Question, instructor: User, now: datetime) -> None:
    answer = done.answers.get(slot=1)
    grading.override(answer, fraction=Fraction(1, 2), reason="Half.", actor=instructor, now=now)
    factories.version(water, BOTH)
    assert effect(water).changes == []
    regrade(water, instructor, now=now)
    assert stored(done)[1] == Decimal("1.50")
    answer.refresh_from_db()
    grading.override(answer, fraction=None, reason="By the new key.", actor=instructor, now=now)
    assert stored(done)[1] == 2


def test_an_essay_that_waits_goes_on_waiting_with_the_new_rubric(
    learner: User, instructor: User, now: datetime
) -> None:
    essay = factories.question({"stem": "Why?", "rubric": [{"criterion": "Evidence", "share": 1}]}, type="essay")
    row = taken(learner, [essay], {"text": ["Consent."]}, now=now)
    rubric = [{"criterion": name, "share": "1/2"} for name in ("Evidence", "Argument")]
    factories.version(essay, {"stem": "Why?", "rubric": rubric})
    assert regrade(essay, instructor, now=now) == 1
    row.refresh_from_db()
    assert (row.status, row.answers.get().version.number) == ("awaiting_marking", 2)


# What was chosen stays what was chosen ----------------------------------------------------------------------------------


def test_elements_that_change_places_are_marked_as_they_were_put(
    learner: User, instructor: User, now: datetime
) -> None:
    """The order of the elements is the key: numbers in the answer mean others now."""
    spec = {"stem": "The oldest first.", "elements": [{"text": text} for text in ("UNTSO", "UNEF", "UNTAG")]}
    question = factories.question(spec, type="ordering")
    row = factories.attempt(learner, factories.quiz([question]), now=now)
    shown = [spec["elements"][index]["text"] for index in row.answers.get().layout]
    places = {f"place-{place}": [{"UNTSO": "2", "UNEF": "1", "UNTAG": "3"}[text]] for place, text in enumerate(shown)}
    saving.save(row.pk, learner, slot=1, fields=places, revision=1, now=now)
    attempts.submit(row, now=now)
    factories.version(question, spec | {"elements": [{"text": text} for text in ("UNEF", "UNTSO", "UNTAG")]})
    regrade(question, instructor, now=now)
    answer = row.answers.get()
    assert (answer.marks, answer.response) == (1, [1, 2, 3])
    [card] = judged_cards.result_cards(Attempt.objects.get(pk=row.pk), terms.EVERYTHING)
    assert [(part["text"], part["place"]) for part in card.card["elements"]] == [
        ("UNEF", 1),
        ("UNTSO", 2),
        ("UNTAG", 3),
    ]


def test_who_goes_on_after_a_regrade_sees_the_same_parts_in_the_same_places(
    learner: User, instructor: User, now: datetime
) -> None:
    def spec(one: str, two: str) -> dict[str, Any]:
        return {"stem": "Match.", "pairs": [{"left": "a", "right": one}, {"left": "b", "right": two}], "extra": ["3"]}

    question = factories.question(spec("1", "2"), type="matching")
    row = taken(learner, [question], {"left-0": ["0"]}, now=now)
    before = asked(row)
    factories.version(question, spec("2", "1"))
    regrade(question, instructor, now=now)
    deadlines.reopen(row, due_at=None, reason="a fire drill", actor=instructor, now=now)
    assert asked(row) == before
    saving.save(row.pk, learner, slot=1, fields={"left-0": ["1"], "left-1": ["0"]}, revision=2, now=now)
    attempts.submit(row, now=now)
    assert list(invariants.check(now=now)) == []


def asked(row: Attempt) -> Any:
    answer = row.answers.select_related("version__question").get()
    return answer.version.kind.present(answer.version.parsed, answer.layout, answer.response)


def test_other_options_are_refused_with_the_reason(
    done: Attempt, other: Question, instructor: User, now: datetime
) -> None:
    before = stored(done)
    factories.version(other, another_key("Another question", options=5))
    assert (effect(other).refused, effect(other).remarks) == ({"options changed": 1}, [])
    assert regrade(other, instructor, now=now) == 0
    assert stored(done) == before


def test_content_of_another_time_is_refused_and_stops_nobody(
    done: Attempt, water: Question, stranger: User, instructor: User, now: datetime
) -> None:
    water.versions.update(spec={"stem": "No answers"})
    version_cache.clear()
    factories.version(water, BOTH)
    assert effect(water).refused == {"content that is no longer valid": 1}
    assert regrade(water, instructor, now=now) == 0


# Who may wait -----------------------------------------------------------------------------------------------------------


def test_attempts_that_have_not_ended_are_named_and_left_alone(
    done: Attempt, water: Question, stranger: User, instructor: User, now: datetime
) -> None:
    """They are regraded after they end; a reopened one as well."""
    running = factories.attempt(stranger, done.quiz, now=now)
    deadlines.reopen(done, due_at=None, reason="a fire drill", actor=instructor, now=now)
    factories.version(water, BOTH)
    found = effect(water)
    assert (found.unfinished, found.remarks, found.is_empty) == (2, [], False)
    assert regrade(water, instructor, now=now) == 0
    attempts.submit(done, now=now)
    attempts.submit(running, now=now)
    assert regrade(water, instructor, now=now) == 2


def test_attempts_of_other_classes_are_counted_and_left_alone(
    done: Attempt, water: Question, instructor: User, now: datetime
) -> None:
    factories.version(water, BOTH)
    none = Attempt.objects.none()
    assert (regrading.effect(water, none).others, regrading.effect(water, none).is_empty) == (1, False)
    facts = {"reason": "x", "actor": instructor, "now": now}
    assert regrading.regrade(water, none, seen=2, **facts) == 0  # type: ignore[arg-type]
    assert stored(done)[1] == 1


def test_every_attempt_on_an_older_version_is_accounted_for(
    done: Attempt, water: Question, stranger: User, instructor: User, now: datetime
) -> None:
    factories.attempt(stranger, done.quiz, now=now)
    factories.version(water, BOTH)
    older = sum(count for number, count in question_use.attempts_by_version(water).items() if number < 2)
    found = regrading.effect(water, Attempt.objects.filter(learner=done.learner))
    assert older == len(found.remarks) + found.unfinished + found.others == 2


def test_a_question_without_a_published_version_has_nothing_to_regrade_by(
    done: Attempt, water: Question, instructor: User, now: datetime
) -> None:
    bank.retire(water, actor=factories.user(is_staff=True, is_superuser=True), now=now)
    assert effect(water).by is None
    with pytest.raises(QuizError, match="published"):
        regrade(water, instructor, now=now)


def test_a_reason_is_asked_for(done: Attempt, water: Question, instructor: User, now: datetime) -> None:
    factories.version(water, BOTH)
    with pytest.raises(QuizError, match="Give a reason"):
        regrade(water, instructor, now=now, reason="  ")


def test_only_the_effect_that_was_seen_is_brought_about(
    done: Attempt, water: Question, instructor: User, now: datetime
) -> None:
    factories.version(water, BOTH)
    factories.version(water, WATER)
    facts = {"reason": "x", "actor": instructor, "now": now}
    with pytest.raises(QuizError, match="Check the table again"):
        regrading.regrade(water, Attempt.objects.all(), seen=2, **facts)  # type: ignore[arg-type]


def test_the_effect_takes_few_queries_for_many_attempts(
    water: Question, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    quiz = factories.quiz([water])
    for _number in range(5):
        factories.attempt(factories.user(), quiz, now=now, submit=True)
    factories.version(water, BOTH)
    effect(water)
    with django_assert_max_num_queries(4):  # the published version, the answers, their sums, those of others
        assert len(effect(water).remarks) == 5


# What is shown ----------------------------------------------------------------------------------------------------------


def shown(row: Attempt, slot: int) -> tuple[str, list[str]]:
    """Verdict and key of a question on the result page."""
    card = judged_cards.result_cards(Attempt.objects.get(pk=row.pk), terms.EVERYTHING)[slot - 1]
    return card.verdict, [option["text"] for option in card.card["options"] if option["correct"]]


def test_key_and_verdict_are_of_one_version_before_and_after(
    done: Attempt, other: Question, instructor: User, now: datetime
) -> None:
    factories.version(other, another_key("Another question") | {"explanation": "The first one was meant."})
    assert shown(done, 2) == ("right", ["the key"])
    regrade(other, instructor, now=now)
    assert shown(done, 2) == ("wrong", ["distractor 1"])


def test_a_learner_is_told_which_mark_changed_and_why(
    done: Attempt, water: Question, instructor: User, now: datetime
) -> None:
    factories.version(water, BOTH)
    regrade(water, instructor, now=now + MINUTE)
    factories.version(water, {**BOTH, "explanation": "Both are right."})
    regrade(water, instructor, now=now + 2 * MINUTE, reason="Reworded.")
    told = [mark_changes.MarkChange(1, Decimal(0), Decimal(1), now + MINUTE, "150 is right too.")]
    assert mark_changes.of_attempt(done, terms.EVERYTHING) == told


def test_nothing_is_told_while_marks_may_not_be_seen(
    done: Attempt,
    water: Question,
    instructor: User,
    now: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    factories.version(water, BOTH)
    regrade(water, instructor, now=now)
    with django_assert_max_num_queries(0):
        assert mark_changes.of_attempt(done, terms.NOTHING) == []
    with django_assert_max_num_queries(1):
        assert mark_changes.of_attempt(done, terms.EVERYTHING) != []


def test_what_a_regrade_marked_by_stays_in_force(
    done: Attempt, water: Question, other: Question, instructor: User, now: datetime
) -> None:
    """Whatever happens to the attempt afterwards: another regrade, marks by hand, another end."""
    factories.version(water, BOTH)
    factories.version(other, another_key("Another question"))
    regrade(water, instructor, now=now)
    regrade(other, instructor, now=now)
    assert stored(done)[1] == 1
    grading.override(done.answers.get(slot=2), fraction=Fraction(1, 2), reason="Half.", actor=instructor, now=now)
    assert stored(done)[1] == Decimal("1.50")
    deadlines.reopen(done, due_at=None, reason="a fire drill", actor=instructor, now=now + MINUTE)
    assert attempts.submit(done, now=now + 2 * MINUTE).marks == Decimal("1.50")
    assert list(invariants.check(now=now + MINUTE)) == []


def test_one_attempt_that_fails_keeps_its_marks_and_stops_no_other(
    done: Attempt, water: Question, stranger: User, instructor: User, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    other, record = taken(stranger, [water], {"text": ["150"]}, now=now), events.record

    def record_or_fail(attempt_id: int, *args: Any, **kwargs: Any) -> None:
        if attempt_id == done.pk:
            raise DatabaseError("no room on the disk")
        record(attempt_id, *args, **kwargs)

    factories.version(water, BOTH)
    with mock.patch.object(events, "record", record_or_fail):
        assert regrade(water, instructor, now=now) == 1
    assert f"attempt {done.pk} could not be regraded" in caplog.text
    assert (stored(done)[1], stored(other)[1]) == (1, 1)
    assert [answer.version.number for answer in done.answers.order_by("slot")] == [1, 1]
