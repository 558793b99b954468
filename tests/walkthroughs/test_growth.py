"""Growth: what a learner has shown, by topic and by quiz, and what it does not tell."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes.models import Attempt, Classroom, Quiz, Unit, User
from tests import factories
from tests.clocks import stopped_at
from tests.pages import browser, read

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def about(topic: str, count: int, **fields: object) -> Quiz:
    """A quiz with so many questions about one topic."""
    asked = [factories.question(topic=factories.topic(topic)) for _number in range(count)]
    for question in asked:
        question.places.create(source=factories.source(f"on-{topic}"), paragraph=1)
    return factories.quiz(asked, **fields)


def words_of(page: str, name: str) -> str:
    """What a page says of a topic, source or unit: the words at the end of its row."""
    row = re.search(rf'class="growth-name" href="[^"]+">{re.escape(name)}</a>.*?growth-words">(.*?)</span>', page)
    return row[1] if row else ""


def test_progress_is_told_by_topic_source_and_quiz_from_first_answers(learner: User, now: datetime) -> None:
    client = browser(learner)
    council, budget = about("council", 6), about("budget", 2)
    with stopped_at(now + 3 * DAY):
        assert "after your first quiz" in read(client.get("/progress/"))
        factories.attempt(learner, council, now=now, right=3, submit=True)
        factories.attempt(learner, council, now=now + DAY, right=6, submit=True)  # known by then: no first answers
        factories.attempt(learner, budget, now=now + 2 * DAY, submit=True)
        page = read(client.get("/progress/"))
        topic, source = read(client.get("/topics/council/")), read(client.get("/sources/on-budget/"))
    assert "You: about 50%, from 6 first answers." in topic
    assert "the one you missed" not in topic  # it is known by now
    assert "You: few answers yet, from 2 first answers." in source
    assert "Practice the 2 you missed" in source
    assert words_of(page, "Council") == words_of(page, "On-Council") == "about 50%"
    assert words_of(page, "Budget") == "few answers yet"
    assert page.index("What to do next") < page.index(">Budget</a>")
    assert "/practice/?topic=budget&amp;only=missed" in page
    row = re.sub(r"<[^>]+>", " ", page.partition(f">{council.title}</a>")[2].partition("</tr>")[0])
    assert row.split()[:3] == ["100%", "100%", "2"]
    assert "27 to 73%" in page


def test_the_units_of_what_was_asked_grow_with_it(learner: User, now: datetime) -> None:
    unit = Unit.objects.get(notes=factories.study())
    asked = factories.question()
    asked.places.create(source=factories.source(), paragraph=1)
    factories.attempt(learner, factories.quiz([asked]), now=now, right=1, submit=True)
    with stopped_at(now):
        assert words_of(read(browser(learner).get("/progress/")), unit.title) == "few answers yet"


def test_no_figure_tells_what_an_exam_has_not_revealed(learner: User, classroom: Classroom, now: datetime) -> None:
    exam = about("secrets", 8, feedback="exam", is_open_to_all=False)
    given = factories.assignment(classroom, exam, opens_at=now - DAY, closes_at=now + DAY)
    factories.attempt(learner, exam, assignment=given, now=now, right=8, submit=True)
    client = browser(learner)
    with stopped_at(now + timedelta(hours=1)):
        page, home = read(client.get("/progress/")), read(client.get("/"))
        assert "not out yet" in page
        for text in (page, home):
            assert "Secrets" not in text
            assert "100%" not in text
            assert "Points" not in text
    with stopped_at(now + 2 * DAY):
        assert words_of(read(client.get("/progress/")), "Secrets") == "100%"
        assert re.search(r"Points</dt> <dd>8 of 8", read(client.get("/")))


def test_the_first_page_shows_the_week_and_the_topics(learner: User, now: datetime) -> None:
    client = browser(learner)
    factories.attempt(learner, about("before", 2), now=now - 7 * DAY, right=2, submit=True)
    with stopped_at(now + timedelta(hours=1)):
        factories.attempt(learner, about("council", 5), now=now, right=5, submit=True)
        page = read(client.get("/"))
    assert re.search(r"Questions</dt> <dd>5, 3 more than last week</dd>", page)
    assert re.search(r"Points</dt> <dd>5 of 5</dd>", page)
    assert words_of(page, "Council") == "100%"
    assert re.search(r'class="day done today" aria-current="date"> <span class="day-name">Mon', page)


def test_a_newcomer_sees_one_button(stranger: User, learner: User, classroom: Classroom) -> None:
    factories.quiz(title="First steps")
    for person in (stranger, learner):
        page = read(browser(person).get("/")).partition("<main")[2].partition("</main>")[0]
        assert len(re.findall(r'class="btn|<button', page)) == 1, page
        assert "First steps" in page
    Quiz.objects.all().delete()
    page = read(browser(stranger).get("/")).partition("<main")[2].partition("</main>")[0]
    assert len(re.findall(r'class="btn|<button', page)) == 1
    assert "Enter the code" in page


def test_what_is_to_review_comes_before_something_new(learner: User, now: datetime) -> None:
    client = browser(learner)
    factories.quiz(title="Something new")
    missed = factories.attempt(learner, factories.quiz(3), now=now - 3 * DAY, submit=True)
    with stopped_at(now):
        client.get(f"/attempts/{missed.pk}/result/")
        client.get("/review/")
        page = read(client.get("/"))
    assert "Next, about 1 minute" in page
    assert page.index("Review 3 questions") < page.index("Something new")


@pytest.mark.parametrize("path", ["/", "/progress/"])
def test_pages_of_growth_take_as_many_statements_however_much_was_done(learner: User, now: datetime, path: str) -> None:
    client = browser(learner)
    factories.quiz(3)

    def statements(client: Client = client) -> int:
        client.get(path)  # what was missed goes into the deck
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured.captured_queries)

    factories.attempt(learner, about("one", 2), now=now, submit=True)
    few = statements()
    for number in range(5):
        factories.attempt(learner, about(f"topic-{number}", 3), now=now, right=1, submit=True)
    assert statements() <= few <= 26
    assert Attempt.objects.count() == 6
