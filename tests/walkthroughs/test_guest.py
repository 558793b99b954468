"""A stranger tries the site: six questions without an account, and then one with it, new or old."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client

from quizzes import clock, entitlements
from quizzes.entitlements import Wish
from quizzes.models import Attempt, AttemptEvent, Classroom, Question, QuizItem, ReviewCard, User, tickets
from quizzes.reports import guests as report
from quizzes.reports import invariants
from quizzes.services import attempts, guests, regrading
from tests import factories
from tests.pages import browser, nothing_inline, read

NEW = {"first_name": "Ines", "last_name": "Costa", "password1": "blue-helmet-94"}

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def bank(db: None) -> list[Question]:
    """Eight easy questions of the site."""
    return factories.to_try(8)


def ticket_in(response: Any) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', read(response))
    assert found
    return found[1]


def choose(page: str, text: str) -> str:
    """The value of the option with this text."""
    found = re.search(rf'value="(\d)">(?:(?!opt-label).)*?{text}', page)
    assert found
    return found[1]


def begin(client: Client, text: str = "the key") -> Any:
    """Answer the question on the first page."""
    page = client.get("/")
    answer = {"ticket": ticket_in(page), "q1-choice": choose(read(page), text)}
    return client.post("/try/", answer)


def answer(client: Client, slot: int, text: str = "the key") -> Any:
    page = read(client.get(f"/try/{slot}/"))
    return client.post(f"/try/{slot}/", {f"q{slot}-choice": choose(page, text)})


def guest() -> User:
    return User.everyone.get(is_guest=True)


def test_six_questions_then_an_account_which_keeps_them(client: Client) -> None:
    assert begin(client).headers["Location"] == "/try/1/"
    page = read(client.get("/try/1/"))
    assert "Right" in page
    assert "Because the source says so." in page
    for slot in range(2, 7):
        assert answer(client, slot, "distractor 1").headers["Location"] == f"/try/{slot}/"
        assert "Not quite" in read(client.get(f"/try/{slot}/"))
    assert "1 of 6 right" in read(client.get("/try/end/"))
    assert [nothing_inline(client.get(page)) for page in ("/", "/try/1/", "/try/end/", "/accounts/signup/")] == [[]] * 4
    number = guest().pk
    response = client.post("/accounts/signup/", NEW, follow=True)
    assert "The questions you tried are in your history." in read(response)
    account = User.objects.get(pk=number)
    assert (account.full_name, account.is_guest, account.is_active) == ("Ines Costa", False, True)
    attempt = Attempt.objects.get(learner=account)
    assert (attempt.status, attempt.marks, attempt.is_counted) == ("graded", 1, False)
    assert ReviewCard.objects.of(account).count() == 5
    assert "Practice: Topic" in read(client.get("/attempts/"))
    assert list(invariants.check(now=clock.now())) == []


def test_logging_in_moves_practice_and_cards_over_with_new_numbers(client: Client, learner: User) -> None:
    learner.set_password("x-94-helmet")
    learner.save()
    own = attempts.start_practice(learner, Wish(number=2), now=clock.now() - timedelta(hours=1))
    begin(client, "distractor 1")
    answer(client, 2)
    tried = Attempt.objects.get(learner=guest())
    log_in = {"login": learner.username, "password": "x-94-helmet"}
    assert "are in your history" in read(client.post("/accounts/login/", log_in, follow=True))
    tried.refresh_from_db()
    assert (tried.learner, tried.number, tried.status) == (learner, 2, "graded")
    assert Attempt.objects.get(pk=own.pk).is_in_progress
    assert ReviewCard.objects.of(learner).count() == 1
    assert set(AttemptEvent.objects.filter(attempt=tried).exclude(actor=None).values_list("actor", flat=True)) == {
        learner.pk
    }
    assert not User.everyone.filter(is_guest=True).exists()
    assert list(invariants.check(now=clock.now())) == []


def test_no_list_no_count_and_no_statistic_has_a_guest(client: Client, instructor: User, bank: list[Question]) -> None:
    Question.objects.filter(pk__in=[question.pk for question in bank[6:]]).update(is_archived=True)
    admin = factories.user("admin", is_staff=True, is_superuser=True)
    lists = [f"/admin/quizzes/{name}/" for name in ("user", "attempt", "quiz", "question")]
    asked = f"/admin/quizzes/question/{bank[0].pk}/change/"
    readers = {browser(instructor): ["/", "/quizzes/"], browser(admin): ["/healthz", "/admin/", *lists, asked]}

    def shown() -> list[str]:
        texts = [read(reader.get(page)) for reader, pages in readers.items() for page in pages]
        return [re.sub(r'csrfmiddlewaretoken" value="\w+', "", text) for text in texts]

    before = shown()
    begin(client)
    for slot in range(2, 7):
        answer(client, slot)
    assert shown() == before
    assert Question.objects.filter(versions__answers__attempt__learner=guest(), pk=bank[0].pk).exists()
    factories.version(bank[0], factories.single_choice("It is asked in other words. Which is right?"))
    assert regrading.effect(bank[0], Attempt.objects.managed_by(admin)).is_empty
    assert not Attempt.objects.readable_by(admin).exists()
    assert not User.objects.filter(is_guest=True).exists()


def test_a_guest_cannot_log_in_by_any_name_or_session(client: Client) -> None:
    begin(client)
    User.everyone.filter(is_guest=True).update(password=make_password("x-94-helmet"))
    form = {"login": guest().username, "password": "x-94-helmet"}
    assert client.post("/accounts/login/", form).status_code == 200
    stolen = Client()
    stolen.force_login(guest())
    assert stolen.get("/attempts/").headers["Location"].startswith("/accounts/login/")


def test_a_look_makes_no_guest_and_no_answer_shows_before_it_is_given(client: Client) -> None:
    for address in ("/", "/try/", "/try/1/", "/try/end/"):
        response = client.get(address)
        assert b"Because the source says so." not in response.content
        assert b"correct" not in response.content.lower()
    assert not User.everyone.filter(is_guest=True).exists()
    blank = client.post("/try/", {"ticket": ticket_in(client.get("/"))})
    assert blank.status_code == 400
    assert "Choose an answer first." in blank.content.decode()
    assert client.post("/try/", {"ticket": "made:up", "q1-choice": "0"}).status_code == 200
    assert not User.everyone.filter(is_guest=True).exists()


def test_what_is_kept_for_exams_or_asked_by_one_that_runs_is_not_tried(
    client: Client, bank: list[Question], classroom: Classroom, now: datetime
) -> None:
    kept, asked, own = bank[:3]
    tickets_before = {row.pk: tickets.issue(row.ready_version).text for row in (kept, asked, own)}
    Question.objects.filter(pk=kept.pk).update(is_kept_for_exams=True)
    Question.objects.filter(pk=own.pk).update(owner=factories.user(is_staff=True))
    factories.assignment(classroom, factories.quiz([asked], feedback="exam"), closes_at=clock.now() + timedelta(days=1))
    report.forget()
    for ticket in tickets_before.values():
        client.post("/try/", {"ticket": ticket, "q1-choice": "0"})
    assert not User.everyone.filter(is_guest=True).exists()
    begin(client)
    answers = Attempt.objects.get(learner=guest()).answers
    assert set(answers.values_list("version__question", flat=True)) == {row.pk for row in bank[3:]}


def test_what_an_open_exam_may_draw_is_not_tried(client: Client, bank: list[Question], classroom: Classroom) -> None:
    topic = factories.topic("drawn")
    Question.objects.filter(pk__in=[row.pk for row in bank[:5]]).update(topic=topic)
    exam = factories.quiz([], feedback="exam")
    QuizItem.objects.create(quiz=exam, draw_count=3, topic=topic, position=1)
    now = clock.now()
    given = factories.assignment(classroom, exam, opens_at=now + HOUR, closes_at=now + 2 * HOUR)
    in_pool = entitlements.pool_of_guests(now=now).values_list("pk", flat=True)
    assert set(in_pool) == {row.pk for row in bank}  # before it opens one may still practice with the bank
    open_pool = entitlements.pool_of_guests(now=now + HOUR).values_list("pk", flat=True)
    assert set(open_pool) == {row.pk for row in bank[5:]}
    given.delete()
    assert entitlements.pool_of_guests(now=now + HOUR).count() == len(bank)


def test_who_signs_up_after_the_guest_is_gone_has_an_account_all_the_same(client: Client) -> None:
    begin(client)
    guests.forget([guest().pk])
    assert "Your user name is" in read(client.post("/accounts/signup/", NEW, follow=True))
    assert User.everyone.get(first_name="Ines").is_active


def test_a_trial_ends_where_an_exam_asks_its_next_question_by_now(client: Client, classroom: Classroom) -> None:
    begin(client)
    upcoming = Attempt.objects.get(learner=guest()).answers.get(slot=2).version.question
    exam = factories.quiz([upcoming], feedback="exam")
    factories.assignment(classroom, exam, closes_at=clock.now() + timedelta(days=1))
    for page in (client.get("/try/2/"), client.post("/try/2/", {"q2-choice": "0"})):
        assert page.headers["Location"] == "/try/end/"
    assert "1 of 6 right" in read(client.get("/try/end/"))


def test_guests_are_forgotten_after_seven_days_or_at_once(client: Client) -> None:
    begin(client)
    old = guest()
    made = old.date_joined
    assert guests.sweep(now=made + timedelta(days=7) - timedelta(seconds=1)) == 0
    assert guests.sweep(now=made + timedelta(days=7)) == 1
    assert not Attempt.objects.exists()
    assert client.get("/try/1/").headers["Location"] == "/try/"
    begin(client)
    assert "Your answers are deleted." in read(client.post("/try/forget/", follow=True))
    assert not User.everyone.filter(is_guest=True).exists()


def test_first_answers_are_limited_by_address_and_by_how_many_guests_are_kept(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"try_without_account": "2/3600s/ip"}
    codes = [begin(Client()).status_code for _number in range(3)]
    assert codes == [302, 302, 429]
    cache.clear()
    settings.GUESTS = 2
    assert begin(Client()).status_code == 403
    assert User.everyone.filter(is_guest=True).count() == 2
    settings.GUESTS = 0
    assert "ticket" not in read(Client().get("/"))


def test_another_person_who_signs_up_in_a_second_tab_gets_an_account_of_their_own(client: Client) -> None:
    begin(client, "distractor 1")
    number = guest().pk
    client.post("/accounts/signup/", NEW)
    tab = Client()
    session = tab.session
    session[guests.KEY] = number  # as a request has it that came before the first tab was answered
    session.save()
    tab.post("/accounts/signup/", NEW | {"first_name": "Omar"})
    ines, omar = User.objects.get(first_name="Ines"), User.objects.get(first_name="Omar")
    assert ines.pk == number
    assert [ReviewCard.objects.of(person).count() for person in (ines, omar)] == [1, 0]
