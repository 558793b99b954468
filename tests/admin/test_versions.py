"""Versions side by side, the way back to one, drafts that go, duplicates, and a card with its answers hidden."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import Question, QuestionVersion, Quiz
from tests.admin import cast

OLD, NEW = (
    cast.SPEC,
    {**cast.SPEC, "stem": "Which organ gives a mission its mandate, before it is sent out into the field?"},
)


def address(name: str, question: Question, *more: int) -> str:
    return reverse(f"admin:quizzes_question_{name}", args=[question.pk, *more])


@pytest.fixture
def edited(stage: SimpleNamespace) -> Question:
    """A question with an old version and the one that is asked."""
    question = cast.question(owner=stage.ada, status="retired")
    QuestionVersion.objects.create(question=question, number=2, spec=NEW, status="ready", revision=2)
    return question


def text(client: Client, url: str, data: Any = None) -> str:
    response = client.get(url) if data is None else client.post(url, data, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_two_versions_stand_side_by_side_in_plain_words(as_ada: Client, edited: Question) -> None:
    assert f"{address('compare', edited)}?old=1&amp;new=2" in text(as_ada, address("versions", edited))
    page = text(as_ada, f"{address('compare', edited)}?old=1&new=2")
    assert f'<th scope="row">Question</th><td>{OLD["stem"]}</td> <td>{NEW["stem"]}</td>' in page


@pytest.mark.parametrize("choice", ["", "?old=x&new=-1", "?old=99&new=1e3", "?old=2&new=2"])
def test_a_comparison_of_nothing_is_a_page_all_the_same(as_ada: Client, edited: Question, choice: str) -> None:
    assert "Compare version" in text(as_ada, address("compare", edited) + choice)


def test_going_back_makes_a_new_draft_and_rewrites_nothing(as_ada: Client, edited: Question) -> None:
    page = text(as_ada, address("go_back", edited, 1), {})
    assert "Version 3 is a draft that says what version 1 says." in page
    rows = edited.versions.order_by("number").values_list("number", "status", "spec__stem")
    assert list(rows) == [(1, "retired", OLD["stem"]), (2, "ready", NEW["stem"]), (3, "draft", OLD["stem"])]


def test_an_open_draft_is_not_written_over(as_ada: Client, edited: Question) -> None:
    mine = {**cast.SPEC, "stem": "What I am writing just now, which must not be lost by a button?"}
    QuestionVersion.objects.create(question=edited, number=3, spec=mine, revision=3)
    page = text(as_ada, address("go_back", edited, 1), {})
    assert "Version 3 is an open draft. Publish or discard it first." in page
    assert edited.versions.get(number=3).spec["stem"] == mine["stem"]
    assert edited.versions.count() == 3


def test_going_back_to_what_is_asked_anyway_says_so(as_ada: Client, edited: Question) -> None:
    assert "Version 2 already says the same." in text(as_ada, address("go_back", edited, 2), {})
    assert as_ada.post(address("go_back", edited, 9)).status_code == 404


def test_a_draft_that_was_never_published_is_deleted_once_it_was_named(as_ada: Client, stage: SimpleNamespace) -> None:
    draft = cast.question(owner=stage.ada, status="draft")
    assert "Delete…" in text(as_ada, address("change", draft))
    page = text(as_ada, address("drop", draft), {})
    assert OLD["stem"] in page
    assert Question.objects.filter(pk=draft.pk).exists()
    assert "Deleted:" in text(as_ada, address("drop", draft), {"confirmed": "yes"})
    assert not Question.objects.filter(pk=draft.pk).exists()


def test_what_was_published_or_is_in_a_quiz_is_not_deleted(
    as_ada: Client, stage: SimpleNamespace, edited: Question
) -> None:
    in_quiz = cast.question(owner=stage.ada, status="draft")
    cast.quiz(stage.ada, in_quiz, status="draft")
    for question in (edited, in_quiz):
        assert "Delete…" not in text(as_ada, address("change", question))
        assert "Archive it instead." in text(as_ada, address("drop", question), {"confirmed": "yes"})
        assert Question.objects.filter(pk=question.pk).exists()


def test_a_question_and_a_quiz_of_ones_own_are_duplicated(as_ada: Client, stage: SimpleNamespace) -> None:
    assert "Duplicate</button>" in text(as_ada, address("change", stage.question))
    as_ada.post(address("copy", stage.question))
    made = Question.objects.latest("pk")
    assert (made.owner, made.draft and made.draft.stem) == (stage.ada, OLD["stem"])
    as_ada.post(reverse("admin:quizzes_quiz_copy", args=[stage.ada_quiz.pk]))
    copy = Quiz.objects.latest("pk")
    assert (copy.title, copy.status) == (f"{stage.ada_quiz.title} (copy)", "draft")


def test_a_card_with_its_answers_hidden_has_no_key(as_ada: Client, stage: SimpleNamespace) -> None:
    spec = {
        "stem": "Which word is meant by all of this?",
        "answers": [{"text": "sentinel"}],
        "explanation": "So it is.",
    }
    question = cast.question(owner=stage.ada, spec=spec, kind="short_answer")
    url = address("preview", question, 1)
    assert "sentinel" in text(as_ada, url)
    as_ada.post("/previews/answers/", {"answers": "hide", "back": url})
    for page in (text(as_ada, url), text(as_ada, url, {"q1-text": "a guess"})):
        for told in ("sentinel", "So it is.", "of the points"):
            assert told not in page


def test_lists_lead_to_previews_of_what_can_be_previewed(as_bea: Client, stage: SimpleNamespace) -> None:
    Quiz.objects.filter(pk=stage.ada_quiz.pk).update(visibility="use")
    shared = cast.quiz(None, stage.question, title="The site's")
    page = text(as_bea, reverse("admin:quizzes_quiz_changelist"))
    assert f"/quizzes/{shared.slug}/preview/" in page
    assert stage.ada_quiz.title in page
    assert f"/quizzes/{stage.ada_quiz.slug}/preview/" not in page
