"""Questions taken away in the workshop: the page says what a format cannot carry of exactly these, and so does the file."""

from __future__ import annotations

import io
import json
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from quizzes import clock, formats
from quizzes.formats import budgets
from quizzes.formats.packages import MOST_MEMBERS
from quizzes.formats.table_columns import HEADINGS
from quizzes.models import Source, Unit
from quizzes.services import exports
from tests import factories
from tests.admin import cast
from tests.admin.conftest import logged_in

EXPORT = reverse("admin:quizzes_question_export")
CLOZE = {
    "stem": "Fill in.",
    "text": "The first mission was [[1]].",
    "gaps": [{"kind": "text", "answers": [{"text": "UNTSO"}]}],
}


@pytest.fixture
def bank(stage: SimpleNamespace) -> SimpleNamespace:
    """A quiz of Ada's with her single choice and her cloze."""
    stage.cloze = cast.question(spec=CLOZE, kind="cloze", owner=stage.ada)
    stage.both = cast.quiz(stage.ada, stage.question, stage.cloze, title="Two -- questions")
    stage.address = f"{EXPORT}?quiz={stage.both.pk}"
    return stage


def test_the_page_names_what_a_format_cannot_carry_and_the_file_says_it_too(as_ada: Client, bank: Any) -> None:
    page = as_ada.get(f"{bank.address}&as=gift").content.decode()
    assert "2 questions that you can take." in page
    assert "GIFT has no questions of this type; it is left out." in page
    assert "2. Fill in." in page
    response = as_ada.post(f"{bank.address}&as=gift")
    day = clock.now().date()
    assert response["Content-Disposition"] == f'attachment; filename="two-questions-{day}.gift"'
    assert b"// 1 of 2 questions are in it." in response.content
    assert b"//     2. Fill in." in response.content
    drafts, issues = formats.get("gift").parse(response.content)
    assert ([draft.type for draft in drafts], issues) == (["single_choice"], [])


@pytest.mark.parametrize("key", ["moodle_xml", "qti", "qti12"])
def test_xml_and_packages_hold_the_report_where_no_reader_looks(as_ada: Client, bank: Any, key: str) -> None:
    content = as_ada.post(f"{bank.address}&as={key}").content
    drafts, issues = formats.get(key).parse(content)
    assert [str(issue) for issue in issues if not issue.is_note] == []
    assert len(drafts) == 2
    if key == "moodle_xml":
        assert b"Two - - questions, from Quizsite on" in content
    else:
        assert "from Quizsite" in zipfile.ZipFile(io.BytesIO(content)).read("not-in-this-file.txt").decode()


def test_a_format_without_comments_comes_as_a_zip_with_the_report_or_alone(as_ada: Client, bank: Any) -> None:
    packed = zipfile.ZipFile(io.BytesIO(as_ada.post(f"{bank.address}&as=aiken").content))
    name = f"two-questions-{clock.now().date()}.txt"
    assert packed.namelist() == [name, "not-in-this-file.txt"]
    assert as_ada.post(f"{bank.address}&as=aiken", {"alone": "1"}).content == packed.read(name)
    whole = as_ada.post(f"{bank.address}&as=json")
    assert whole["Content-Type"] == "application/json"
    assert len(formats.get("json").parse(whole.content)[0]) == 2


@pytest.mark.parametrize(("visibility", "taken"), [("private", 0), ("copy", 1), ("use", 1), ("edit", 1)])
def test_a_colleague_takes_what_may_be_copied_and_its_owner_finds_it_in_the_history(
    as_bea: Client, stage: SimpleNamespace, visibility: str, taken: int
) -> None:
    stage.question.visibility = visibility
    stage.question.save()  # Bea's quiz asks it, so she sees it whatever its owner allows
    page = as_bea.get(f"{EXPORT}?questions={stage.question.pk}").content.decode()
    assert f"{taken} question{'' if taken == 1 else 's'} that you can take." in page
    response = as_bea.post(f"{EXPORT}?questions={stage.question.pk}")
    assert ("Content-Disposition" in response) == bool(taken)
    told = LogEntry.objects.filter(object_id=stage.question.pk, user=stage.bea)
    assert [entry.get_change_message() for entry in told] == ["Exported as Quizsite JSON."] * taken


def test_what_is_kept_for_exams_and_what_an_exam_of_ones_own_asks_stays(stage: SimpleNamespace) -> None:
    kept = cast.question(owner=stage.ada, visibility="copy", is_kept_for_exams=True)
    asked = cast.question(owner=stage.ada, visibility="copy")
    exam = cast.quiz(stage.ada, asked, feedback="exam", slug="exam")
    room = factories.classroom(instructor=stage.ada, students=[stage.bea])
    factories.assignment(room, exam)
    for question in (kept, asked):
        page = logged_in(stage.bea).get(f"{EXPORT}?questions={question.pk}")
        assert page.context["count"] == 0
        assert logged_in(stage.ada).get(f"{EXPORT}?questions={question.pk}").context["count"] == 1


def test_a_search_a_topic_a_unit_and_ticked_questions_lead_to_the_page(as_ada: Client, bank: Any) -> None:
    for query, count in (("q=mandate", 1), (f"topic={bank.cloze.topic_id}", 2), ("type=cloze", 1), ("state=draft", 0)):
        assert as_ada.get(f"{EXPORT}?{query}").context["count"] == count, query
    unit = Unit.objects.create(title="Who decides?", slug="decides", position=7, owner=bank.ada)
    bank.cloze.tags.create(slug="u7")
    assert as_ada.get(f"{EXPORT}?unit={unit.pk}").context["count"] == 1
    ticked = {"action": "export", "_selected_action": [bank.cloze.pk, bank.question.pk]}
    led = as_ada.post(reverse("admin:quizzes_question_changelist"), ticked)
    assert led["Location"].startswith(f"{EXPORT}?questions=")
    everything = as_ada.post(
        reverse("admin:quizzes_question_changelist") + "?q=mandate", ticked | {"select_across": "1"}
    )
    assert everything["Location"] == f"{EXPORT}?q=mandate"


@pytest.mark.parametrize("query", ["quiz=9999", "quiz=x", "unit=99999999999999999999", "as=exe", "topic__slug=a"])
def test_what_is_not_there_is_not_found_or_nothing(as_ada: Client, stage: SimpleNamespace, query: str) -> None:
    assert as_ada.get(f"{EXPORT}?{query}").status_code in (302, 400, 404)


def test_students_and_foreign_quizzes_are_refused(stage: SimpleNamespace) -> None:
    hidden = cast.quiz(stage.ada, stage.question, visibility="private", slug="hidden")
    assert logged_in(stage.bea).get(f"{EXPORT}?quiz={hidden.pk}").status_code == 404
    assert logged_in(stage.sam).get(EXPORT).status_code == 302


def test_what_one_file_does_not_hold_goes_out_in_parts_or_as_a_zip_of_them(
    as_ada: Client, bank: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(formats.get("aiken")), "most_in_file", 1)
    page = as_ada.get(f"{bank.address}&as=aiken&part=2")
    assert (page.context["count"], len(page.context["parts"])) == (2, 2)
    assert "Aiken holds questions with one right option only; this one is left out." in page.content.decode()
    day = clock.now().date()
    part = as_ada.post(f"{bank.address}&as=aiken&part=1", {"alone": "1"})
    assert part["Content-Disposition"] == f'attachment; filename="two-questions-part-1-of-2-{day}.txt"'
    sent = as_ada.post(f"{bank.address}&as=aiken", {"all": "1"})
    assert sent["Content-Disposition"] == f'attachment; filename="two-questions-{day}.zip"'
    whole = zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content)))
    parts = [f"two-questions-part-{n}-of-2" for n in (1, 2)]
    assert whole.namelist() == [
        f"{parts[0]}-{day}.txt", f"{parts[0]}-not-in-this-file.txt",
        f"{parts[1]}-{day}.txt", f"{parts[1]}-not-in-this-file.txt",
    ]  # fmt: skip
    assert whole.read(f"{parts[0]}-{day}.txt") == part.content
    assert b"2. Fill in." in whole.read(f"{parts[1]}-not-in-this-file.txt")


def test_the_quiz_is_in_the_first_part_and_far_too_many_are_refused(
    as_ada: Client, bank: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(formats.get("json")), "most_in_file", 1)
    whole = zipfile.ZipFile(io.BytesIO(b"".join(as_ada.post(bank.address, {"all": "1"}).streaming_content)))
    first, second = (json.loads(whole.read(name)) for name in whole.namelist())
    assert (first["quiz"]["title"], len(first["quiz"]["items"]), "quiz" in second) == ("Two -- questions", 1, False)
    monkeypatch.setattr(exports, "MOST", 1)
    assert "At most 1 questions leave at a time" in as_ada.get(bank.address, follow=True).content.decode()


def test_what_is_written_into_one_file_is_as_much_as_is_read_of_one() -> None:
    assert (formats.get("table").most_in_file + 1) * len(HEADINGS) <= budgets.CELLS.most
    assert formats.get("qti").most_in_file + 2 <= MOST_MEMBERS


def test_a_source_that_is_private_stays_and_content_of_another_time_too(as_bea: Client, stage: SimpleNamespace) -> None:
    Source.objects.update(owner=stage.ada, visibility="private")
    content = as_bea.post(f"{EXPORT}?questions={stage.question.pk}").content
    assert formats.get("json").parse(content)[0][0].sources == ()
    stage.question.versions.update(spec={"stem": "Old"})
    assert as_bea.get(f"{EXPORT}?questions={stage.question.pk}").context["missing"] == 1


def test_a_zip_of_parts_that_is_imported_as_it_is_says_what_to_do(
    as_ada: Client, bank: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(formats.get("gift")), "most_in_file", 1)
    sent = b"".join(as_ada.post(f"{bank.address}&as=gift", {"all": "1"}).streaming_content)
    _drafts, [issue] = formats.detect("questions.zip", sent).parse(sent)
    assert issue.message == "This is a zip of other files. Unpack it, and import them one after the other."
