"""No two members of a class share a nickname, and none passes for one who teaches it (S16)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from quizzes.errors import QuizError
from quizzes.models import Classroom, Membership, User
from quizzes.services import nicknames
from tests import factories


def of(classroom: Classroom, user: User) -> Membership:
    return Membership.objects.select_related("user").get(classroom=classroom, user=user)


@pytest.fixture
def heron(classroom: Classroom) -> Membership:
    return factories.member(classroom, factories.user(), nickname="Blue Heron")


@pytest.mark.parametrize(
    "nickname", ["Blue Heron", "blue heron", " BLUE  HERON ", "ｂｌｕｅ ｈｅｒｏｎ", "blue\u200b heron"]
)
def test_a_nickname_of_another_member_is_refused_with_a_free_one(
    classroom: Classroom, learner: User, heron: Membership, nickname: str
) -> None:
    with pytest.raises(QuizError, match=r"is taken in this class.*such as “.* 2”") as refused:
        nicknames.appear(of(classroom, learner), nickname=nickname, is_visible=True)
    assert refused.value.where == "nickname"
    assert of(classroom, learner).nickname == ""


def test_ones_own_nickname_may_be_written_differently(classroom: Classroom, heron: Membership) -> None:
    nicknames.appear(heron, nickname="blue heron", is_visible=False)
    assert of(classroom, heron.user).nickname == "blue heron"


def test_in_another_class_the_nickname_is_free(learner: User, heron: Membership) -> None:
    elsewhere = factories.classroom(students=[learner])
    nicknames.appear(of(elsewhere, learner), nickname="blue heron", is_visible=True)
    assert of(elsewhere, learner).nickname == "blue heron"


def test_many_members_have_none(classroom: Classroom, learner: User) -> None:
    other = factories.member(classroom, factories.user())
    for member in (of(classroom, learner), other):
        nicknames.appear(member, nickname="  ", is_visible=True)
    assert set(classroom.memberships.values_list("nickname", "nickname_key")) == {("", "")}


@pytest.mark.parametrize("nickname", ["Ada Ley", "ley ada", "АDA LEY", "Mrs Ley", "Prof. Ley", "ada.ley", "4teacher"])
def test_what_looks_like_a_teacher_is_refused(
    classroom: Classroom, instructor: User, learner: User, nickname: str
) -> None:
    User.objects.filter(pk=instructor.pk).update(first_name="Ada", last_name="Ley", username="4teacher")
    with pytest.raises(QuizError, match="someone who teaches this class"):
        nicknames.appear(of(classroom, learner), nickname=nickname, is_visible=True)


@pytest.mark.parametrize("nickname", ["Ada", "Leyla", "Mrs Owl", "Ley"])
def test_other_nicknames_are_free(classroom: Classroom, instructor: User, learner: User, nickname: str) -> None:
    User.objects.filter(pk=instructor.pk).update(first_name="Ada", last_name="Ley")
    nicknames.appear(of(classroom, learner), nickname=nickname, is_visible=True)
    assert of(classroom, learner).nickname == nickname


def test_the_database_refuses_what_goes_past_the_service(
    classroom: Classroom, learner: User, heron: Membership
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=learner).update(nickname="BLUE HERON")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=learner).update(nickname_key="owl")


def test_the_key_follows_every_way_to_write_a_nickname(classroom: Classroom, heron: Membership) -> None:
    heron.nickname = "OWL"
    heron.save(update_fields=["nickname"])
    assert of(classroom, heron.user).nickname_key == "owl"
    Membership.objects.filter(pk=heron.pk).update(nickname="Straße")
    assert of(classroom, heron.user).nickname_key == "strasse"
