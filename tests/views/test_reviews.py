"""The review deck over HTTP: from a missed question to the end of a day."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes.models import Classroom, Question, ReviewCard, ReviewLog, ReviewSettings, User
from quizzes.reports import review_cards
from quizzes.services import missed, reviews
from tests import factories
from tests.browser import samples
from tests.pages import browser, read


@pytest.fixture
def deck(learner: User, now: datetime) -> Client:
    """A learner who missed both questions of a quiz yesterday."""
    factories.attempt(learner, factories.quiz(2), now=now - timedelta(days=1), submit=True)
    missed.collect(learner, now=now)
    return browser(learner)


pytestmark = pytest.mark.usefixtures("clock")


DAY = timedelta(days=1)


def asked(client: Client, address: str = "/review/next/") -> dict[str, str]:
    """The hidden fields of the card that is asked."""
    return dict(re.findall(r'name="(card|number|version)" value="(\d+)"', read(client.get(address))))


def answered(client: Client, *, choice: str = "", sure: str = "yes", **more: str) -> str:
    """Answer the card that is asked; returns the page of the answer."""
    fields = asked(client)
    if choice:  # the text of the option
        page = client.get("/review/next/").content.decode()
        position = re.search(
            rf'value="(\d)"[^>]*>\s*<span class="letter">\w</span>\s*<span class="opt-text">{choice}', page
        )
        assert position
        fields["q1-choice"] = position[1]
    response = client.post("/review/check/", {"sure": sure} | fields | more)
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])


def test_a_missed_question_comes_back_the_next_day_and_is_done(deck: Client, learner: User, now: datetime) -> None:
    assert "2 questions to review" in read(deck.get("/review/"))
    page = read(deck.get("/review/next/"))
    assert "1 of 2" in page
    first = answered(deck, choice="the key")
    page = read(deck.get(first))
    assert "Right" in page
    assert "Because the source says so." in page
    assert re.findall(r"<b>(\w+)</b> <span>([\w ]+)</span>", page) == [
        ("Again", "1 day"),
        ("Hard", "1 day"),
        ("Good", "2 days"),
        ("Easy", "3 days"),
    ]
    assert re.search(r'btn-primary" name="grade" value="3"', page)
    assert deck.post(first, {"grade": "4"}).headers["Location"] == "/review/next/"
    assert ReviewLog.objects.get().grade == 4
    assert "2 of 2" in read(deck.get("/review/next/"))
    assert "Ask it again today" not in page
    second = answered(deck, choice="distractor 1")
    page = read(deck.get(second))
    assert "Not quite: the key" in page
    assert "Ask it again today" in page
    deck.post(second, {"grade": "1"})
    assert "Done for today" in read(deck.get("/review/next/"))
    deck.post(second, {"today": "yes"})
    again = read(deck.get("/review/next/"))  # what was forgotten comes back at the end
    assert "2 of 2" in again
    deck.post(answered(deck, choice="the key", sure="no"), {"grade": "2"})
    end = read(deck.get("/review/next/"))
    assert "You reviewed 2 questions." in end
    assert "2 of 3 answers were right." in end
    assert "Next: 1 question on Tue, Mar 3." in end


def test_a_card_of_a_large_deck_takes_five_statements(client: Client, learner: User, now: datetime) -> None:
    """With session and person. `python -m tests.benchmarks.review_queue` measures it at 10,000 cards."""
    questions = factories.published(300)
    known = {"stage": 2, "is_new": False, "stability": 5, "difficulty": 5, "reviews": 1}
    ReviewCard.objects.bulk_create(
        ReviewCard(learner=learner, question=question, due_at=now, created_at=now, reviewed_at=now - 9 * DAY, **known)
        for question in questions
    )
    client.force_login(learner)
    client.get("/review/next/")
    with CaptureQueriesContext(connection) as captured:
        assert "1 of 40" in read(client.get("/review/next/"))
    assert len(captured) <= 5


def test_an_answer_without_a_choice_comes_back_and_i_dont_know_shows_the_answer(deck: Client) -> None:
    fields = asked(deck)
    page = deck.post("/review/check/", fields)
    assert page.status_code == 400
    assert "Give an answer first" in page.content.decode()
    answer = deck.post("/review/unknown/", fields).headers["Location"]
    assert "The answer: the key" in read(deck.get(answer))
    again = deck.post("/review/check/", fields | {"q1-choice": "0"})  # from another tab
    assert again.headers["Location"] == answer


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("numeric", {"q1-text": "about seven"}), ("cloze", {"q1-gap-0": "UNTSO", "q1-gap-1": "about 1948"})],
)
def test_what_cannot_be_read_is_told_at_its_field_and_is_no_answer(
    learner: User, now: datetime, kind: str, typed: dict[str, str]
) -> None:
    client = browser(learner)
    reviews.add(learner, samples.quiz(kind).items.get().question, now=now)
    page = client.post("/review/check/", asked(client) | typed).content.decode()
    assert "see the note at the field" in page
    assert "Give an answer first" not in page
    assert not ReviewLog.objects.exists()


@pytest.mark.parametrize("kind", [kind for kind in samples.STEMS if kind != "essay"])
def test_every_type_that_marks_itself_is_asked_checked_and_explained(learner: User, now: datetime, kind: str) -> None:
    [item] = samples.quiz(kind).items.all()
    card = reviews.add(learner, item.question, now=now)
    client = browser(learner)
    question = review_cards.asked(card.pk, 1, item.question.versions.get().pk)
    right = question.posted(question.version.kind.model_response(question.version.parsed))
    fields = asked(client) | {f"q1-{name}": values for name, values in right.items()}
    answer = client.post("/review/check/", fields)
    assert ">Right</b>" in read(client.get(answer.headers["Location"])).replace("<b> ", "<b>")
    assert ReviewLog.objects.get().grade == 3


def test_undo_asks_the_question_again(deck: Client) -> None:
    first = asked(deck)
    answered(deck, choice="the key")
    back = deck.post("/review/undo/")
    assert back.headers["Location"] == f"/review/next/?card={first['card']}"
    assert asked(deck, back.headers["Location"]) == first
    assert not ReviewLog.objects.exists()
    answered(deck, choice="the key")
    Question.objects.filter(review_cards=first["card"]).update(is_archived=True)
    assert deck.post("/review/undo/").headers["Location"] == "/review/next/"  # it is not asked any more


def test_not_today_and_not_again(deck: Client) -> None:
    first = ReviewCard.objects.get(pk=asked(deck)["card"])
    deck.post(f"/review/cards/{first.pk}/bury/")
    second = ReviewCard.objects.get(pk=asked(deck)["card"])
    deck.post(f"/review/cards/{second.pk}/suspend/")
    assert deck.get("/review/next/").status_code == 302
    assert "is right?" in read(deck.get("/review/suspended/"))
    deck.post(f"/review/cards/{second.pk}/resume/")
    assert asked(deck)["card"] == str(second.pk)


def test_any_question_of_a_result_can_be_added(learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(2), now=now, right=1, submit=True)
    client = browser(learner)
    page = read(client.get(f"/attempts/{attempt.pk}/result/"))
    assert page.count("In your review deck") == 1  # the one that was missed
    [address] = re.findall(r'action="(/review/add/[^"]+)"', page)
    client.post(address)
    assert read(client.get(f"/attempts/{attempt.pk}/result/")).count("In your review deck") == 2
    assert 'Review <span class="count">1</span>' in read(client.get("/help/"))


def test_what_practice_has_explained_can_be_added_and_what_it_missed_is_there(learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(2, feedback="practice"), now=now)
    client = browser(learner)
    page = f"/attempts/{attempt.pk}/questions/"
    client.post(f"{page}1/check/", {"page": "1", "q1-revision": "0", "q1-choice": "0"})
    assert "Add to review" in read(client.get(f"{page}1/"))
    assert client.post(f"{page}1/to-deck/", {"page": "1"}).headers["Location"] == f"{page}1/"
    assert "In your review deck" in read(client.get(f"{page}1/"))
    client.post(f"{page}2/show/", {"page": "2", "q2-revision": "0"})
    assert "In your review deck" in read(client.get(f"{page}2/"))


def test_a_question_that_an_exam_asks_now_is_not_shown_where_it_was_answered(
    deck: Client, learner: User, classroom: Classroom, now: datetime
) -> None:
    answer = answered(deck, choice="the key")
    question = ReviewLog.objects.get().card.question
    factories.assignment(classroom, factories.quiz([question], feedback="exam"), closes_at=now + DAY)
    assert deck.get(answer).headers["Location"] == "/review/next/"
    assert str(question.versions.get().stem) not in read(deck.get("/review/next/"))


def test_the_empty_deck_names_the_first_step_and_settings_are_kept(learner: User) -> None:
    client = browser(learner)
    assert "What you miss comes back here" in read(client.get("/review/"))
    given = {"daily_cap": "20", "new_limit": "5", "retention": "95", "is_on": "on"}
    assert client.post("/review/settings/", given).status_code == 302
    assert client.post("/review/settings/", given | {"daily_cap": "101"}).status_code == 200
    settings = ReviewSettings.objects.get()
    assert (settings.daily_cap, settings.retention, settings.has_keys) == (20, 95, False)


def test_a_deck_that_is_off_plans_nothing(deck: Client, learner: User, now: datetime) -> None:
    reviews.bury(ReviewCard.objects.select_related("learner")[0], now=now)
    assert "The next days" in read(deck.get("/review/"))
    reviews.change_settings(learner, is_on=False)
    page = read(deck.get("/review/"))
    assert "Review is off" in page
    assert "The next days" not in page
