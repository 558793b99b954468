"""The review deck: what becomes a card and when, what a day offers, undo, and what exams keep secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from quizzes import entitlements
from quizzes.errors import NotOpen, QuizError
from quizzes.models import Answer, Attempt, Classroom, Question, Quiz, ReviewCard, ReviewLog, User, papers
from quizzes.reports import forgetting, invariants, review_decks
from quizzes.reports import reviews as report
from quizzes.scheduling import Grade, Stage
from quizzes.services import attempts, missed, people, reviews
from tests import factories, saving

DAY = timedelta(days=1)


def cards(learner: User) -> set[int]:
    return set(ReviewCard.objects.of(learner).values_list("question", flat=True))


def asked(of: Quiz, *positions: int) -> set[int]:
    return set(of.items.filter(position__in=positions).values_list("question", flat=True))


def session(learner: User, now: datetime) -> report.Session:
    return report.session(learner, entitlements.secrecy_of(learner, now=now), now=now)


def deck(learner: User, now: datetime, *, new: int = 0, due: int = 0, overdue: int = 0) -> None:
    """Cards never asked, due today, and due since last week."""
    day = datetime(2026, 3, 2, 4, tzinfo=UTC)
    known = {"stage": Stage.REVIEW.value, "is_new": False, "stability": 5, "difficulty": 5, "reviews": 1}
    ages = [*[None] * new, *[day] * due, *[day - 7 * DAY] * overdue]
    ReviewCard.objects.bulk_create(
        ReviewCard(learner=learner, question=row, due_at=now, created_at=now)
        if at is None
        else ReviewCard(learner=learner, question=row, due_at=at, created_at=now, reviewed_at=now - 10 * DAY, **known)
        for row, at in zip(factories.published(len(ages)), ages, strict=True)
    )


# What becomes a card --------------------------------------------------------------------------------------------------


def test_missed_questions_become_cards_of_the_next_day(learner: User, now: datetime) -> None:
    quiz = factories.quiz(3)
    factories.attempt(learner, quiz, now=now, right=1, submit=True)
    assert missed.collect(learner, now=now) == 2
    assert cards(learner) == asked(quiz, 2, 3)
    assert set(ReviewCard.objects.values_list("due_at", flat=True)) == {datetime(2026, 3, 3, 4, tzinfo=UTC)}
    assert missed.collect(learner, now=now) == 0
    assert Attempt.objects.get().marks == 1  # marks are as they were


def test_an_exam_gives_nothing_away_before_its_results_are_out(
    learner: User, classroom: Classroom, now: datetime
) -> None:
    quiz = factories.quiz(2, feedback="exam")
    given = factories.assignment(classroom, quiz, closes_at=now + DAY)
    factories.attempt(learner, quiz, assignment=given, now=now, submit=True)
    assert missed.collect(learner, now=now) == 0
    assert missed.collect(learner, now=now + DAY) == 2


def test_what_is_kept_for_exams_or_marked_by_a_person_never_becomes_a_card(learner: User, now: datetime) -> None:
    kept = factories.question(is_kept_for_exams=True)
    essay = factories.question({"stem": "Discuss.", "explanation": ""}, type="essay")
    open_to_all = factories.question()
    quiz = factories.quiz([kept, essay, open_to_all], feedback="exam", closes_at=now + DAY)
    factories.attempt(learner, quiz, now=now, submit=True)
    Answer.objects.filter(version__question=essay).update(fraction=0)
    missed.collect(learner, now=now + DAY)
    assert cards(learner) == {open_to_all.pk}
    for question in (kept, essay):
        with pytest.raises(QuizError):
            reviews.add(learner, question, now=now)


def test_what_another_exam_keeps_secret_waits_until_that_is_over(
    learner: User, classroom: Classroom, now: datetime
) -> None:
    first, second = factories.published(2)
    factories.attempt(learner, factories.quiz([first, second]), now=now, submit=True)
    factories.assignment(classroom, factories.quiz([first], feedback="exam"), closes_at=now + 2 * DAY)
    missed.collect(learner, now=now)
    assert cards(learner) == {second.pk}
    missed.collect(learner, now=now + 2 * DAY)
    assert cards(learner) == {first.pk, second.pk}


def test_a_card_is_not_asked_or_counted_while_an_exam_keeps_its_question(
    learner: User, classroom: Classroom, now: datetime
) -> None:
    first, second = factories.published(2)
    for question in (first, second):
        reviews.add(learner, question, now=now)
    factories.assignment(classroom, factories.quiz([first], feedback="exam"), closes_at=now + DAY)
    assert [row.question for row in session(learner, now).queue] == [second.pk]
    assert report.due_count(learner, now=now) == 1
    assert len(session(learner, now + DAY).queue) == 2


def test_practice_makes_a_card_at_once_even_where_the_second_try_is_right(learner: User, now: datetime) -> None:
    quiz = factories.quiz(3, feedback="practice")
    attempt = factories.attempt(learner, quiz, now=now)
    paper = papers.of_attempt(attempt.pk, learner.pk)
    for fields, revision in ((factories.WRONG, 1), (factories.RIGHT, 2)):
        saving.save(attempt.pk, learner, slot=1, fields=fields, revision=revision, now=now)
        attempts.check(paper, slot=1, now=now)
        missed.of_practice(attempt, now=now)
        assert cards(learner) == asked(quiz, 1)
    attempts.submit(attempt, now=now)
    missed.collect(learner, now=now)
    assert cards(learner) == asked(quiz, 1)  # what was never tried was not missed


def test_a_known_question_that_is_missed_elsewhere_is_asked_the_next_day(learner: User, now: datetime) -> None:
    [question] = factories.published(1)
    log = factories.reviewed(learner, question, now=now - 3 * DAY)
    reviews.regrade(log, Grade.EASY)
    memory = ReviewCard.objects.get().memory
    assert memory.due_at > now + 4 * DAY
    factories.attempt(learner, factories.quiz([question]), now=now, submit=True)
    assert missed.collect(learner, now=now) == 0
    assert ReviewCard.objects.get().memory == replace(memory, due_at=datetime(2026, 3, 3, 4, tzinfo=UTC))
    assert [str(one) for one in invariants.reviews()] == []


def test_a_question_that_was_asked_since_it_was_missed_keeps_its_day(learner: User, now: datetime) -> None:
    [question] = factories.published(1)
    factories.attempt(learner, factories.quiz([question]), now=now - DAY, submit=True)
    factories.reviewed(learner, question, now=now)
    before = ReviewCard.objects.get().due_at
    missed.collect(learner, now=now)
    assert ReviewCard.objects.get().due_at == before


def test_a_check_without_an_answer_misses_nothing_until_the_answer_is_shown(learner: User, now: datetime) -> None:
    quiz = factories.quiz(1, feedback="practice")
    attempt = factories.attempt(learner, quiz, now=now)
    paper = papers.of_attempt(attempt.pk, learner.pk)
    for press, missed_ones in ((attempts.check, set()), (attempts.show, asked(quiz, 1))):
        press(paper, slot=1, now=now)
        missed.of_practice(attempt, now=now)
        assert cards(learner) == missed_ones
        assert {shown.question for shown in entitlements.record_of(learner, now=now)} == missed_ones


def test_practice_that_goes_on_does_not_ask_for_what_was_reviewed_since(learner: User, now: datetime) -> None:
    quiz = factories.quiz(2, feedback="practice")
    attempt = factories.attempt(learner, quiz, now=now)
    paper = papers.of_attempt(attempt.pk, learner.pk)
    for slot, at in ((1, now), (2, now + DAY + timedelta(hours=1))):
        saving.save(attempt.pk, learner, slot=slot, fields=factories.WRONG, revision=1, now=at)
        attempts.check(paper, slot=slot, now=at)
        missed.of_practice(attempt, now=at)
        if slot == 1:
            factories.reviewed(learner, Question.objects.get(pk=asked(quiz, 1).pop()), now=now + DAY)
            planned = ReviewCard.objects.get().due_at
    assert ReviewCard.objects.get(question__in=asked(quiz, 1)).due_at == planned == datetime(2026, 3, 5, 4, tzinfo=UTC)


def test_a_survey_and_a_deck_that_is_off_collect_nothing(learner: User, now: datetime) -> None:
    factories.attempt(learner, factories.quiz(2, feedback="survey"), now=now, submit=True)
    assert missed.collect(learner, now=now) == 0
    reviews.change_settings(learner, is_on=False)
    factories.attempt(learner, factories.quiz(2), now=now, submit=True)
    assert missed.collect(learner, now=now) == 0
    reviews.change_settings(learner, is_on=True)
    assert missed.collect(learner, now=now) == 2


def test_any_question_of_a_result_can_be_added_once_its_answer_is_out(learner: User, now: datetime) -> None:
    quiz = factories.quiz(2, feedback="exam", closes_at=now + DAY)
    attempt = factories.attempt(learner, quiz, now=now, right=2, submit=True)
    with pytest.raises(NotOpen):
        reviews.add_from(attempt, slot=1, now=now)
    reviews.add_from(attempt, slot=1, now=now + DAY)
    assert cards(learner) == asked(quiz, 1)


def test_retired_questions_leave_the_deck_and_new_versions_are_asked(learner: User, now: datetime) -> None:
    first, second = factories.published(2)
    for question in (first, second):
        reviews.add(learner, question, now=now)
    newest = factories.version(first, factories.single_choice("As it is now"))
    Question.objects.filter(pk=second.pk).update(is_archived=True)
    assert [row.version for row in session(learner, now).queue] == [newest.pk]


# What a day offers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cards", "offered", "held_over"),
    [
        ({"new": 30}, 10, 20),
        ({"due": 60}, 40, 20),
        ({"due": 35, "new": 30}, 40, 25),
        ({"due": 20, "overdue": 30}, 50, 0),
        ({"due": 20, "overdue": 150}, 80, 90),
        ({"overdue": 230, "new": 5}, 80, 155),  # more than one look reads
    ],
)
def test_a_day_offers_its_cap_and_a_backlog_up_to_twice_that(
    learner: User, now: datetime, cards: dict[str, int], offered: int, held_over: int
) -> None:
    deck(learner, now, **cards)
    found = report.session(learner, entitlements.secrecy_of(learner, now=now), now=now, counts_all=True)
    assert (found.left, found.held_over) == (offered, held_over)
    assert report.due_count(learner, now=now) == offered


def test_answers_of_the_day_use_it_up_and_the_total_stays(learner: User, now: datetime) -> None:
    deck(learner, now, due=3, overdue=50)
    reviews.change_settings(learner, daily_cap=5)
    assert (session(learner, now).position, session(learner, now).total) == (1, 10)
    for _number in range(4):
        answer(learner, now, right=True)
    found = session(learner, now)
    assert (found.position, found.total, found.left) == (5, 10, 6)
    log = answer(learner, now, right=False)
    found = session(learner, now + timedelta(minutes=1))
    assert (found.position, found.total, found.left) == (6, 10, 5)  # it comes back tomorrow
    reviews.regrade(log, Grade.AGAIN, is_today=True)
    found = session(learner, now + timedelta(minutes=1))
    assert (found.position, found.total, found.left) == (5, 10, 6)  # today, as was wanted
    reviews.regrade(log, Grade.AGAIN)
    assert session(learner, now + timedelta(minutes=1)).left == 5
    assert session(learner, now + DAY).left == 10


def test_what_is_to_be_asked_again_today_comes_before_any_backlog(learner: User, now: datetime) -> None:
    deck(learner, now, overdue=210)
    log = answer(learner, now, right=False)
    reviews.regrade(log, Grade.AGAIN, is_today=True)
    later = now + timedelta(minutes=11)
    assert session(learner, later).queue[0].pk == log.card_id
    assert report.due_count(learner, now=later) == session(learner, later).left == 80


def test_the_next_day_counts_what_is_put_off_and_as_many_new_ones_as_it_offers(learner: User, now: datetime) -> None:
    def upcoming() -> review_decks.Ahead | None:
        return review_decks.next_due(learner, session(learner, now), now=now)

    assert upcoming() is None
    deck(learner, now, due=1)
    reviews.bury(ReviewCard.objects.get(), now=now)
    assert upcoming() == review_decks.Ahead(date(2026, 3, 3), 1)
    factories.attempt(learner, factories.quiz(12), now=now, submit=True)
    missed.collect(learner, now=now)
    assert upcoming() == review_decks.Ahead(date(2026, 3, 3), 11)
    assert session(learner, now + DAY).left == 11
    found = review_decks.deck(learner, entitlements.secrecy_of(learner, now=now), session(learner, now), now=now)
    assert [ahead.count for ahead in found.week] == [11, 2, 0, 0, 0, 0, 0]


def test_the_count_for_every_page_takes_one_query(
    learner: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(1):
        assert report.due_count(learner, now=now) == 0
        assert report.due_count(learner, now=now) == 0
    deck(learner, now, due=2)
    assert report.due_count(User.objects.get(), now=now) == 2
    another_request = User.objects.get()
    with django_assert_max_num_queries(1):
        assert report.due_count(another_request, now=now) == 2
    with django_assert_max_num_queries(1):
        assert report.due_count(another_request, now=now) == 2


def test_the_count_follows_an_answer_an_undo_and_a_setting_at_once(learner: User, now: datetime) -> None:
    def count() -> int:
        return report.due_count(User.objects.get(), now=now)

    deck(learner, now, due=3)
    assert count() == 3
    log = answer(learner, now, right=False)
    assert count() == 2
    reviews.regrade(log, Grade.AGAIN, is_today=True)
    assert count() == 3
    reviews.undo(learner, now=now)
    assert count() == 3
    reviews.change_settings(learner, daily_cap=2)
    assert count() == 2
    reviews.bury(ReviewCard.objects.all()[0], now=now)
    reviews.suspend(ReviewCard.objects.all()[1])
    assert count() == 1


def answer(learner: User, now: datetime, *, right: bool) -> ReviewLog:
    due = session(learner, now).queue[0]
    return factories.reviewed(learner, Question.objects.get(pk=due.question), now=now, right=right)


def test_undo_takes_back_the_last_answer_and_only_one_of_today(learner: User, now: datetime) -> None:
    deck(learner, now, due=1)
    before = ReviewCard.objects.get()
    log = answer(learner, now, right=False)
    reviews.regrade(log, Grade.EASY)
    assert ReviewCard.objects.get().due_at > now + 10 * DAY
    reviews.undo(learner, now=now)
    after = ReviewCard.objects.get()
    assert (after.memory, after.reviews) == (before.memory, 1)
    assert not ReviewLog.objects.exists()
    answer(learner, now, right=True)
    assert reviews.undo(learner, now=now + DAY) is None


def test_undo_asks_a_question_again_that_was_suspended_after_its_answer(learner: User, now: datetime) -> None:
    deck(learner, now, due=1)
    log = answer(learner, now, right=True)
    reviews.suspend(log.card)
    reviews.undo(learner, now=now)
    assert [row.pk for row in session(learner, now).queue] == [log.card_id]


def test_undo_of_the_first_answer_to_a_missed_question_makes_it_new_again(learner: User, now: datetime) -> None:
    factories.attempt(learner, factories.quiz(1), now=now - DAY, submit=True)
    missed.collect(learner, now=now)
    answer(learner, now, right=True)
    assert ReviewCard.objects.get().due_at == datetime(2026, 3, 4, 4, tzinfo=UTC)
    reviews.undo(learner, now=now)
    card = ReviewCard.objects.get()
    assert (card.is_new, card.reviews, card.due_at) == (True, 0, datetime(2026, 3, 2, 4, tzinfo=UTC))


def test_an_answer_that_is_sent_twice_counts_once(learner: User, now: datetime) -> None:
    [question] = factories.published(1)
    card = reviews.add(learner, question, now=now)
    version = question.versions.get()
    logs = [
        reviews.answer(card, version, [], response, number=1, is_sure=True, now=now)
        for response in (None, {"choice": 0})
    ]
    assert logs[0] == logs[1]
    assert ReviewCard.objects.get().reviews == 1


def test_buried_until_tomorrow_suspended_until_taken_back(learner: User, now: datetime) -> None:
    deck(learner, now, due=2)
    first, second = ReviewCard.objects.order_by("pk")
    reviews.bury(first, now=now)
    reviews.suspend(second)
    assert session(learner, now).left == 0
    assert [row.pk for row in session(learner, now + DAY).queue] == [first.pk]
    reviews.resume(second)
    assert session(learner, now + DAY).left == 2


def test_as_many_are_suspended_as_their_page_lists(learner: User, now: datetime) -> None:
    for question in factories.published(3):
        reviews.suspend(reviews.add(learner, question, now=now))
    Question.objects.filter(pk=Question.objects.earliest("pk").pk).update(is_archived=True)
    secrecy = entitlements.secrecy_of(learner, now=now)
    found = review_decks.deck(learner, secrecy, session(learner, now), now=now)
    assert found.suspended == len(review_decks.suspended(learner, secrecy)) == 2


# What must always hold ------------------------------------------------------------------------------------------------


def test_the_deck_of_someone_who_is_forgotten_is_gone(learner: User, now: datetime) -> None:
    deck(learner, now, due=2)
    answer(learner, now, right=True)
    reviews.change_settings(learner, daily_cap=5)
    people.anonymise(learner, by=factories.user(is_staff=True, is_superuser=True), now=now)
    assert not ReviewCard.objects.exists()
    assert not ReviewLog.objects.exists()


def test_cards_move_to_another_account_and_of_two_the_older_stays(learner: User, stranger: User, now: datetime) -> None:
    first, second = factories.published(2)
    factories.reviewed(learner, first, now=now)
    factories.reviewed(learner, second, now=now)
    reviews.add(stranger, second, now=now)
    reviews.move(learner, to=stranger)
    assert cards(learner) == set()
    assert dict(ReviewCard.objects.of(stranger).values_list("question", "reviews")) == {first.pk: 1, second.pk: 1}
    deck(stranger, now, new=1)
    assert [str(one) for one in invariants.reviews()] == []


def test_a_card_that_counts_other_answers_than_its_log_is_found(learner: User, now: datetime) -> None:
    deck(learner, now, due=1)  # made with an answer that no log has
    found = [str(one) for one in invariants.reviews()]
    assert found == [f"I14  review card {ReviewCard.objects.get().pk}: counts 1 answers, the log has 0"]


@pytest.mark.parametrize("wrong", [{"stage": 2}, {"reviews": 1}, {"stability": 1.0}, {"is_new": False}])
def test_the_database_refuses_a_card_that_is_half_new(learner: User, now: datetime, wrong: dict[str, object]) -> None:
    deck(learner, now, new=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewCard.objects.update(**wrong)


def test_the_database_refuses_a_second_card_of_a_question(learner: User, now: datetime) -> None:
    deck(learner, now, new=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewCard.objects.create(learner=learner, question=Question.objects.get(), due_at=now, created_at=now)


# What a class remembers -----------------------------------------------------------------------------------------------


def test_a_class_sees_what_it_remembers_once_five_have_answered_again(db: None, now: datetime) -> None:
    students = [factories.user() for _number in range(6)]
    room = factories.classroom(students=students)
    quiz = factories.quiz(1)
    given = factories.assignment(room, quiz, opens_at=now - 9 * DAY)
    for number, student in enumerate(students, start=1):
        factories.attempt(student, quiz, assignment=given, now=now - 8 * DAY, submit=True)
        for days in (7, 4):  # missed, known the first time, and for the second a third of them has forgotten it
            question = quiz.items.get().question
            is_right = days == 7 or number % 3 != 0
            factories.reviewed(student, question, now=now - days * DAY, right=is_right)
        found = forgetting.of_class(room, now=now)
        assert len(found.topics) == (1 if number >= 5 else 0)
        assert found.hidden == (0 if number >= 5 else 1)
    [row] = found.topics
    assert (row.people, row.answers, row.known, row.percent) == (6, 6, 4, 67)
    assert forgetting.of_class(factories.classroom(students=students), now=now).topics == []  # it was not asked there
