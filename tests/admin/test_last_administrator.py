"""The last administrator cannot lock the site: not by the form, not by deletion, not by the action on a list."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import User
from quizzes.services.people import LAST_ADMINISTRATOR
from tests.admin.forms import as_shown
from tests.pages import browser, read

SENTENCE = str(LAST_ADMINISTRATOR)


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create(username="root", is_staff=True, is_superuser=True)


@pytest.fixture
def as_root(root: User) -> Client:
    return browser(root)


def without(client: Client, person: User, right: str) -> Any:
    """What the form of the person answers when one of their rights is unticked."""
    here = reverse("admin:quizzes_user_change", args=[person.pk])
    fields = as_shown(client.get(here).content.decode(), "user_form")
    fields.pop(right)
    return client.post(here, fields)


@pytest.mark.parametrize("right", ["is_superuser", "is_active", "is_staff"])
def test_the_last_administrator_keeps_every_right_they_need(as_root: Client, root: User, right: str) -> None:
    assert SENTENCE in read(without(as_root, root, right))
    root.refresh_from_db()
    assert getattr(root, right)


@pytest.mark.parametrize("other", [{"is_staff": False}, {"is_active": False}, {"is_superuser": False}])
def test_those_who_cannot_open_the_workshop_are_no_administrators(
    as_root: Client, root: User, other: dict[str, bool]
) -> None:
    User.objects.create(username="other", **({"is_staff": True, "is_superuser": True} | other))
    assert SENTENCE in read(without(as_root, root, "is_superuser"))


def test_one_of_two_administrators_may_go(as_root: Client, root: User) -> None:
    User.objects.create(username="second", is_staff=True, is_superuser=True)
    assert without(as_root, root, "is_superuser").status_code == 302
    root.refresh_from_db()
    assert not root.is_superuser


def test_an_instructor_can_lose_rights_while_there_is_one_administrator(as_root: Client, instructor: User) -> None:
    assert without(as_root, instructor, "is_staff").status_code == 302


def test_the_last_administrator_is_not_deleted_and_told_why(as_root: Client, root: User) -> None:
    here = reverse("admin:quizzes_user_delete", args=[root.pk])
    assert SENTENCE in read(as_root.get(here))
    assert SENTENCE in read(as_root.post(here, {"post": "yes"}))
    assert User.objects.filter(pk=root.pk).exists()


def test_the_list_of_people_deletes_nobody(as_root: Client, root: User, learner: User) -> None:
    act = {"action": "delete_selected", "_selected_action": [root.pk, learner.pk], "post": "yes"}
    as_root.post(reverse("admin:quizzes_user_changelist"), act)
    assert User.objects.count() == 2
