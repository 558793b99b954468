"""The page of a roster with files that are none, and with names that look like markup."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quizzes.models import Classroom, User
from tests.formats.hostile_workbooks import HEADING, workbook
from tests.pages import nothing_inline


def upload(client: Client, classroom: Classroom, data: bytes, name: str = "class.csv") -> str:
    response = client.post(f"/classrooms/{classroom.pk}/roster/", {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 200
    assert nothing_inline(response) == []
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"%PDF-1.7", "class.pdf", "This is a PDF file."),
        (b"class\n10B\n", "class.csv", "No column was found that tells who is meant."),
        (b"PK\x03\x04broken", "class.xlsx", "cannot be read as XLSX"),
    ],
)
def test_a_file_that_is_no_roster_gets_a_sentence(
    client: Client, instructor: User, classroom: Classroom, data: bytes, name: str, sentence: str
) -> None:
    client.force_login(instructor)
    assert sentence in upload(client, classroom, data, name)


def test_a_confirmed_report_on_what_is_no_file_writes_nothing(
    client: Client, instructor: User, classroom: Classroom
) -> None:
    client.force_login(instructor)
    for carried in ("not base64!", "AAAA"):
        fields = {"carried": carried, "carried_name": "class.csv"}
        assert client.post(f"/classrooms/{classroom.pk}/roster/", fields).status_code == 200
    assert User.objects.count() == 2  # instructor and learner


def test_names_in_a_file_are_shown_as_text(client: Client, instructor: User, classroom: Classroom) -> None:
    client.force_login(instructor)
    html = upload(client, classroom, b"email,first name\na@example.org,<img src=x onerror=alert(1)>\n<b>bold</b>,x\n")
    assert "<img src=x" not in html
    assert "<b>bold" not in html


def test_an_upload_whose_client_has_hung_up_is_not_read_on(
    client: Client, instructor: User, classroom: Classroom
) -> None:
    client.force_login(instructor)
    file = SimpleUploadedFile("class.csv", b"email\na@example.org\n")
    hung_up = {"waitress.client_disconnected": lambda: True}
    response = client.post(f"/classrooms/{classroom.pk}/roster/", {"file": file}, **hung_up)
    assert "The upload was broken off." in response.text


def test_a_row_beyond_all_sheets_gets_a_sentence(client: Client, instructor: User, classroom: Classroom) -> None:
    client.force_login(instructor)
    endless = workbook(HEADING + '<row r="999999999999"/>')
    assert "This workbook has a row “999999999999”" in upload(client, classroom, endless, "class.xlsx")
