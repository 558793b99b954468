"""An instructor is made by a link that works once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry

from quizzes.errors import QuizError
from quizzes.models import InstructorInvitation, User
from quizzes.services import instructors, people
from tests import factories

WEEK = timedelta(days=7)


@pytest.fixture
def admin(db: None) -> User:
    return factories.user("admin", is_staff=True, is_superuser=True)


@pytest.fixture
def link(admin: User, now: datetime) -> str:
    return instructors.invite(name="Ada Ley", email="Ada@Example.org", by=admin, now=now)[1]


def test_the_link_makes_an_instructor_once(link: str, stranger: User, learner: User, now: datetime) -> None:
    instructors.accept(link, stranger, now=now)
    assert User.objects.get(pk=stranger.pk).is_instructor
    with pytest.raises(QuizError, match="no longer works"):
        instructors.accept(link, learner, now=now)
    assert not User.objects.get(pk=learner.pk).is_staff


@pytest.mark.parametrize(("late", "works"), [(timedelta(seconds=-1), True), (timedelta(0), False)])
def test_the_link_works_for_a_week(link: str, stranger: User, now: datetime, late: timedelta, works: bool) -> None:
    assert (instructors.opened_by(link, now=now + WEEK + late) is not None) == works


def test_what_is_stored_does_not_give_the_link(link: str) -> None:
    row = InstructorInvitation.objects.get()
    assert link not in str(row.__dict__)
    assert row.email == "ada@example.org"
    assert InstructorInvitation.objects.with_token(row.token_hash).first() is None


def test_a_withdrawn_link_works_no_more_and_an_accepted_one_cannot_be_withdrawn(
    admin: User, link: str, stranger: User, now: datetime
) -> None:
    row = InstructorInvitation.objects.get()
    instructors.revoke(row, by=admin, now=now)
    assert instructors.opened_by(link, now=now) is None
    other, token = instructors.invite(name="Ben", email="", by=admin, now=now)
    instructors.accept(token, stranger, now=now)
    with pytest.raises(QuizError, match="was accepted"):
        instructors.revoke(other, by=admin, now=now)


def test_an_instructor_does_not_use_the_link_up(link: str, instructor: User, now: datetime) -> None:
    with pytest.raises(QuizError, match="already"):
        instructors.accept(link, instructor, now=now)
    assert instructors.opened_by(link, now=now) is not None


def test_the_history_tells_who_invited_and_who_came(admin: User, link: str, stranger: User, now: datetime) -> None:
    instructors.accept(link, stranger, now=now)
    row = InstructorInvitation.objects.get()
    told = set(LogEntry.objects.values_list("user__username", "change_message"))
    assert told == {
        ("admin", "Instructor invited."),
        ("stranger", f"Made an instructor by invitation {row.pk}."),
    }
    assert (row.invited_by, row.accepted_by, row.state_at(now)) == (admin, stranger, "accepted")


def test_a_removed_person_is_forgotten_here_too(admin: User, link: str, stranger: User, now: datetime) -> None:
    instructors.accept(link, stranger, now=now)
    people.anonymise(stranger, by=admin, now=now)
    row = InstructorInvitation.objects.get()
    assert (row.name, row.email) == ("", "")


def test_what_a_removed_administrator_offered_ends_with_them(admin: User, link: str, now: datetime) -> None:
    people.anonymise(admin, by=factories.user("other", is_staff=True, is_superuser=True), now=now)
    assert instructors.opened_by(link, now=now) is None
