"""The gradebook over HTTP: who may read it, what a cell says, choices, figures, and the sheets to take away."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from quizzes.models import Attempt, Classroom, Membership, User
from quizzes.reports.histograms import CHART, bars
from tests import factories
from tests.pages import nothing_inline

DAY = timedelta(days=1)
SESSION_PERSON_PERMISSION_OVERDUE_TAB = 5
SUFFIXES = ("/", ".csv", ".xlsx")


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def taught(classroom: Classroom, learner: User, now: datetime) -> Classroom:
    """One quiz passed late, one failed, one never begun; and a second student who has done nothing."""
    learner.first_name, learner.last_name = "Zoe", "Adler"
    learner.save()
    factories.member(classroom, factories.user("ben"), nickname="kestrel")
    passed = factories.assignment(classroom, factories.quiz(4, title="Charter", pass_mark=60), due_at=now - 2 * DAY)
    failed = factories.assignment(classroom, factories.quiz(4, title="Council", pass_mark=60))
    factories.assignment(classroom, factories.quiz(title="Court"), closes_at=now - DAY)
    factories.attempt(learner, passed.quiz, assignment=passed, right=1, now=now - DAY, submit=True)
    factories.attempt(learner, passed.quiz, assignment=passed, right=3, now=now - DAY / 2, submit=True)
    factories.attempt(learner, failed.quiz, assignment=failed, right=1, now=now, submit=True)
    return classroom


def text(client: Client, classroom: Classroom, query: str = "") -> str:
    response = client.get(f"/classrooms/{classroom.pk}/gradebook/{query}")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def body(client: Client, classroom: Classroom, query: str = "") -> str:
    """The names in the table, in their order."""
    html = client.get(f"/classrooms/{classroom.pk}/gradebook/{query}").content.decode()
    found = re.findall(r'<th scope="row">([^<]+)<', html.partition("<tbody>")[2].partition("</tbody>")[0])
    return " ".join(name.strip() for name in found)


# Who may read it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_only_those_who_teach_or_assist_read_the_gradebook(
    client: Client, taught: Classroom, instructor: User, learner: User, stranger: User, suffix: str
) -> None:
    address = f"/classrooms/{taught.pk}/gradebook{suffix}"
    assert client.get(address).status_code == 302
    assistant, other = factories.user(), factories.user(is_staff=True)
    factories.member(taught, assistant, role="assistant")
    factories.classroom(instructor=other)
    admin = factories.user(is_superuser=True)
    codes = {instructor: 200, assistant: 200, admin: 200, learner: 404, stranger: 404, other: 404}
    for person, code in codes.items():
        client.force_login(person)
        assert client.get(address).status_code == code, person
        assert client.post(address).status_code in (404, 405)


# What it says ---------------------------------------------------------------------------------------------------------


def test_a_cell_says_marks_share_state_and_attempts_in_words(
    client: Client, taught: Classroom, instructor: User
) -> None:
    client.force_login(instructor)
    assert "Zoe Adler 3 of 4, 75%, late, 2 attempts 1 of 4, 25%, failed missing 4" in text(client, taught)


def test_a_member_who_did_nothing_is_there_as_well(client: Client, taught: Classroom, instructor: User) -> None:
    client.force_login(instructor)
    assert "ben kestrel missing not started missing" in text(client, taught)


def test_marks_lead_to_the_attempt_that_counts_and_what_runs_to_its_timeline(
    client: Client, taught: Classroom, instructor: User, now: datetime
) -> None:
    assignment = taught.assignments.get(quiz__title="Council")  # type: ignore[attr-defined]
    running = factories.attempt(User.objects.get(username="ben"), assignment.quiz, assignment=assignment, now=now)
    client.force_login(instructor)
    html = client.get(f"/classrooms/{taught.pk}/gradebook/").content.decode()
    best = Attempt.objects.get(assignment__quiz__title="Charter", number=2)
    for address in (f"/attempts/{best.pk}/result/", f"/attempts/{running.pk}/timeline/"):
        assert f'href="{address}"' in html
        assert client.get(address).status_code == 200


def test_who_needs_help_is_named_with_the_reason(client: Client, taught: Classroom, instructor: User) -> None:
    client.force_login(instructor)
    assert "ben 2 missing" in text(client, taught).partition("Who needs help")[2]


def test_headers_sort_and_say_how(client: Client, taught: Classroom, instructor: User) -> None:
    client.force_login(instructor)
    html = client.get(f"/classrooms/{taught.pk}/gradebook/?sort=total&show=late").content.decode()
    heads = re.findall(r'<th scope="col"([^>]*)>.*?href="([^"]*)">\s*([^<]*?)\s*<', html, re.S)
    [(attributes, link, _words)] = [head for head in heads if head[2] == "Total"]
    assert 'aria-sort="descending"' in attributes
    assert link == "?sort=lowest&amp;show=late"
    assert sum("aria-sort" in head[0] for head in heads) == 1
    assert [head[2] for head in heads] == ["Name", "Charter", "Council", "Court", "Total"]


def test_the_page_says_whether_missing_work_counts(client: Client, taught: Classroom, instructor: User) -> None:
    client.force_login(instructor)
    assert "Missing work is left out of totals." in text(client, taught)
    Classroom.objects.filter(pk=taught.pk).update(missing_is_zero=True)
    assert "Missing work counts as 0 in totals." in text(client, taught)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "Zoe Adler ben"),
        ("?sort=-name", "ben Zoe Adler"),
        ("?sort=total", "Zoe Adler ben"),
        ("?sort=lowest", "Zoe Adler ben"),
        ("?show=failed", "Zoe Adler"),
        ("?show=late", "Zoe Adler"),
        ("?show=missing", "Zoe Adler ben"),
        ("?show=waiting", ""),
        ("?sort=membership__user__password&show=x", "Zoe Adler ben"),
    ],
)
def test_rows_are_chosen_and_sorted_by_what_is_allowed(
    client: Client, taught: Classroom, instructor: User, query: str, names: str
) -> None:
    client.force_login(instructor)
    assert body(client, taught, query) == names


def test_a_removed_member_is_not_in_it(client: Client, taught: Classroom, instructor: User, learner: User) -> None:
    Membership.objects.filter(user=learner).update(status="removed")
    client.force_login(instructor)
    assert body(client, taught) == "ben"


def test_a_class_without_students_or_assignments_is_told_what_comes_first(client: Client, instructor: User) -> None:
    empty = factories.classroom(instructor=instructor)
    client.force_login(instructor)
    assert "no students yet" in text(client, empty)
    factories.member(empty, factories.user())
    assert "Nothing assigned yet." in text(client, empty)


def test_nothing_on_the_page_is_inline(client: Client, taught: Classroom, instructor: User) -> None:
    client.force_login(instructor)
    assert not nothing_inline(client.get(f"/classrooms/{taught.pk}/gradebook/"))


# Figures --------------------------------------------------------------------------------------------------------------


def test_an_assignment_has_its_figures_and_a_histogram_that_can_be_read_aloud(
    client: Client, taught: Classroom, instructor: User, now: datetime
) -> None:
    assignment = taught.assignments.get(quiz__title="Charter")  # type: ignore[attr-defined]
    ben = User.objects.get(username="ben")
    factories.attempt(ben, assignment.quiz, assignment=assignment, right=1, now=now, submit=True)
    client.force_login(instructor)
    found = text(client, taught).partition("Results of each assignment")[2]
    assert "Charter 2 results · mean 50.0% · median 50% · SD 25.0" in found
    assert "20 to 30%: 1 result. 70 to 80%: 1 result." in found
    html = client.get(f"/classrooms/{taught.pk}/gradebook/").content.decode()
    assert f'aria-labelledby="chart-{assignment.pk}" aria-describedby="bars-{assignment.pk}"' in html


def test_the_highest_column_is_as_high_as_the_chart() -> None:
    found = bars([0, 1, 0, 0, 0, 0, 0, 0, 2, 4])
    assert [bar.height for bar in found] == [0, 24, 0, 0, 0, 0, 0, 0, 48, 96]
    assert all(bar.y + bar.height == CHART["height"] for bar in found)
    assert (found[9].start, found[9].end, found[9].x + CHART["bar"]) == (90, 100, CHART["width"])
    assert [bar.height for bar in bars([0] * 10)] == [0] * 10


@pytest.mark.slow
def test_a_class_of_a_hundred_with_twenty_assignments_takes_five_queries(
    client: Client, instructor: User, now: datetime
) -> None:
    people = User.objects.bulk_create([User(username=f"s{number}", password="!") for number in range(100)])
    classroom = factories.classroom(instructor=instructor)
    Membership.objects.bulk_create([Membership(classroom=classroom, user=person) for person in people])
    given = [factories.assignment(classroom, factories.quiz(0)) for _number in range(20)]
    made = {
        "status": "graded",
        "started_at": now,
        "submitted_at": now,
        "exact_marks": Fraction(3),
        "marks": 3,
        "max_marks": 4,
        "fraction": "0.75",
        "number": 1,
    }
    Attempt.objects.bulk_create(
        [Attempt(learner=person, quiz=row.quiz, assignment=row, **made) for person in people for row in given]
    )
    client.force_login(instructor)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/classrooms/{classroom.pk}/gradebook/")
    assert response.content.decode().count("75%") > 2000
    assert len(queries) <= 5 + SESSION_PERSON_PERMISSION_OVERDUE_TAB


def test_marks_out_of_different_sums_are_said_to_count_by_share(
    client: Client, taught: Classroom, instructor: User, now: datetime
) -> None:
    """C7: points were edited between the attempts of two learners."""
    client.force_login(instructor)
    sentence = "Attempts at one assignment are worth different marks: Council."
    assert sentence not in text(client, taught)
    council = taught.assignments.get(quiz__title="Council")
    council.quiz.items.update(points=5)
    factories.attempt(User.objects.get(username="ben"), council.quiz, assignment=council, right=2, submit=True, now=now)
    page = text(client, taught)
    assert sentence in page
    assert "1 of 4, 25%, failed" in page
    assert "10 of 20, 50%, failed" in page


# Sheets ---------------------------------------------------------------------------------------------------------------


def sheet(response: Any) -> list[list[str]]:
    data = b"".join(response.streaming_content)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_csv_has_a_row_for_each_member(client: Client, taught: Classroom, instructor: User) -> None:
    client.force_login(instructor)
    response = client.get(f"/classrooms/{taught.pk}/gradebook.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    head, zoe, ben = sheet(response)
    assert head[:7] == [
        "Surname",
        "First name",
        "E-mail",
        "User name",
        "Charter",
        "Charter: maximum",
        "Charter: status",
    ]
    assert head[10:] == ["Court", "Court: maximum", "Court: status", "Total", "Possible", "Percent", "Late"]
    assert ben[:4] == ["ben", "", "", "ben"]
    assert ben[4:10] == ["", "4.00", "missing", "", "4.00", "not started"]
    assert zoe[:4] == ["Adler", "Zoe", zoe[2], "learner"]
    assert zoe[4:10] == ["3.00", "4.00", "late", "1.00", "4.00", "done"]
    assert zoe[-4:] == ["4.00", "8.00", "50", "1"]


def test_the_csv_holds_what_the_page_shows(client: Client, taught: Classroom, instructor: User) -> None:
    client.force_login(instructor)
    rows = sheet(client.get(f"/classrooms/{taught.pk}/gradebook.csv?show=failed"))
    assert [row[0] for row in rows] == ["Surname", "Adler"]


def test_a_name_that_is_a_formula_stays_text(
    client: Client, taught: Classroom, instructor: User, learner: User
) -> None:
    User.objects.filter(pk=learner.pk).update(first_name='=HYPERLINK("http://x.example";"Zoë")', last_name="")
    client.force_login(instructor)
    rows = sheet(client.get(f"/classrooms/{taught.pk}/gradebook.csv"))
    assert {row[0] for row in rows} >= {'\'=HYPERLINK("http://x.example";"Zoë")'}


def test_the_workbook_keeps_numbers_as_numbers(client: Client, taught: Classroom, instructor: User) -> None:
    client.force_login(instructor)
    response = client.get(f"/classrooms/{taught.pk}/gradebook.xlsx")
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    page: Any = load_workbook(io.BytesIO(response.content)).active
    zoe = list(page.values)[1]
    assert (zoe[:2], zoe[3:7], zoe[7:10]) == (("Adler", "Zoe"), ("learner", 3, 4, "late"), (1, 4, "done"))
    percent = page.cell(row=2, column=len(zoe) - 1)
    assert (percent.value, percent.number_format) == (0.5, "0%")
    assert page.column_dimensions["A"].width >= 20


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Class 10B", "class-10b-gradebook-2026-03-02"),
        ('x"; filename="evil.exe\r\nSet-Cookie: a=b', "x-filenameevilexe-set-cookie-ab-gradebook-2026-03-02"),
        ("国際関係", "class-{pk}-gradebook-2026-03-02"),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_name_of_the_file_is_plain_whatever_the_class_is_called(
    client: Client, instructor: User, name: str, file: str, suffix: str
) -> None:
    classroom = factories.classroom(instructor=instructor, name=name)
    client.force_login(instructor)
    response = client.get(f"/classrooms/{classroom.pk}/gradebook.{suffix}")
    assert response["Content-Disposition"] == f'attachment; filename="{file.format(pk=classroom.pk)}.{suffix}"'
    assert "Set-Cookie" not in response
