"""What a code tells before anyone joins, and user names made from names."""

from __future__ import annotations

from datetime import datetime

import pytest

from quizzes.errors import QuizError
from quizzes.models import Classroom, Membership, User
from quizzes.services import joining, usernames
from tests import factories


def test_a_code_opens_its_class_however_it_is_typed(classroom: Classroom) -> None:
    typed = f" {classroom.join_code[:4].lower()}-{classroom.join_code[4:]} "
    assert joining.opened_by(typed) == classroom


def test_a_code_that_would_let_no_one_in_opens_nothing(learner: User, now: datetime) -> None:
    closed = factories.classroom(is_join_open=False)
    full = factories.classroom(students=[learner], capacity=1)
    archived = factories.classroom(archived_at=now)
    codes = [room.join_code for room in (closed, full, archived)] + ["AAAAAAAA", "short", "ÄÖ☃", ""]
    assert [joining.opened_by(code) for code in codes] == [None] * 7


def test_a_member_comes_back_to_a_full_class_and_a_removed_one_does_not(learner: User, stranger: User) -> None:
    room = factories.classroom(students=[learner], capacity=1)
    factories.member(room, stranger, status="removed")
    assert joining.opened_by(room.join_code, user=learner) == room
    assert joining.opened_by(room.join_code, user=stranger) is None


def test_only_real_names_of_instructors_are_told(classroom: Classroom, instructor: User) -> None:
    assert joining.instructors_of(classroom) == []
    instructor.first_name, instructor.last_name = "Ada", "Ley"
    instructor.save()
    factories.member(classroom, factories.user(first_name="Ann"), role="assistant")
    assert joining.instructors_of(classroom) == ["Ada Ley"]


# User names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "made"),
    [
        ("Ada", "Ley", "ada.ley"),
        ("Inês", "D'Costa-Ruiz", "ines.dcostaruiz"),
        ("Nguyễn", "", "nguyen"),
        ("Иван", "Петров", "иван.петров"),
        ("王", "芳", "王.芳"),
        ("Bo", "", "bo.student"),
        ("!!", "?", "student"),
        ("a" * 100, "b", "a" * 40),
    ],
)
@pytest.mark.django_db
def test_a_user_name_is_made_from_a_name(first: str, last: str, made: str) -> None:
    assert usernames.made_from(first, last) == made


@pytest.mark.django_db
def test_the_next_of_a_name_gets_a_number_and_none_looks_like_another() -> None:
    for taken in ("ada.ley", "ADA.LEY2", "аda.ley3"):  # the last begins with a Cyrillic letter
        factories.user(taken)
    assert usernames.made_from("Ada", "Ley") == "ada.ley4"


@pytest.mark.django_db
def test_the_thirtieth_of_a_name_gets_a_user_name_too() -> None:
    made = set()
    for _student in range(30):
        name = usernames.made_from("Ada", "Ley")
        made.add(name)
        factories.user(name)
    assert len(made) == 30


def test_a_changed_user_name_is_held_to_the_rules(learner: User, stranger: User) -> None:
    for wrong in ("", "a@b.org", stranger.username.upper(), "two words"):
        with pytest.raises(QuizError) as refused:
            usernames.change(learner, wrong)
        assert refused.value.where == "username"
    assert (learner.username, User.objects.get(pk=learner.pk).username) == ("learner", "learner")
    usernames.change(learner, " ada.ley ")
    assert User.objects.get(pk=learner.pk).username == "ada.ley"


def test_no_membership_is_made_by_looking(classroom: Classroom, stranger: User) -> None:
    joining.opened_by(classroom.join_code, user=stranger)
    assert not Membership.objects.filter(user=stranger).exists()
