"""Drafts of questions: anything with a stem is kept as typed, publishing is one click, suggestions stop nobody."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes import question_types
from quizzes.models import Question, QuestionVersion
from quizzes.services import exchange, readiness
from tests.admin import cast
from tests.admin.test_questions import ADD, edit, form_data, posted


def saved(client: Client, kind: str = "single_choice", **changes: Any) -> Question:
    response = client.post(f"{ADD}?type={kind}", posted(**changes))
    made = Question.objects.latest("pk")
    assert response["Location"] == edit(made)
    return made


def page_of(client: Client, question: Question) -> str:
    return client.get(edit(question)).content.decode()


def problems(page: str) -> dict[str, str]:
    """Each sentence of the summary by the id of the element it leads to; that element is on the page."""
    found = dict(re.findall(r'<li><a href="#([^"]*)">(.*?)</a></li>', page))
    for at in found:
        assert f'id="{at}"' in page, at
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind.key for kind in question_types.all_types()])
def test_a_draft_of_any_type_is_kept_with_nothing_but_a_stem(as_ada: Client, kind: str) -> None:
    blank = form_data(as_ada.get(ADD, {"type": kind}).content.decode())
    response = as_ada.post(f"{ADD}?type={kind}", blank | {"spec-stem": "Why?", "_save": "1"})
    made = Question.objects.latest("pk")
    assert response["Location"] == edit(made)
    again = form_data(page_of(as_ada, made))
    assert again["spec-stem"] == "Why?"
    assert as_ada.post(edit(made), again).status_code == 302


@pytest.mark.parametrize(
    ("changes", "at", "sentence"),
    [
        ({"spec-options-0-correct": ""}, "spec-options-title", "Choose the correct option."),
        ({"spec-options-1-text": ""}, "id_spec-options-1-text", "Option 2, Option: This field is required."),
        (
            {"spec-options-1-text": "Security Council"},
            "spec-options-title",
            "Options 1 and 2 are the same.",
        ),
        ({"spec-options-TOTAL_FORMS": "0"}, "spec-options-title", "Add at least two options."),
        ({"spec-options-1-text": "x" * 1001}, "id_spec-options-1-text", "Option 2, Option: Ensure this value has at"),
    ],
)
def test_what_is_missing_is_said_at_its_place_and_stops_only_publishing(
    as_ada: Client, changes: dict[str, Any], at: str, sentence: str
) -> None:
    made = saved(as_ada, _publish="1", **changes)
    page = page_of(as_ada, made)
    assert "Fix before publishing" in page
    assert problems(page)[at].startswith(sentence)
    assert made.ready_version is None
    for name, value in changes.items():
        if "text" in name:
            assert form_data(page)[name] == value, "as it was typed"


def test_a_finished_draft_is_published_and_stored_like_any_other(as_ada: Client) -> None:
    made = saved(as_ada, _save="1", **{"spec-options-0-correct": ""})
    assert readiness.faults(made.draft) == ["Choose the correct option."]
    data = form_data(page_of(as_ada, made))
    as_ada.post(edit(made), data | {"spec-options-correct": "0", "_publish": "1"})
    ready = made.ready_version
    assert ready is not None
    assert ready.spec == question_types.normalized("single_choice", cast.SPEC)


def test_a_draft_without_a_stem_is_not_kept(as_ada: Client) -> None:
    count = Question.objects.count()
    response = as_ada.post(f"{ADD}?type=single_choice", posted(_save="1", **{"spec-stem": " "}))
    assert problems(response.content.decode()) == {"id_spec-stem": "Stem: This field is required."}
    assert "Not saved. Fix the fields marked in red." in response.content.decode()
    assert Question.objects.count() == count


def test_errors_are_tied_to_their_fields(as_ada: Client) -> None:
    page = as_ada.post(f"{ADD}?type=single_choice", posted(_save="1", **{"spec-stem": ""})).content.decode()
    [field] = re.findall(r'<textarea name="spec-stem"[^>]*>', page)
    assert 'aria-invalid="true"' in field
    described = re.findall(r'aria-describedby="([^"]*)"', field)[0].split()
    assert all(f'id="{name}"' in page for name in described)
    assert any("error" in name for name in described)


def test_an_unfinished_edit_leaves_what_is_published_alone(as_ada: Client, stage: SimpleNamespace) -> None:
    data = form_data(page_of(as_ada, stage.question)) | {"spec-options-1-text": "", "spec-options-1-feedback": "Hm."}
    as_ada.post(edit(stage.question), data)
    assert stage.question.ready_version.number == 1
    assert question_types.is_unfinished(stage.question.draft.spec)
    assert form_data(page_of(as_ada, stage.question))["spec-options-1-feedback"] == "Hm."


def test_an_unfinished_draft_is_neither_previewed_nor_exported(as_ada: Client) -> None:
    made = saved(as_ada, _save="1", **{"spec-options-0-correct": ""})
    preview = reverse("admin:quizzes_question_preview", args=[made.pk, 1])
    assert as_ada.get(preview)["Location"] == edit(made)
    assert exchange.export(Question.objects.filter(pk=made.pk)) == []


def test_a_draft_of_another_time_that_claims_to_be_typed_shows_no_error_page(as_ada: Client) -> None:
    made = saved(as_ada, _save="1", **{"spec-options-0-correct": ""})
    QuestionVersion.objects.filter(question=made).update(spec={"stem": "Why?", "typed": {}})
    assert as_ada.get(edit(made)).status_code == 200


def test_one_of_the_options_is_the_right_one_by_a_radio_button(as_ada: Client, stage: SimpleNamespace) -> None:
    page = page_of(as_ada, stage.question)
    assert re.findall(r'<input type="radio" name="spec-options-correct" value="(\d)"[^>]* checked', page) == ["0"]
    assert 'name="spec-options-correct" value="__prefix__"' in page
    as_ada.post(edit(stage.question), form_data(page) | {"spec-options-correct": "2"})
    assert [row["correct"] for row in stage.question.draft.spec["options"]] == [False, False, True]


# Publishing and suggestions -------------------------------------------------------------------------------------------


def test_publishing_is_one_click_whatever_is_suggested(as_ada: Client, stage: SimpleNamespace) -> None:
    made = Question.objects.count()
    as_ada.post(f"{ADD}?type=single_choice", posted(_publish="1", **{"spec-explanation": "", "spec-stem": "Who?"}))
    assert Question.objects.count() == made + 1
    assert Question.objects.latest("pk").ready_version is not None


def test_suggestions_stand_on_the_form_and_are_put_aside_without_a_reason(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    question = cast.question(owner=stage.ada, spec={**cast.SPEC, "explanation": ""}, status="draft")
    page = page_of(as_ada, question)
    assert "Suggestions (you can ignore these)" in page
    assert "Add a sentence that says why the answer is right." in page
    ignore = reverse("admin:quizzes_question_ignore", args=[question.pk])
    as_ada.post(ignore, {"rule": "explanation-missing"})
    assert "Add a sentence that says why" not in page_of(as_ada, question)
    assert as_ada.post(ignore, {"rule": "nonsense"}).status_code == 404


def test_what_makes_a_question_unanswerable_stops_publishing(as_ada: Client, stage: SimpleNamespace) -> None:
    options = [*cast.SPEC["options"], {"text": "The Secretariat\u200b", "correct": False, "feedback": ""}]
    question = cast.question(owner=stage.ada, spec={**cast.SPEC, "options": options}, status="draft")
    as_ada.post(reverse("admin:quizzes_question_publish", args=[question.pk]), {"revision": 1})
    assert question.ready_version is None
    assert "Fix before publishing" in page_of(as_ada, question)
