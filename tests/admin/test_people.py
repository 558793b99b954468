"""Removing the personal data of somebody in the workshop: who may, what is asked first, what is said afterwards."""

import re
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from quizzes.models import Attempt, User
from quizzes.services import grading
from tests.admin import cast
from tests.pages import browser, nothing_inline, read


def knows_sam(page: str) -> bool:
    """Whether the name stands on the page as a word; a random token may hold its letters."""
    return re.search(r"\b(sam|sammy)\b", page, re.IGNORECASE) is not None


def here(person: User) -> str:
    return reverse("admin:quizzes_user_anonymise", args=[person.pk])


def page_of(person: User, name: str = "change") -> str:
    return reverse(f"admin:quizzes_user_{name}", args=[person.pk])


@pytest.fixture
def sam(stage: SimpleNamespace) -> User:
    """A member of 10B with one attempt, an address and a nickname."""
    stage.sam.email = "sam@example.org"
    stage.sam.save()
    stage.sam.memberships.update(nickname="Sammy")
    person: User = stage.sam
    return person


@pytest.mark.parametrize(("who", "expected"), [("nobody", 302), ("learner", 403), ("instructor", 403), ("root", 200)])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_administrators_remove_personal_data(
    stage: SimpleNamespace, sam: User, who: str, expected: int, method: str
) -> None:
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    people = {"nobody": None, "learner": stage.tim, "instructor": stage.ada, "root": root}
    client = Client() if (person := people[who]) is None else browser(person)
    response = getattr(client, method)(here(sam), {"username": "sam"})
    if who == "learner":  # the site's one door sends them on to where it says no
        response = client.get(response["Location"], follow=True)
    assert response.status_code == (302 if (who, method) == ("root", "post") else expected)
    sam.refresh_from_db()
    assert sam.is_anonymised == ((who, method) == ("root", "post"))


def test_a_look_at_the_page_removes_nothing_and_says_what_would_go_and_stay(as_root: Client, sam: User) -> None:
    page = read(response := as_root.get(here(sam), {"username": "sam"}))
    assert nothing_inline(response) == []
    for sentence in (
        "The user name “sam”, first and last name",
        f"They are called “Removed person {sam.pk}” from then on.",
        "The e-mail address sam@example.org.",
        "Their place in 1 classroom, with the nickname",
        "1 attempt, with its marks and the log",
        "1 answer. <strong>Texts they wrote in answers stay word for word.</strong>",
    ):
        assert sentence in page
    sam.refresh_from_db()
    assert not sam.is_anonymised


def test_whoever_has_nothing_is_told_so(as_root: Client) -> None:
    page = read(as_root.get(here(cast.learner("new"))))
    assert "They made no attempt." in page
    assert "e-mail address" not in page


def test_a_running_attempt_is_named_with_its_end(as_root: Client, stage: SimpleNamespace, sam: User) -> None:
    cast.attempt(sam, stage.ada_assignment, submit=False)
    assert "“Quiz of 10B” is in progress without a deadline: it is closed now" in read(as_root.get(here(sam)))


def test_the_page_asks_few_questions_however_many_attempts(
    as_root: Client, stage: SimpleNamespace, sam: User, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        cast.attempt(sam, stage.ada_assignment)
    with django_assert_max_num_queries(31):  # of deck and imports too
        as_root.get(here(sam))


@pytest.mark.parametrize("typed", ["", "SAM", "samuel", "yes"])
def test_without_the_user_name_typed_nothing_is_removed(as_root: Client, sam: User, typed: str) -> None:
    page = read(as_root.post(here(sam), {"username": typed}))
    assert "Nothing was removed." in page or "This field is required." in page
    sam.refresh_from_db()
    assert (sam.username, sam.email, sam.is_active) == ("sam", "sam@example.org", True)


def test_afterwards_the_page_and_the_history_know_no_old_name(
    as_root: Client, stage: SimpleNamespace, sam: User
) -> None:
    marks = list(Attempt.objects.order_by("pk").values_list("marks", "fraction"))
    as_root.post(page_of(sam), {"username": "sam", "email": "sam.reed@example.org", "is_active": "on"})
    response = as_root.post(here(sam), {"username": "sam"}, follow=True)
    assert response.redirect_chain == [(page_of(sam), 302)]
    name = f"Removed person {sam.pk}"
    assert f"The personal data is removed. What they did is kept under “{name}”." in read(response)
    entry = LogEntry.objects.latest("pk")
    assert (entry.object_repr, entry.get_change_message()) == (f"removed-{sam.pk}", "Personal data removed.")
    for address in (page_of(sam), page_of(sam, "history"), reverse("admin:index")):
        assert not knows_sam(read(as_root.get(address)))
    assert name in read(as_root.get(reverse("quizzes:attempt_result", args=[stage.ada_attempt.pk])))
    assert list(Attempt.objects.order_by("pk").values_list("marks", "fraction")) == marks


def test_whoever_was_removed_is_only_shown(as_root: Client, sam: User) -> None:
    as_root.post(here(sam), {"username": "sam"})
    page = read(as_root.get(page_of(sam)))
    assert "Personal data removed" in page
    assert 'name="_save"' not in page
    assert here(sam) not in page
    assert as_root.post(page_of(sam), {"username": "sam", "is_active": "on"}).status_code == 403
    assert as_root.get(here(sam))["Location"] == page_of(sam)
    assert as_root.post(here(sam), {"username": f"removed-{sam.pk}"})["Location"] == page_of(sam)
    assert LogEntry.objects.count() == 1


def test_instructors_still_see_the_results_and_no_way_to_take_them_back(
    as_root: Client, as_ada: Client, stage: SimpleNamespace, sam: User
) -> None:
    as_root.post(here(sam), {"username": "sam"})
    room, member = stage.ada_room.pk, stage.ada_room.memberships.get(user=sam).pk
    former = read(as_ada.get(f"/classrooms/{room}/members/?former"))
    assert f"Removed person {sam.pk}" in former
    assert not knows_sam(former)
    page = read(as_ada.get(f"/classrooms/{room}/members/{member}/"))
    assert "Quiz of 10B" in page
    assert "Take back" not in page
    as_ada.post(f"/classrooms/{room}/members/{member}/", {"do": "restore"})
    assert not stage.ada_room.memberships.active().filter(user=sam).exists()


def test_a_mark_whose_reason_is_gone_still_says_who_gave_it(
    as_root: Client, as_ada: Client, stage: SimpleNamespace, sam: User
) -> None:
    answer = stage.ada_attempt.answers.get()
    grading.override(answer, fraction=Fraction(1), reason="Sam was right", actor=stage.ada, now=cast.NOW)
    as_root.post(here(sam), {"username": "sam"})
    page = read(as_ada.get(reverse("quizzes:marking_answer", args=[answer.pk])))
    assert re.search(r",\s+Ada\s+</li>", page)
    assert not knows_sam(page)


# Refusals -------------------------------------------------------------------------------------------------------------


def test_oneself_is_refused_before_and_after_the_button(as_root: Client) -> None:
    root = User.objects.get(username="root")
    page = read(as_root.get(here(root)))
    assert "You cannot remove your own personal data." in page
    assert 'name="username"' not in page
    assert "You cannot remove your own personal data." in read(as_root.post(here(root), {"username": "root"}))
    root.refresh_from_db()
    assert root.is_active


def test_the_only_instructor_of_a_class_is_refused_with_its_name(as_root: Client, stage: SimpleNamespace) -> None:
    assert "Nobody else teaches “10B”." in read(as_root.post(here(stage.ada), {"username": "ada"}))
    stage.ada.refresh_from_db()
    assert stage.ada.is_active


def test_somebody_who_is_not_there_is_not_found(as_root: Client) -> None:
    assert as_root.get(reverse("admin:quizzes_user_anonymise", args=[999])).status_code == 404


# Deleting -------------------------------------------------------------------------------------------------------------


def test_the_page_of_a_person_leads_there(as_root: Client, sam: User) -> None:
    assert here(sam) in read(as_root.get(page_of(sam)))


def test_whoever_took_a_quiz_is_not_deleted_and_the_page_says_what_to_do_instead(as_root: Client, sam: User) -> None:
    response = as_root.get(page_of(sam, "delete"))
    assert nothing_inline(response) == []
    assert "You can remove their personal data instead:" in read(response)
    assert here(sam) in read(response)
    as_root.post(page_of(sam, "delete"), {"post": "yes"})
    sam.memberships.all().delete()
    page = read(as_root.post(page_of(sam, "delete"), {"post": "yes"}))
    assert "You can remove their personal data instead:" in page
    assert User.objects.filter(pk=sam.pk).exists()


def test_whoever_left_nothing_behind_is_deleted_as_ever(as_root: Client) -> None:
    new = cast.learner("new")
    assert "Yes, I’m sure" in read(as_root.get(page_of(new, "delete")))
    as_root.post(page_of(new, "delete"), {"post": "yes"})
    assert not User.objects.filter(pk=new.pk).exists()


def test_whoever_was_removed_is_not_offered_it_again(as_root: Client, sam: User) -> None:
    as_root.post(here(sam), {"username": "sam"})
    page = read(as_root.get(page_of(sam, "delete")))
    assert "Their personal data was removed already." in page
    assert here(sam) not in page
