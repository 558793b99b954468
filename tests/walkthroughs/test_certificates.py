"""A certificate: given to those who pass, where the author wants it; everyone can check its number."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from quizzes.models import Attempt, Classroom, User
from quizzes.reports import certificates
from quizzes.services import people
from tests import factories
from tests.clocks import stopped_at
from tests.pages import browser, nothing_inline, read

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def passed(learner: User, now: datetime, *, right: int = 3, **fields: object) -> Attempt:
    quiz = factories.quiz(4, title="Basics", gives_certificate=True, pass_mark=70, **fields)
    return factories.attempt(learner, quiz, now=now, right=right, submit=True)


def status_of(client: Client, attempt: Attempt) -> int:
    return client.get(f"/attempts/{attempt.pk}/certificate/").status_code


def test_who_passes_prints_a_certificate_and_anybody_can_check_it(
    learner: User, stranger: User, now: datetime, client: Client
) -> None:
    learner.first_name, learner.last_name = "Sam", "Rivers"
    learner.save()
    attempt = passed(learner, now)
    own = browser(learner)
    with stopped_at(now):
        assert "Your certificate" in read(own.get(f"/attempts/{attempt.pk}/result/"))
        response = own.get(f"/attempts/{attempt.pk}/certificate/")
        page = read(response)
        assert not nothing_inline(response)
        for words in ("Sam Rivers", "Basics", "with 75%, on March 2, 2026", "Pass mark</dt><dd>70%"):
            assert words in page
        number = re.search(r'certificate-number">([^<]+)<', page)[1]  # type: ignore[index]
        assert status_of(browser(stranger), attempt) == 404

        for address in (f"/certificates/{number}/", f"/certificates/?number={number.lower()}"):
            checked = read(client.get(address))
            assert "This certificate is real" in checked
            assert "Sam Rivers" in checked


def test_a_number_that_was_made_up_is_of_none(learner: User, now: datetime, client: Client) -> None:
    first, second = (certificates.number_of(passed(learner, now).pk) for _number in range(2))
    mixed = first.partition("-")[0] + second[second.index("-") :]
    for number in (mixed, first[:-1] + ("A" if first[-1] != "A" else "B"), "1", "x", "9" * 50, "٣-AAAA-BBBB-CCCC"):
        assert "No certificate has this number" in read(client.get("/certificates/", {"number": number}))


def test_a_new_secret_key_keeps_the_old_numbers_where_it_says_so(
    learner: User, now: datetime, client: Client, settings: object
) -> None:
    number = certificates.number_of(passed(learner, now).pk)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert "This certificate is real" in read(client.get(f"/certificates/{number}/"))


@pytest.mark.parametrize("change", ["failed", "not ticked", "forgotten", "marks taken back"])
def test_there_is_no_certificate_without_a_pass_that_stands(
    learner: User, now: datetime, client: Client, change: str
) -> None:
    attempt = passed(learner, now, right=2 if change == "failed" else 3)
    if change == "not ticked":
        type(attempt.quiz).objects.update(gives_certificate=False)
    if change == "marks taken back":
        Attempt.objects.update(exact_marks="1/1", marks=1, fraction="0.25")
    if change == "forgotten":
        people.anonymise(learner, by=factories.user(is_superuser=True, is_staff=True), now=now)
    else:
        assert status_of(browser(learner), attempt) == 404
        assert "Your certificate" not in read(browser(learner).get(f"/attempts/{attempt.pk}/result/"))
    number = certificates.number_of(attempt.pk)
    assert "No certificate has this number" in read(client.get(f"/certificates/{number}/"))


def test_a_certificate_does_not_tell_the_result_of_an_exam_before_its_time(
    learner: User, classroom: Classroom, now: datetime, client: Client
) -> None:
    exam = factories.quiz(2, feedback="exam", gives_certificate=True, pass_mark=50, is_open_to_all=False)
    given = factories.assignment(classroom, exam, opens_at=now - DAY, closes_at=now + DAY)
    attempt = factories.attempt(learner, exam, assignment=given, now=now, right=2, submit=True)
    number, own = certificates.number_of(attempt.pk), browser(learner)
    with stopped_at(now + timedelta(hours=1)):
        assert status_of(own, attempt) == 404
        assert "No certificate" in read(client.get(f"/certificates/{number}/"))
    with stopped_at(now + 2 * DAY):
        assert status_of(own, attempt) == 200
        assert "is real" in read(client.get(f"/certificates/{number}/"))
