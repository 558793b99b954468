"""After a result one goes on: what was missed is practiced again, and what is chosen, by pages alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes.models import Attempt, AttemptEvent, Classroom, Question, Quiz, User
from tests import factories, saving
from tests.clocks import stopped_at
from tests.pages import CONFIRMED, browser, read

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def follow(client: Client, address: str, **posted: object) -> str:
    """Post, and read the page that it leads to."""
    return read(client.post(address, posted, follow=True))


def practiced(learner: User) -> list[int]:
    """The questions of the newest practice that they put together."""
    attempt = Attempt.objects.filter(learner=learner, quiz__slug=Quiz.OWN_PRACTICE).latest("pk")
    return sorted(attempt.answers.values_list("version__question", flat=True))


def test_what_was_missed_is_practiced_and_then_is_missed_no_more(learner: User, now: datetime) -> None:
    client, quiz = browser(learner), factories.quiz(5)
    missed = sorted(quiz.items.order_by("position").values_list("question", flat=True)[1:])
    with stopped_at(now) as clock:
        first = factories.attempt(learner, quiz, now=now, right=1, submit=True)
        result = read(client.get(f"/attempts/{first.pk}/result/"))
        assert "Practice these 4" in result
        assert "last time" not in result

        assert "Question 1" in follow(client, "/practice/start/", attempt=first.pk)
        assert practiced(learner) == missed
        clock.shift(timedelta(minutes=1))
        practice = Attempt.objects.latest("pk")
        for slot in (1, 2):
            right = {f"q{slot}-choice": right_of(practice, slot), f"q{slot}-revision": 0, "go": f"check:{slot}"}
            client.post(f"/attempts/{practice.pk}/questions/{slot}/", right)
        client.post(f"/attempts/{practice.pk}/submit/", CONFIRMED)
        assert "Practice something else" in read(client.get(f"/attempts/{practice.pk}/result/"))

        assert "Only 2 questions match" in read(client.get("/practice/?only=missed"))
        clock.shift(timedelta(minutes=1))
        second = factories.attempt(learner, quiz, now=now + timedelta(minutes=2), right=3, submit=True)
        assert "2 points more than last time." in read(client.get(f"/attempts/{second.pk}/result/"))
        assert "Only 2 questions match" in read(client.get("/practice/?only=missed"))


def right_of(attempt: Attempt, slot: int) -> int:
    """Where the first option, the key, stands in an attempt whose options are shuffled."""
    return int(attempt.answers.get(slot=slot).layout.index(0))


def test_practice_is_chosen_by_topic_and_counts_what_matches(learner: User, now: datetime) -> None:
    client = browser(learner)
    for slug, count in (("council", 3), ("budget", 2)):
        for _number in range(count):
            factories.question(topic=factories.topic(slug), difficulty="hard" if count == 3 else "easy")
    assert "3 questions match" in read(client.get("/practice/?topic=council&number=2"))
    assert "Practice 2 questions" in read(client.get("/practice/?topic=council&number=2"))
    assert "Only 2 questions match" in read(client.get("/practice/?difficulty=easy"))
    assert "Practice 1 question" in read(client.get("/practice/?number=0"))  # the least there is, not the usual ten
    assert "You have missed none of these" in read(client.get("/practice/?only=missed"))
    assert "No question matches" in read(client.get("/practice/?topic=budget&difficulty=hard"))
    assert "Only 5 questions match" in read(client.get("/practice/?topic=nowhere&number=x"))  # what is not known is any

    counted = client.post("/practice/start/", {"topic": "council", "number": "2", "count": "yes"})
    assert counted["Location"] == "/practice/?topic=council&number=2"
    with stopped_at(now) as clock:
        follow(client, "/practice/start/", topic="council", number=2)
        assert len(practiced(learner)) == 2
        clock.shift(timedelta(minutes=1))
        follow(client, "/practice/start/", topic="budget")
    assert practiced(learner) == sorted(Question.objects.filter(topic__slug="budget").values_list("pk", flat=True))
    assert Attempt.objects.taken_by(learner).in_progress().count() == 1  # the first was handed in


def test_what_practice_did_not_come_to_is_not_missed(learner: User, now: datetime) -> None:
    factories.published(3)
    client = browser(learner)
    with stopped_at(now):
        follow(client, "/practice/start/")
        practice = Attempt.objects.get()
        wrong = {"q1-choice": (right_of(practice, 1) + 1) % 4, "q1-revision": 0}
        client.post(f"/attempts/{practice.pk}/questions/1/check/", wrong)
        client.post(f"/attempts/{practice.pk}/submit/", CONFIRMED)
        assert "Only 1 question matches" in read(client.get("/practice/?only=missed"))
        assert "Only 2 questions match" in read(client.get("/practice/?only=unseen"))


def test_a_result_of_practice_offers_as_many_as_it_starts(learner: User, now: datetime) -> None:
    factories.published(4)
    client = browser(learner)
    with stopped_at(now) as clock:
        follow(client, "/practice/start/")
        practice = Attempt.objects.get()
        here, right = f"/attempts/{practice.pk}/questions", right_of(practice, 1)
        wrong_then_right = [((right + 1) % 4, 0), (right, 1)]
        for choice, revision in wrong_then_right:
            client.post(f"{here}/1/check/", {"q1-choice": choice, "q1-revision": revision})
        client.post(f"{here}/2/check/", {"q2-choice": (right_of(practice, 2) + 1) % 4, "q2-revision": 0})
        client.post(f"{here}/3/show/", {"q3-revision": 0})  # given up; the fourth is not looked at
        client.post(f"/attempts/{practice.pk}/submit/", CONFIRMED)
        assert "Practice these 2" in read(client.get(f"/attempts/{practice.pk}/result/"))
        clock.shift(timedelta(minutes=1))
        follow(client, "/practice/start/", attempt=practice.pk)
    assert practiced(learner) == sorted(
        practice.answers.filter(slot__in=(2, 3)).values_list("version__question", flat=True)
    )


def test_pressing_twice_starts_one_practice(learner: User) -> None:
    factories.published(3)
    client = browser(learner)
    addresses = {client.post("/practice/start/", {"number": 2})["Location"] for _press in range(2)}
    assert len(addresses) == 1


def test_practice_that_runs_is_handed_in_only_after_asking(learner: User, now: datetime) -> None:
    for slug in ("council", "budget"):
        for _number in range(2):
            factories.question(topic=factories.topic(slug))
    client = browser(learner)
    with stopped_at(now) as clock:
        follow(client, "/practice/start/", topic="council")
        first = Attempt.objects.get()
        clock.shift(timedelta(minutes=1))
        wrong = {"q1-choice": (right_of(first, 1) + 1) % 4, "q1-revision": 0}
        client.post(f"/attempts/{first.pk}/questions/1/check/", wrong)
        page = follow(client, "/practice/start/", topic="budget", number=1)
        assert "Practice: Council, 1 of 2 answered." in page
        assert f'href="/attempts/{first.pk}/"' in page
        assert re.search(r'name="topic" value="budget">\s*<input type="hidden" name="number" value="1"', page)
        assert "“Practice: Council” is in progress, 1 of 2 answered." in read(client.get("/practice/"))
        first.refresh_from_db()
        assert first.is_in_progress

        assert "Question 1" in follow(client, "/practice/start/", topic="budget", number=1, confirmed="yes")
        first.refresh_from_db()
        assert not first.is_in_progress
        assert client.get("/practice/running/?topic=budget").status_code == 200
        clock.shift(timedelta(minutes=1))
        page = follow(client, "/practice/start/", topic="council")  # nothing was answered: nothing to ask
        assert '<p class="title">Practice: Council</p>' in page
        client.post(f"/attempts/{Attempt.objects.latest('pk').pk}/questions/1/show/", {"q1-revision": 0})
        assert "Practice: Council, 1 of 2 answered." in follow(client, "/practice/start/", topic="budget")


def test_practice_is_called_by_what_it_is_of(learner: User, now: datetime) -> None:
    council = [factories.question(topic=factories.topic("council"), difficulty="hard") for _number in range(2)]
    client = browser(learner)
    with stopped_at(now) as clock:
        missed = factories.attempt(learner, factories.quiz(council, title="Midterm"), now=now, submit=True)
        for wish in ({"attempt": missed.pk}, {"topic": "council", "only": "missed", "difficulty": "hard"}, {}):
            clock.shift(timedelta(minutes=1))
            follow(client, "/practice/start/", confirmed="yes", **wish)
            running = Attempt.objects.latest("pk")
            saving.save(running.pk, learner, slot=1, fields=factories.WRONG, revision=1, now=running.started_at)
        AttemptEvent.objects.filter(attempt__number=3, kind="started").delete()  # from before names were kept
        older = Attempt.objects.latest("pk")
        page, today = read(client.get("/attempts/")), read(client.get("/"))
        client.post(f"/attempts/{older.pk}/submit/", CONFIRMED)
        result = read(client.get(f"/attempts/{older.pk}/result/"))
    named = re.findall(r'row"><a href="/attempts/\d+/">([^<]+)</a>', page)
    assert named[:4] == [
        "Practice: Council",
        "Practice: Council, questions you missed, hard",
        "Practice: what you missed in “Midterm”",
        "Midterm",
    ]
    assert page.count("<small>attempt 1</small>") == 1  # practice has no number, and the date in its column
    assert "Practice: Council" in today
    assert "Practice: Council" in result


def test_counts_of_what_was_missed_are_what_a_click_gives(learner: User, classroom: Classroom, now: datetime) -> None:
    topic = factories.topic("council")
    asked = [factories.question(topic=topic) for _number in range(14)]
    essay = factories.question({"stem": "Discuss.", "explanation": ""}, type="essay", topic=topic)
    quiz = factories.quiz([*asked, essay])
    client = browser(learner)
    with stopped_at(now + timedelta(hours=1)):
        attempt = factories.attempt(learner, quiz, now=now, submit=True)
        attempt.answers.filter(slot=15).update(fraction=0, exact_fraction=0)
        archived, kept, secret = asked[:3]
        Question.objects.filter(pk=archived.pk).update(is_archived=True)
        Question.objects.filter(pk=kept.pk).update(is_kept_for_exams=True)
        factories.assignment(classroom, factories.quiz([secret], feedback="exam"), closes_at=now + DAY)

        assert "Practice the 11 you missed" in read(client.get("/topics/council/"))
        assert re.search(r"only=missed[^>]*>11 questions</a>", read(client.get("/progress/")))
        assert "11 questions missed" in read(client.get("/progress/"))
        assert "11 questions match" in read(client.get("/practice/?topic=council&only=missed"))
        page = read(client.get(f"/attempts/{attempt.pk}/result/"))
        assert "Practice these 11" in page
        posted = dict(re.findall(r'name="(attempt|number)" value="(\d+)"', page))
        follow(client, "/practice/start/", **posted)
    assert len(practiced(learner)) == 11


def test_nobody_else_practices_what_was_missed_in_an_attempt(learner: User, stranger: User, now: datetime) -> None:
    theirs = factories.attempt(learner, factories.quiz(3), now=now, submit=True)
    page = follow(browser(stranger), "/practice/start/", attempt=theirs.pk)
    assert "No question matches now" in page
    assert not Attempt.objects.taken_by(stranger).exists()


@pytest.mark.parametrize("only", ["", "missed", "unseen", "flagged"])
def test_practice_asks_nothing_that_an_exam_keeps_secret(
    learner: User, classroom: Classroom, now: datetime, only: str
) -> None:
    exam = factories.quiz(4, feedback="exam", is_open_to_all=False)
    given = factories.assignment(classroom, exam, opens_at=now - DAY, closes_at=now + DAY)
    attempt = factories.attempt(learner, exam, assignment=given, now=now, submit=True)
    attempt.answers.update(is_flagged=True)
    client = browser(learner)
    with stopped_at(now + timedelta(hours=1)):
        assert "Practice these" not in read(client.get(f"/attempts/{attempt.pk}/result/"))
        assert "No question matches" in read(client.get(f"/practice/?only={only}"))
        assert "No question matches" in read(client.get(f"/practice/?attempt={attempt.pk}"))
    with stopped_at(now + 2 * DAY):
        assert "Practice these 4" in read(client.get(f"/attempts/{attempt.pk}/result/"))
        expected = "No question matches" if only == "unseen" else "Only 4 questions match"
        assert expected in read(client.get(f"/practice/?only={only}"))


def test_practice_asks_nothing_that_a_running_attempt_asks(learner: User, now: datetime) -> None:
    factories.attempt(learner, factories.quiz(2), now=now)
    assert "No question matches" in read(browser(learner).get("/practice/"))


def test_what_is_built_in_stands_in_no_list(learner: User, instructor: User) -> None:
    factories.published(2)
    follow(browser(learner), "/practice/start/")
    assert "Your practice" not in read(browser(learner).get("/quizzes/"))
    assert browser(learner).get(f"/quizzes/{Quiz.OWN_PRACTICE}/")["Location"] == "/practice/"
    assert not Quiz.objects.usable_by(instructor).exists()
    instructor.is_superuser = True
    assert not Quiz.objects.shown_to(instructor).exists()


def test_choosing_takes_as_many_statements_however_much_was_done(learner: User, now: datetime) -> None:
    client = browser(learner)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/practice/?only=missed&topic=topic")
        return len(captured.captured_queries)

    factories.attempt(learner, factories.quiz(2), now=now, submit=True)
    few = statements()
    for _number in range(4):
        factories.attempt(learner, factories.quiz(3), now=now, submit=True)
    assert statements() <= few <= 14


def test_a_practice_page_reads_its_note(learner: User) -> None:
    note = factories.note()
    question = factories.question()
    question.places.create(source=factories.source(), paragraph=1)
    factories.question()
    page = read(browser(learner).get(f"/practice/?note={note.slug}"))
    assert re.search(r"Only 1 question matches", page)
    assert f"About “{note.title}”" in page
