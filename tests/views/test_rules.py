"""The page of a quiz's rules, with the ways to take it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from quizzes.models import User
from tests import factories
from tests.clocks import Clock
from tests.pages import browser, read

DAY = timedelta(days=1)


def test_what_one_can_start_stands_before_what_opens_later_and_what_is_closed(
    learner: User, now: datetime, clock: Clock
) -> None:
    quiz = factories.quiz(is_open_to_all=False)
    for name, opens, closes in (("Closed", -9, -2), ("Later", 2, 4), ("Open", -1, 1)):
        room = factories.classroom(name=name, students=[learner])
        factories.assignment(room, quiz, opens_at=now + opens * DAY, closes_at=now + closes * DAY)
    page = read(browser(learner).get(f"/quizzes/{quiz.slug}/"))
    places = [page.index(f"<h2>{name}</h2>") for name in ("Open", "Later", "Closed")]
    assert places == sorted(places)


def test_the_page_says_what_an_exam_holds_back_in_place_of_a_start(learner: User, now: datetime, clock: Clock) -> None:
    asked, free = factories.published(2)
    exam = factories.quiz([asked], title="Midterm", feedback="exam")
    factories.assignment(factories.classroom(students=[learner]), exam, opens_at=now + DAY, closes_at=now + 2 * DAY)
    homework, practice = factories.quiz([asked]), factories.quiz([asked, free], feedback="practice")

    def rules(slug: str) -> str:
        return read(browser(learner).get(f"/quizzes/{slug}/"))

    assert "opens again after “Midterm”, Wed, Mar 4, 9:00 a.m." in rules(homework.slug)
    assert "Start</button>" not in rules(homework.slug)
    assert "1 question is held back until after “Midterm”, Wed, Mar 4, 9:00 a.m." in rules(practice.slug)
    assert "Start</button>" in rules(practice.slug)
    assert "You can take it on your own after Wed, Mar 4, 9:00 a.m." in rules(exam.slug)
    assert homework.title not in read(browser(learner).get("/"))  # not suggested either


def test_the_main_way_to_start_is_the_one_that_counts(learner: User, now: datetime, clock: Clock) -> None:
    quiz = factories.quiz()
    for name, due in (("Later", 9), ("10B", 2)):
        factories.assignment(factories.classroom(name=name, students=[learner]), quiz, due_at=now + due * DAY)
    page = read(browser(learner).get(f"/quizzes/{quiz.slug}/"))
    assert page.count("btn-primary") == 1
    words = [
        'btn-primary btn-lg">Start for 10B</button>',
        "Counts for the class, due Wed, Mar 4.",
        'btn">Start for Later</button>',
        "Counts for the class, due Wed, Mar 11.",
        'btn">Practice on your own</button>',
        "Doesn’t count for a class.",
    ]
    places = [page.index(word) for word in words]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({}, "Counts for the class."),
        ({"due_at": -1}, "Counts for the class, was due Sun, Mar 1."),
        ({"feedback": "practice"}, ""),
        ({"feedback": "survey"}, ""),
    ],
)
def test_a_start_says_whether_it_counts(
    learner: User, now: datetime, clock: Clock, fields: dict[str, Any], note: str
) -> None:
    quiz = factories.quiz(is_open_to_all=False)
    terms = {name: now + value * DAY if name == "due_at" else value for name, value in fields.items()}
    factories.assignment(factories.classroom(name="10B", students=[learner]), quiz, **terms)
    page = " ".join(read(browser(learner).get(f"/quizzes/{quiz.slug}/")).split())
    assert f'Start for 10B</button> <span class="muted">{note}</span>' in page


def test_self_study_is_secondary_while_the_class_has_not_begun(learner: User, now: datetime, clock: Clock) -> None:
    quiz = factories.quiz()
    factories.assignment(factories.classroom(name="10B", students=[learner]), quiz, opens_at=now + DAY)
    page = read(browser(learner).get(f"/quizzes/{quiz.slug}/"))
    assert "btn-primary" not in page
    assert page.index("<h2>10B</h2>") < page.index("Practice on your own</button>")
