"""When a question is asked again, in literal values: what each grade does, the learner's day, the cap and the backlog."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from quizzes import scheduling
from quizzes.scheduling import Cards, Day, Grade, Memory, Stage

NAIROBI = ZoneInfo("Africa/Nairobi")  # three hours ahead of UTC
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AGAIN, HARD, GOOD, EASY = Grade


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def after(memory: Memory, now: datetime, retention: float = 0.9) -> dict[Grade, tuple[str, datetime]]:
    chosen = scheduling.choices(memory, now=now, zone=NAIROBI, retention=retention)
    return {grade: (found.stage.name.lower(), found.due_at) for grade, found in chosen.items()}


NEW = Memory(Stage.NEW, MONDAY)
KNOWN = Memory(Stage.REVIEW, at(4, 1), 2.3065, 2.118104, MONDAY)  # new, then good
FORGOTTEN = Memory(Stage.RELEARNING, at(4, 9, 10), 0.607612, 7.394502, at(4))  # and then again


def test_a_new_question_comes_back_after_one_two_or_eight_days() -> None:
    assert after(NEW, MONDAY) == {
        AGAIN: ("review", at(3, 1)),
        HARD: ("review", at(3, 1)),
        GOOD: ("review", at(4, 1)),
        EASY: ("review", at(10, 1)),
    }


def test_a_question_that_was_missed_yesterday_comes_back_after_one_two_or_three_days() -> None:
    missed = scheduling.missed(MONDAY, due_at=at(3, 1), zone=NAIROBI, retention=0.9)
    assert (missed.stage, missed.due_at) == (Stage.LEARNING, at(3, 1))
    assert after(missed, at(3)) == {
        AGAIN: ("review", at(4, 1)),
        HARD: ("review", at(4, 1)),
        GOOD: ("review", at(5, 1)),
        EASY: ("review", at(6, 1)),
    }


def test_a_question_known_for_two_days_comes_back_in_eight_to_nineteen_or_tomorrow() -> None:
    assert after(KNOWN, at(4)) == {
        AGAIN: ("review", at(5, 1)),
        HARD: ("review", at(12, 1)),
        GOOD: ("review", at(15, 1)),
        EASY: ("review", at(23, 1)),
    }


def test_a_question_that_was_known_for_months_is_asked_tomorrow_when_it_is_forgotten() -> None:
    known = Memory(Stage.REVIEW, at(4, 1), 90, 3, at(4) - timedelta(days=90))
    assert after(known, at(4))[AGAIN] == ("review", at(5, 1))


def test_what_was_forgotten_comes_back_today_where_its_learner_wants_that() -> None:
    found = scheduling.reviewed(KNOWN, AGAIN, now=at(4), zone=NAIROBI, retention=0.9, is_today=True)
    assert (found.stage, found.due_at) == (Stage.RELEARNING, at(4, 9, 10))
    known = scheduling.reviewed(KNOWN, GOOD, now=at(4), zone=NAIROBI, retention=0.9, is_today=True)
    assert known.due_at == at(15, 1)  # it was not forgotten


def test_a_question_asked_twice_today_comes_back_tomorrow() -> None:
    assert after(FORGOTTEN, at(4, 9, 10)) == {
        AGAIN: ("review", at(5, 1)),
        HARD: ("review", at(5, 1)),
        GOOD: ("review", at(5, 1)),
        EASY: ("review", at(5, 1)),
    }


def test_remembering_after_a_break_counts_for_more() -> None:
    on_time = scheduling.reviewed(KNOWN, GOOD, now=at(4), zone=NAIROBI, retention=0.9)
    late = scheduling.reviewed(KNOWN, GOOD, now=at(24), zone=NAIROBI, retention=0.9)
    assert (round(on_time.stability or 0, 2), round(late.stability or 0, 2)) == (10.96, 33.87)


def test_who_wants_to_remember_more_is_asked_sooner() -> None:
    assert [after(KNOWN, at(4), share)[GOOD][1].day - 4 for share in (0.95, 0.9)] == [4, 11]
    assert after(KNOWN, at(4), 0.8)[GOOD] == ("review", datetime(2026, 4, 9, 1, tzinfo=UTC))


def test_nothing_is_planned_for_later_than_a_year() -> None:
    known = Memory(Stage.REVIEW, MONDAY, 3000, 1, MONDAY - timedelta(days=300))
    assert after(known, MONDAY)[EASY] == ("review", datetime(2027, 3, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("fraction", "is_sure", "grade"),
    [
        (Fraction(1), True, GOOD),
        (Fraction(1), False, HARD),
        (Fraction(3, 4), True, HARD),
        (Fraction(1, 2), True, AGAIN),
        (Fraction(0), True, AGAIN),
        (None, False, AGAIN),
    ],
)
def test_an_answer_suggests_a_grade(fraction: Fraction | None, is_sure: bool, grade: Grade) -> None:
    assert scheduling.suggested(fraction, is_sure=is_sure) is grade


def test_a_day_begins_at_four_in_the_morning_where_the_learner_is() -> None:
    assert scheduling.day_of(at(3, 0, 59), NAIROBI) == date(2026, 3, 2)
    assert scheduling.day_of(at(3, 1, 0), NAIROBI) == date(2026, 3, 3)
    assert scheduling.start_of(date(2026, 3, 3), NAIROBI) == at(3, 1)
    new_york = ZoneInfo("America/New_York")  # the clocks go forward on March 8
    starts = [scheduling.start_of(date(2026, 3, day), new_york) for day in (7, 8)]
    assert starts == [at(7, 9), at(8, 8)]


def test_an_answer_late_in_the_evening_and_one_early_in_the_morning_are_two_days() -> None:
    evening, morning = at(2, 20), at(4, 4)  # 32 hours, and two of the learner's days
    known = scheduling.reviewed(NEW, GOOD, now=evening, zone=NAIROBI, retention=0.9)
    found = scheduling.reviewed(known, GOOD, now=morning, zone=NAIROBI, retention=0.9)
    assert round(found.stability or 0, 2) == 10.96


@pytest.mark.parametrize(
    ("day", "room", "new_room"),
    [
        (Day(cap=40, new_limit=10), 40, 10),
        (Day(cap=40, new_limit=10, done=36, new_done=4), 4, 4),
        (Day(cap=40, new_limit=10, done=12, new_done=10), 28, 0),
        (Day(cap=40, new_limit=10, done=40), 0, 0),
        (Day(cap=40, new_limit=10, overdue=15), 55, 10),
        (Day(cap=40, new_limit=10, overdue=300), 80, 10),
        (Day(cap=40, new_limit=10, overdue=300, done=80), 0, 0),
    ],
)
def test_a_day_offers_its_cap_and_of_a_backlog_as_many_again(day: Day, room: int, new_room: int) -> None:
    assert (day.room, day.new_room) == (room, new_room)


@pytest.mark.parametrize(
    ("due", "waiting", "offered"),
    [
        ([Cards(3, 0), Cards(0, 0)], Cards(0, 0), [3, 0]),
        ([Cards(0, 12), Cards(0, 0)], Cards(0, 0), [10, 2]),  # new ones wait for their limit
        ([Cards(45, 0), Cards(0, 0)], Cards(0, 0), [40, 5]),
        ([Cards(0, 0)] * 3, Cards(100, 5), [80, 25, 0]),  # of a backlog twice the cap, and new ones after it
        ([Cards(35, 10), Cards(0, 0)], Cards(0, 0), [40, 5]),
    ],
)
def test_what_a_day_leaves_is_offered_by_the_next(due: list[Cards], waiting: Cards, offered: list[int]) -> None:
    assert scheduling.forecast(due, waiting, cap=40, new_limit=10) == offered


def test_intervals_are_said_in_words() -> None:
    said = [scheduling.in_words(found, now=at(4), zone=NAIROBI) for found in (FORGOTTEN, KNOWN)]
    assert said == ["10 min", "0 days"]
    for days, words in ((1, "1 day"), (59, "59 days"), (61, "2 months"), (365, "1 year")):
        known = Memory(Stage.REVIEW, at(4, 1) + timedelta(days=days))
        assert scheduling.in_words(known, now=at(4), zone=NAIROBI) == words
