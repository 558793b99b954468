"""User names are nobody's address, and none looks like another (S16)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from quizzes.models import User
from quizzes.models.accounts import look_of, looks_of
from tests import factories

LIKE_PAUL1 = [
    "paul1",
    "PAUL1",
    "paull",
    "ｐaul1",
    "раul1",
    "pаul1",
    "𝐩𝐚𝐮𝐥𝟏",
    "Paul1",
    "pαul1",
    "ρaul1",
    "paul١",
    "paսl1",
]


def chosen(username: str) -> bool:
    """Whether a user may call their account so."""
    client = Client()
    client.force_login(factories.user())
    return client.post("/account/username/", {"username": username}).status_code == 302


@pytest.mark.parametrize("name", LIKE_PAUL1)
@pytest.mark.django_db
def test_what_looks_like_another_user_name_is_refused(name: str) -> None:
    factories.user("paul1")
    assert not chosen(name)


@pytest.mark.parametrize("name", ["paul2", "pau1a", "раула", "李明明"])
@pytest.mark.django_db
def test_other_names_are_free(name: str) -> None:
    factories.user("paul1")
    assert chosen(name)


@pytest.mark.parametrize("name", ["learner@example.org", "a@b", "＠home"])
@pytest.mark.django_db
def test_an_address_is_no_user_name(name: str) -> None:
    assert not chosen(name)


@pytest.mark.parametrize(("taken", "tried"), [("Ivan", "lvan"), ("ivan", "IVAN"), ("Ivan", "ｉvan"), ("ООО", "000")])
def test_a_name_is_taken_as_it_looks_in_any_case(taken: str, tried: str) -> None:
    assert look_of(taken) in looks_of(tried)


def test_small_i_is_no_l() -> None:
    assert look_of("ali") not in looks_of("all")


def test_administrators_are_held_to_it_where_they_change_a_name(stranger: User) -> None:
    factories.user("paul1")
    stranger.username = "paull"
    with pytest.raises(ValidationError, match="looks like another"):
        stranger.full_clean()


@pytest.mark.django_db
def test_an_older_name_with_an_at_stays_and_no_other_gets_one() -> None:
    older = factories.user("old@example.org")
    older.first_name = "Ada"
    older.clean()
    older.username = "new@example.org"
    with pytest.raises(ValidationError, match="e-mail address"):
        older.clean()


def test_the_look_follows_the_name(stranger: User) -> None:
    stranger.username = "Paul1"
    stranger.save(update_fields=["username"])
    assert User.objects.get(pk=stranger.pk).look == "paull"
