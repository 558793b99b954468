"""A student's story over plain HTTP, as a browser without scripts tells it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from quizzes.models import Attempt, Quiz, User
from tests import factories
from tests.clocks import stopped_at
from tests.pages import CONFIRMED

PASSWORD = "a-long-enough-password"


@pytest.fixture
def quiz(db: None) -> Quiz:
    row = factories.quiz(questions=3, title="Who decides?", time_limit=40, pass_mark=60, attempts_allowed=2)
    for question in (item.question for item in row.items.all()):
        question.places.create(source=factories.source("charter"), paragraph=5, evidence="some words")
    return row


@pytest.fixture
def student(client: Client, learner: User, quiz: Quiz) -> Client:
    client.force_login(learner)
    return client


def start(student: Client, quiz: Quiz) -> Attempt:
    student.post(f"/quizzes/{quiz.slug}/start/")
    return Attempt.objects.get()


def answer(
    student: Client, attempt: Attempt, slot: int, position: int, *, revision: int = 0, verb: str = "advance/"
) -> str:
    """Press a button of a question's page; the address it leads to."""
    fields = {f"q{slot}-choice": str(position), f"q{slot}-revision": str(revision)}
    response = student.post(f"/attempts/{attempt.pk}/questions/{slot}/{verb}", fields)
    return response.headers.get("Location", str(response.status_code))


def test_from_sign_up_to_the_result(client: Client, quiz: Quiz, now: datetime) -> None:
    with stopped_at(now):
        fields = {"first_name": "Nadia", "email": "nadia@example.org", "password1": PASSWORD}
        assert client.post("/accounts/signup/", fields).status_code == 302
        listing = client.get("/quizzes/").content.decode()
        assert "Who decides?" in listing
        assert "3 questions" in listing
        assert "40 min" in listing
        rules = client.get(f"/quizzes/{quiz.slug}/").content.decode()
        for words in ("40 minutes", "2 of 2 left", "60%", "as soon as you submit"):
            assert words in rules
        attempt = start(client, quiz)
        assert "Question 1 of 3" in client.get(f"/attempts/{attempt.pk}/questions/1/").content.decode()
        assert answer(client, attempt, 1, 0) == f"/attempts/{attempt.pk}/questions/2/"
        fields = {"page": "2", "q2-choice": "0", "q2-revision": "0"}
        review = client.post(f"/attempts/{attempt.pk}/review/", fields)
        assert review.headers["Location"] == f"/attempts/{attempt.pk}/summary/"
        assert "1 question is still unanswered" in client.get(f"/attempts/{attempt.pk}/summary/").content.decode()
    with stopped_at(now + timedelta(minutes=14, seconds=20)):
        client.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED)
        result = client.get(f"/attempts/{attempt.pk}/result/").content.decode()
        assert "2 of 3" in client.get("/attempts/").content.decode()
    for words in (
        "Passed. 1 to look at again.",
        "14 min 20 s",
        "2 of 3 points",
        "Because the source says so.",
        "Charter",
        "paragraph 5",
    ):
        assert words in result


class TestStarting:
    def test_twice_gives_one_attempt_and_the_same_page(self, student: Client, quiz: Quiz) -> None:
        pages = [student.post(f"/quizzes/{quiz.slug}/start/").headers["Location"] for _time in range(2)]
        assert pages[0] == pages[1]
        assert Attempt.objects.count() == 1

    def test_by_an_address_alone_starts_nothing(self, student: Client, quiz: Quiz) -> None:
        assert student.get(f"/quizzes/{quiz.slug}/start/").status_code == 405
        assert not Attempt.objects.exists()

    def test_a_third_time_of_two_is_refused_with_a_sentence(self, student: Client, quiz: Quiz) -> None:
        for _time in range(2):
            student.post(f"/quizzes/{quiz.slug}/start/")
            student.post(f"/attempts/{Attempt.objects.latest('pk').pk}/submit/", CONFIRMED)
        refused = student.post(f"/quizzes/{quiz.slug}/start/")
        assert refused.status_code == 403
        assert "You have used all 2 attempts" in refused.content.decode()

    def test_an_empty_quiz_says_so(self, student: Client) -> None:
        empty = factories.quiz(questions=0)
        refused = student.post(f"/quizzes/{empty.slug}/start/")
        assert refused.status_code == 403
        assert "no questions yet" in refused.content.decode()
        assert not Attempt.objects.exists()


class TestAnswering:
    def test_all_on_one_page_saves_only_what_changed(self, student: Client, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        fields = {f"q{slot}-revision": "0" for slot in (1, 2, 3)} | {"q2-choice": "1"}
        assert student.post(f"/attempts/{attempt.pk}/all/", fields).status_code == 302
        assert list(attempt.answers.values_list("response", "revision")) == [(None, 0), (1, 1), (None, 0)]

    def test_a_page_left_and_opened_elsewhere_shows_the_answer(
        self, student: Client, learner: User, quiz: Quiz
    ) -> None:
        attempt = start(student, quiz)
        answer(student, attempt, 1, 2)
        phone = Client()
        phone.force_login(learner)
        phone.post(f"/quizzes/{quiz.slug}/start/")
        page = phone.get(f"/attempts/{attempt.pk}/questions/1/").content.decode()
        assert 'value="2" checked' in " ".join(page.split())
        assert "Opened on another device" in phone.get(f"/attempts/{attempt.pk}/timeline/").content.decode()

    def test_a_stale_tab_is_told_and_overwrites_nothing(self, student: Client, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        answer(student, attempt, 1, 2)
        fields = {"q1-choice": "3", "q1-revision": "0"}
        stale = student.post(f"/attempts/{attempt.pk}/questions/1/advance/", fields)
        assert stale.status_code == 409
        assert "changed on another device" in stale.content.decode()
        assert "distractor 3" in stale.content.decode()
        assert attempt.answers.get(slot=1).response == 2

    def test_an_option_that_is_not_there_is_refused_and_named(self, student: Client, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        fields = {"q1-choice": "9", "q1-revision": "0"}
        refused = student.post(f"/attempts/{attempt.pk}/questions/1/", fields)
        assert "is not an option of this question" in refused.content.decode()
        assert attempt.answers.get(slot=1).response is None

    def test_a_question_that_is_not_there_is_not_found(self, student: Client, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        for slot in (0, 4, 99999999999999999999):
            assert student.get(f"/attempts/{attempt.pk}/questions/{slot}/").status_code == 404
        assert student.get("/attempts/99999999999999999999/").status_code == 404
        assert student.get("/attempts/99999999999999999999/state/").status_code == 404

    def test_flagging_and_unflagging_are_kept(self, student: Client, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        assert answer(student, attempt, 1, 0, verb="flag/") == f"/attempts/{attempt.pk}/questions/1/"
        assert attempt.answers.get(slot=1).is_flagged
        answer(student, attempt, 1, 0, revision=1, verb="unflag/")
        assert not attempt.answers.get(slot=1).is_flagged


class TestTheEnd:
    def test_submitting_twice_leads_to_one_result(self, student: Client, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        pages = {student.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED).headers["Location"] for _time in range(2)}
        assert pages == {f"/attempts/{attempt.pk}/result/"}
        assert attempt.events.filter(kind="graded").count() == 1

    def test_back_after_submitting_leads_to_the_result(self, student: Client, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        student.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED)
        for page in ("", "questions/1/", "all/", "summary/"):
            assert student.get(f"/attempts/{attempt.pk}/{page}").headers["Location"].endswith("/result/")

    def test_the_deadline_closes_the_attempt_at_the_deadline(self, student: Client, quiz: Quiz, now: datetime) -> None:
        with stopped_at(now):
            attempt = start(student, quiz)
            answer(student, attempt, 1, 0)
        with stopped_at(now + timedelta(hours=3)):
            assert answer(student, attempt, 2, 0).endswith("/result/")
            assert "Time ran out" in student.get(f"/attempts/{attempt.pk}/result/").content.decode()
        attempt.refresh_from_db()
        assert attempt.submitted_at == now + timedelta(minutes=40)
        assert attempt.closed_by == "deadline"
        assert attempt.marks == 1

    def test_a_page_without_scripts_reloads_itself_when_time_is_over(
        self, student: Client, quiz: Quiz, now: datetime
    ) -> None:
        with stopped_at(now):
            page = student.get(f"/attempts/{start(student, quiz).pk}/questions/1/").content.decode()
        assert '<meta http-equiv="refresh" content="2401;url=' in page

    def test_the_reason_for_the_deadline_is_on_a_page(self, student: Client, quiz: Quiz, now: datetime) -> None:
        with stopped_at(now):
            attempt = start(student, quiz)
            page = student.get(f"/attempts/{attempt.pk}/deadline/").content.decode()
        assert "Time limit 40 min" in page
        assert "9:40:00 a.m." in page


class TestSequentialQuiz:
    @pytest.fixture
    def quiz(self, db: None) -> Quiz:
        return factories.quiz(questions=3, navigation="sequential")

    def test_there_is_no_way_ahead_or_back(self, student: Client, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        at = f"/attempts/{attempt.pk}/questions/"
        assert student.get(f"{at}2/").headers["Location"] == f"{at}1/"
        assert answer(student, attempt, 1, 0) == f"{at}2/"
        assert student.get(f"{at}1/").headers["Location"] == f"{at}2/"
        answer(student, attempt, 1, 3, revision=1)
        assert attempt.answers.get(slot=1).response == 0
        assert student.get(f"/attempts/{attempt.pk}/all/").headers["Location"] == f"{at}2/"


class TestPractice:
    @pytest.fixture
    def quiz(self, db: None) -> Quiz:
        return factories.quiz(questions=2, feedback="practice")

    def test_an_answer_is_checked_explained_and_tried_again(self, student: Client, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        answer(student, attempt, 1, 1, verb="check/")
        page = student.get(f"/attempts/{attempt.pk}/questions/1/").content.decode()
        assert "Not quite" in page
        assert "Because the source says so." not in page
        student.post(f"/attempts/{attempt.pk}/questions/1/try-again/")
        page = student.get(f"/attempts/{attempt.pk}/questions/1/").content.decode()
        assert "Not quite" not in page
        assert 'value="1" checked' in " ".join(page.split())
        answer(student, attempt, 1, 2, revision=attempt.answers.get(slot=1).revision, verb="show/")
        assert "Because the source says so." in student.get(f"/attempts/{attempt.pk}/questions/1/").content.decode()
        student.post(f"/attempts/{attempt.pk}/questions/1/try-again/")
        answer(student, attempt, 1, 0, revision=attempt.answers.get(slot=1).revision, verb="check/")
        assert "Right" in student.get(f"/attempts/{attempt.pk}/questions/1/").content.decode()

    def test_it_never_counts(self, student: Client, learner: User, quiz: Quiz) -> None:
        attempt = start(student, quiz)
        student.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED)
        assert Attempt.objects.taken_by(learner).graded().count() == 0


@pytest.mark.parametrize(
    ("page", "queries"),
    [("/quizzes/", 8), ("/quizzes/{slug}/", 10), ("/attempts/{pk}/questions/1/", 5), ("/attempts/{pk}/all/", 5)],
)
def test_pages_on_the_way_ask_the_database_little(
    student: Client, quiz: Quiz, page: str, queries: int, django_assert_max_num_queries: object
) -> None:
    attempt = start(student, quiz)
    address = page.format(slug=quiz.slug, pk=attempt.pk)
    student.get(address)
    with django_assert_max_num_queries(queries):  # type: ignore[operator]
        assert student.get(address).status_code == 200
