"""An import in the workshop: a file, a page to look it over, a report, and the way back. Each meets their own alone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from quizzes.models import ImportDraft, Question, Quiz
from tests.services.test_imports import BROKEN, GIFT

START = reverse("admin:quizzes_question_import")


def sent(client: Client, text: str = GIFT, name: str = "organs.gift") -> ImportDraft:
    response = client.post(START, {"file": SimpleUploadedFile(name, text.encode())})
    draft = ImportDraft.objects.latest("pk")
    assert response["Location"] == page_of(draft)
    while draft.is_in_progress:  # on a slow machine it takes more than one slice
        act(client, draft, "go-on")
        draft.refresh_from_db()
    return draft


def page_of(draft: ImportDraft) -> str:
    return reverse("admin:quizzes_question_imported", args=[draft.pk])


def act(client: Client, draft: ImportDraft, name: str, **data: object) -> str:
    """Press a button of an import's page; the page that follows."""
    response = client.post(reverse("admin:quizzes_question_import_act", args=[draft.pk, name]), data, follow=True)
    return response.content.decode()


def test_from_a_file_to_a_quiz_and_back(as_ada: Client, stage: SimpleNamespace) -> None:
    before = Question.objects.count()
    draft = sent(as_ada, BROKEN)
    page = as_ada.get(page_of(draft)).content.decode()
    assert "Which organ authorizes a peacekeeping mission" in page
    assert "What is not imported" in page
    assert "line 11" in page
    done = act(
        as_ada,
        draft,
        "review",
        confirm="yes",
        shown=[0, 1],
        take=[0, 1],
        publishes="on",
        quiz="Organs",
        kind="practice",
    )
    assert "A quiz of 2 questions." in done
    assert "It is published." in done
    assert Quiz.objects.get(title="Organs").owner == stage.ada
    assert Question.objects.count() == before + 2
    undone = act(as_ada, draft, "undo")
    assert "The quiz “Organs” was removed." in undone
    assert Question.objects.count() == before


def test_ticks_and_choices_are_kept_from_page_to_page(as_ada: Client) -> None:
    draft = sent(as_ada)
    page = act(as_ada, draft, "review", page="2", shown=[0, 1], take=[1], topic="Organs", kind="exam", publishes="on")
    assert "1 is ticked." in page
    assert 'value="Organs"' in page
    assert "2 are ticked." in act(as_ada, draft, "review", take_all="", shown=[0, 1], kind="exam")
    refused = act(as_ada, draft, "review", confirm="yes", kind="practice", quiz="Q", is_kept_for_exams="on")
    assert "Only an exam asks questions that are kept for exams" in refused


def test_a_long_file_has_pages_and_keeps_what_is_ticked_on_each(as_ada: Client) -> None:
    draft = sent(as_ada, "\n\n".join(f"Which is number {n} of all of them? {{=this {n} ~that {n}}}" for n in range(25)))
    page = as_ada.get(page_of(draft) + "?page=99").content.decode()
    assert "Page 2 of 2" in page
    assert "number 24 of all" in page
    assert "24 are ticked." in act(as_ada, draft, "review", page="1", shown=[24], kind="practice", publishes="on")


def test_pasted_text_of_another_form_can_be_read_as_that(as_ada: Client) -> None:
    as_ada.post(START, {"text": "Which one?\nA. this\nB. that\nANSWER: B\n"})
    draft = ImportDraft.objects.get()
    assert draft.format == "aiken"
    assert "Throw the file away" in act(as_ada, draft, "again", format="gift")
    draft.refresh_from_db()
    assert draft.format == "gift"
    act(as_ada, draft, "discard")
    assert not ImportDraft.objects.exists()


def test_nothing_and_what_cannot_be_told_is_refused_with_a_sentence(as_ada: Client) -> None:
    assert "Choose a file, or paste some text." in as_ada.post(START, {}).content.decode()
    empty = as_ada.post(START, {"file": SimpleUploadedFile("a.gift", b" ")}).content.decode()
    assert "It is empty." in empty
    assert as_ada.get(START + "sample.xlsx").content.startswith(b"PK")


@pytest.mark.parametrize("act_name", ["go-on", "review", "again", "undo", "discard"])
def test_an_import_of_another_instructor_is_not_there(as_ada: Client, as_bea: Client, act_name: str) -> None:
    draft = sent(as_ada)
    assert as_bea.get(page_of(draft)).status_code == 404
    address = reverse("admin:quizzes_question_import_act", args=[draft.pk, act_name])
    assert as_bea.post(address, {"confirm": "yes"}).status_code == 404
    assert as_bea.get(address).status_code == 405
    assert ImportDraft.objects.get().stage == "ready"


def test_a_student_imports_nothing(stage: SimpleNamespace, client: Client) -> None:
    client.force_login(stage.sam)
    assert client.get(START).status_code in (302, 403)


def test_an_import_may_be_larger_than_other_requests(as_ada: Client) -> None:
    large = SimpleUploadedFile("large.gift", b"// " + b"x" * 6_000_000)
    assert as_ada.post(START, {"file": large}).status_code == 302
    large.seek(0)
    elsewhere = as_ada.post(reverse("admin:quizzes_question_add"), {"file": large})
    assert (elsewhere.status_code, "at most 5 MB" in elsewhere.content.decode()) == (413, True)
    huge = SimpleUploadedFile("huge.gift", b"x" * 27_000_000)
    refused = as_ada.post(START, {"file": huge})
    assert (refused.status_code, "A file may have at most 25 MB." in refused.content.decode()) == (413, True)
