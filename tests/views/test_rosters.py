"""The page of a roster: a report first, then the members; nothing is written before somebody has seen it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from quizzes.models import Classroom, Membership, User
from tests import factories
from tests.pages import nothing_inline

FILE = b"email,first name,last name\nines@example.org,In\xc3\xaas,Costa\nknown@example.org,,\nnobody,A,B\n"


@pytest.fixture
def page(classroom: Classroom) -> str:
    return reverse("quizzes:classroom_roster", args=[classroom.pk])


def upload(client: Client, page: str, data: bytes = FILE, name: str = "class.csv") -> str:
    response = client.post(page, {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 200
    assert nothing_inline(response) == []
    return str(response.content.decode())


def carried(html: str) -> dict[str, str]:
    return dict(re.findall(r'name="(carried(?:_name)?)" value="([^"]*)"', html))


def test_a_file_is_reported_on_by_row_and_nothing_is_written(client: Client, instructor: User, page: str) -> None:
    factories.user("known", email="known@example.org")
    before = (User.objects.count(), Membership.objects.count())
    client.force_login(instructor)
    html = upload(client, page)
    assert "2 people would come into the classroom. Nothing is written yet." in html
    assert "Row 4</strong> “nobody” is not an e-mail address." in html
    assert "ines@example.org" in html
    assert (User.objects.count(), Membership.objects.count()) == before


def test_confirming_the_report_brings_the_people_in(
    client: Client, instructor: User, classroom: Classroom, page: str
) -> None:
    factories.user("known", email="known@example.org")
    client.force_login(instructor)
    response = client.post(page, carried(upload(client, page)), follow=True)
    assert "2 people of the roster are in the classroom." in response.content.decode()
    emails = set(classroom.memberships.values_list("user__email", flat=True))
    assert {"ines@example.org", "known@example.org"} <= emails


def test_confirming_twice_is_confirming_once(client: Client, instructor: User, classroom: Classroom, page: str) -> None:
    client.force_login(instructor)
    confirmed = carried(upload(client, page))
    client.post(page, confirmed)
    members = classroom.memberships.count()
    client.post(page, confirmed)
    assert classroom.memberships.count() == members
    assert "Nobody new would come" in upload(client, page)


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"%PDF-1.7", "class.pdf", "This is a PDF file."),
        (b"name\nInes\n", "class.csv", "The column “email” was not found."),
        (b"email\n" + b"x" * 1_000_001, "class.csv", "larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_roster_gets_a_sentence(
    client: Client, instructor: User, page: str, data: bytes, name: str, sentence: str
) -> None:
    client.force_login(instructor)
    assert sentence in upload(client, page, data, name)


@pytest.mark.parametrize("fields", [{}, {"carried": "not base64!"}, {"carried": "AAAA", "carried_name": "a.csv"}])
def test_a_form_without_a_file_is_asked_for_one(
    client: Client, instructor: User, page: str, fields: dict[str, str]
) -> None:
    client.force_login(instructor)
    response = client.post(page, fields)
    assert response.status_code == 200
    assert User.objects.count() == 2  # instructor and learner


def test_names_in_a_file_are_shown_as_text(client: Client, instructor: User, page: str) -> None:
    client.force_login(instructor)
    html = upload(client, page, b"email,first name\na@example.org,<img src=x onerror=alert(1)>\n<b>bold</b>,x\n")
    assert "<img src=x" not in html
    assert "<b>bold" not in html


@pytest.mark.parametrize("who", ["learner", "stranger", "assistant"])
def test_only_instructors_of_the_class_upload(
    client: Client, classroom: Classroom, learner: User, stranger: User, page: str, who: str
) -> None:
    people = {"learner": learner, "stranger": stranger, "assistant": factories.user("assistant", is_staff=True)}
    factories.member(classroom, people["assistant"], role="assistant")
    client.force_login(people[who])
    assert client.get(page).status_code == 404
    assert client.post(page, {"file": SimpleUploadedFile("class.csv", FILE)}).status_code == 404
