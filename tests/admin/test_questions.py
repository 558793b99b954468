"""Questions in the workshop: a form made for each type, drafts, publishing, previews, regrading."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes import question_types
from quizzes.models import Answer, Question, QuestionVersion, User, tickets
from quizzes.reports import guests as guest_pages
from quizzes.services import guests
from tests import factories
from tests.admin import cast
from tests.admin.forms import as_shown

ADD = "/admin/quizzes/question/add/"


def posted(**changes: Any) -> dict[str, Any]:
    """The form of a single choice as a browser without scripts would send it."""
    data = {
        "topic": cast.topic().name,
        "difficulty": "easy",
        "bloom": "remember",
        "tags": "organs, first missions",
        "revision": "",
        "places-TOTAL_FORMS": 2,
        "places-INITIAL_FORMS": 0,
        "places-0-source": cast.source().pk,
        "places-0-paragraph": 2,
        "places-0-evidence": "",
        "spec-stem": cast.SPEC["stem"],
        "spec-explanation": cast.EXPLANATION,
        "spec-options-TOTAL_FORMS": 4,
        "spec-options-INITIAL_FORMS": 0,
    }
    for index, option in enumerate(cast.SPEC["options"]):
        data[f"spec-options-{index}-text"] = option["text"]
        data[f"spec-options-{index}-feedback"] = option["feedback"]
        data[f"spec-options-{index}-ORDER"] = index + 1
        if option["correct"]:
            data[f"spec-options-{index}-correct"] = "on"
    return {**data, **changes}


def form_data(page: str) -> dict[str, Any]:
    """Every field of the question form on a page with its value, as a browser would send it back."""
    return as_shown(page, "question_form")


def edit(question: Question) -> str:
    return reverse("admin:quizzes_question_change", args=[question.pk])


def test_first_the_type_is_chosen(as_ada: Client) -> None:
    page = as_ada.get(ADD).content.decode()
    for kind in question_types.all_types():
        assert f"?type={kind.key}" in page


@pytest.mark.parametrize("kind", [kind.key for kind in question_types.all_types()])
def test_every_type_has_a_form_of_its_own(as_ada: Client, kind: str) -> None:
    page = as_ada.get(ADD, {"type": kind}).content.decode()
    assert 'name="spec-stem"' in page
    for rows in question_types.get(kind).rows:
        assert f'name="spec-{rows.name}-TOTAL_FORMS"' in page


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind.key for kind in question_types.all_types()])
def test_every_type_can_be_edited_without_change(as_ada: Client, stage: SimpleNamespace, kind: str) -> None:
    for example in question_types.get(kind).examples:
        question = cast.question(
            owner=stage.ada, kind=kind, spec=question_types.get(kind).spec(example.spec).model_dump(mode="json")
        )
        data = form_data(as_ada.get(edit(question)).content.decode())
        response = as_ada.post(edit(question), data)
        assert response.status_code == 302, re.findall(r"errornote.*|errorlist.*", response.content.decode())
        assert question.versions.count() == 1, "an edit that changes nothing opens no draft"


@pytest.mark.parametrize("kind", [kind.key for kind in question_types.all_types()])
def test_every_type_can_be_previewed_and_tried(as_ada: Client, stage: SimpleNamespace, kind: str) -> None:
    question = cast.question(owner=stage.ada, kind=kind, spec=dict(question_types.get(kind).examples[0].spec))
    url = reverse("admin:quizzes_question_preview", args=[question.pk, 1])
    page = as_ada.get(url)
    assert page.status_code == 200
    assert as_ada.post(url, {"q1-nonsense": "1"}).status_code == 200
    assert not Answer.objects.filter(version__question=question).exists()


def test_a_question_is_written_without_scripts(as_ada: Client, stage: SimpleNamespace) -> None:
    response = as_ada.post(f"{ADD}?type=single_choice", posted(_save="1"))
    made = Question.objects.latest("pk")
    assert response["Location"] == edit(made)
    draft = made.draft
    assert draft is not None
    assert [option["text"] for option in draft.spec["options"]] == [row["text"] for row in cast.SPEC["options"]]
    assert sorted(made.tags.values_list("slug", flat=True)) == ["first-missions", "organs"]
    assert made.places.get().paragraph == 2
    assert made.owner == stage.ada


def test_rows_are_asked_for_and_nothing_written_is_lost(as_ada: Client) -> None:
    count = Question.objects.count()
    page = as_ada.post(f"{ADD}?type=single_choice", posted(_more="options", **{"spec-stem": ""})).content.decode()
    assert 'name="spec-options-6-text"' in page
    assert "General Assembly" in page
    assert "errorlist" not in page
    assert Question.objects.count() == count


def test_rows_are_left_out_and_put_in_order(as_ada: Client) -> None:
    changes = {"spec-options-2-DELETE": "on", "spec-options-0-ORDER": 2, "spec-options-1-ORDER": 1}
    as_ada.post(f"{ADD}?type=single_choice", posted(_save="1", **changes))
    draft = Question.objects.latest("pk").draft
    assert draft is not None
    assert [option["text"] for option in draft.spec["options"]] == ["General Assembly", "Security Council"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"spec-stem": ""}, "This field is required."),
        ({"places-0-paragraph": 9}, "This source has no paragraph 9."),
        ({"places-0-paragraph": ""}, "This field is required."),
        ({"tags": "???"}, "“???” cannot be a tag; use letters, digits and hyphens."),
        ({"spec-stem": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_gets_a_sentence_and_loses_nothing(as_ada: Client, changes: dict[str, Any], sentence: str) -> None:
    count = Question.objects.count()
    data = posted(_save="1", **changes)
    data = {name: value for name, value in data.items() if value != "" or name == "spec-stem"}
    response = as_ada.post(f"{ADD}?type=single_choice", data)
    page = response.content.decode()
    assert response.status_code == 200
    assert sentence in page
    assert "It approves the budget." in page
    assert Question.objects.count() == count


def test_the_same_place_twice_is_refused(as_ada: Client) -> None:
    twice = {"places-1-source": cast.source().pk, "places-1-paragraph": 2}
    page = as_ada.post(f"{ADD}?type=single_choice", posted(_save="1", **twice)).content.decode()
    assert "This place is listed already." in page


def test_an_edit_of_a_published_question_opens_a_draft_and_attempts_keep_theirs(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    data = form_data(as_ada.get(edit(stage.question)).content.decode())
    as_ada.post(edit(stage.question), {**data, "spec-stem": "A clearer stem about the organ that gives the mandate?"})
    first, second = stage.question.versions.order_by("number")
    assert (first.status, second.status) == ("ready", "draft")
    assert first.spec["stem"] == cast.SPEC["stem"]
    as_ada.post(
        reverse("admin:quizzes_question_publish", args=[stage.question.pk]),
        {"revision": second.revision, "confirmed": "yes"},
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("retired", "ready")
    assert set(Answer.objects.values_list("version", flat=True)) == {first.pk}
    page = as_ada.get(edit(stage.question)).content.decode()
    assert "2 attempts use version 1." in page


def test_the_second_of_two_authors_is_told_and_keeps_the_text(
    as_ada: Client, as_bea: Client, stage: SimpleNamespace
) -> None:
    hers = form_data(as_ada.get(edit(stage.question)).content.decode())
    as_bea.post(edit(stage.question), {**hers, "spec-stem": "What Bea wrote about the organ and the mandate?"})
    response = as_ada.post(
        edit(stage.question), {**hers, "spec-stem": "What Ada wrote about the organ and the mandate?"}
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "Changed by Bea on" in page
    assert "What Ada wrote" in page
    assert stage.question.draft.stem.startswith("What Bea wrote")
    again = form_data(page)
    assert as_ada.post(edit(stage.question), again).status_code == 302
    assert stage.question.draft.stem.startswith("What Ada wrote")


def test_publishing_needs_a_post(as_ada: Client, stage: SimpleNamespace) -> None:
    question = cast.question(owner=stage.ada, status="draft")
    as_ada.get(reverse("admin:quizzes_question_publish", args=[question.pk]))
    assert question.ready_version is None
    assert as_ada.get(reverse("admin:quizzes_question_act", args=[question.pk, "archive"])).status_code == 405


def test_a_question_in_use_is_archived_and_not_deleted(as_ada: Client, stage: SimpleNamespace) -> None:
    url = reverse("admin:quizzes_question_delete", args=[stage.question.pk])
    assert as_ada.post(url, {"post": "yes"}).status_code == 403
    as_ada.post(reverse("admin:quizzes_question_act", args=[stage.question.pk, "archive"]), {"confirmed": "yes"})
    stage.question.refresh_from_db()
    assert stage.question.is_archived
    listed = as_ada.get(reverse("admin:quizzes_question_changelist")).context["cl"].result_list
    assert stage.question not in listed


def test_an_unused_question_can_be_deleted(as_ada: Client, stage: SimpleNamespace) -> None:
    question = cast.question(owner=stage.ada, status="draft")
    as_ada.post(reverse("admin:quizzes_question_delete", args=[question.pk]), {"post": "yes"})
    assert not Question.objects.filter(pk=question.pk).exists()


def test_guests_who_tried_a_question_do_not_keep_it_from_being_deleted(as_root: Client) -> None:
    question = factories.to_try(6)[0]
    offered = guest_pages.offer(now=cast.NOW)
    first = tickets.read(offered.text if offered else "")
    assert first is not None
    tried = guests.start(first.question, 0, now=cast.NOW)
    assert tried.answers.filter(version__question=question).exists()
    url = reverse("admin:quizzes_question_delete", args=[question.pk])
    assert "Yes, I’m sure" in as_root.get(url).content.decode()
    as_root.post(url, {"post": "yes"})
    assert not Question.objects.filter(pk=question.pk).exists()
    assert not User.everyone.filter(is_guest=True).exists()

    kept = factories.question(difficulty="easy")
    attempt = factories.attempt(factories.user(), factories.quiz([kept]), now=cast.NOW)
    attempt.quiz.items.all().delete()
    assert as_root.post(reverse("admin:quizzes_question_delete", args=[kept.pk]), {"post": "yes"}).status_code == 403


def test_questions_are_added_to_a_quiz_of_ones_own(as_ada: Client, stage: SimpleNamespace) -> None:
    more = cast.question(owner=stage.ada)
    url = reverse("admin:quizzes_question_to_quiz") + f"?questions={stage.question.pk},{more.pk}"
    refused = as_ada.post(url, {"quiz": stage.bea_quiz.pk, "points": 1})
    assert "Select a valid choice" in refused.content.decode()
    as_ada.post(url, {"quiz": stage.ada_quiz.pk, "points": "2"})
    assert list(stage.ada_quiz.items.values_list("question", flat=True)) == [stage.question.pk, more.pk]
    assert stage.ada_quiz.items.get(question=more).points == 2


def correct_the_key(question: Question) -> QuestionVersion:
    """Publish a version in which the second option is the right one."""
    options = [{**row, "correct": index == 1} for index, row in enumerate(cast.SPEC["options"])]
    question.versions.update(status="retired")
    return QuestionVersion.objects.create(
        question=question, number=2, spec={**cast.SPEC, "options": options}, status="ready", published_at=cast.NOW
    )


def test_the_list_searches_stems_and_filters_states(as_ada: Client, stage: SimpleNamespace) -> None:
    draft = cast.question(
        owner=stage.ada, spec={**cast.SPEC, "stem": "Wer erteilt das Mandat für eine Friedensmission?"}, status="draft"
    )
    url = reverse("admin:quizzes_question_changelist")
    assert list(as_ada.get(url, {"q": "friedensmission"}).context["cl"].result_list) == [draft]
    assert list(as_ada.get(url, {"state": "new"}).context["cl"].result_list) == [draft]
    assert list(as_ada.get(url, {"state": "ready"}).context["cl"].result_list) == [stage.question]


def test_another_one_starts_with_the_topic_tags_and_level_of_the_last(as_ada: Client) -> None:
    data = posted(_addanother="1", topic="Cell biology", difficulty="hard", bloom="apply")
    address = as_ada.post(f"{ADD}?type=single_choice", data)["Location"]
    blank = form_data(as_ada.get(address).content.decode())
    kept = [blank[name] for name in ("topic", "difficulty", "bloom", "tags")]
    assert kept == ["Cell biology", "hard", "apply", "first-missions, organs"]
    assert blank["spec-stem"] == ""


def test_topics_are_suggested_and_a_new_one_is_made_by_typing(as_ada: Client) -> None:
    cast.topic("missions")
    page = as_ada.get(ADD, {"type": "essay"}).content.decode()
    assert '<option value="Missions">' in page
    as_ada.post(f"{ADD}?type=single_choice", posted(_save="1", topic="Photosynthesis"))
    made = Question.objects.latest("pk").topic
    assert made is not None
    assert (made.name, made.slug) == ("Photosynthesis", "photosynthesis")


def test_a_question_without_a_topic_is_written_published_and_listed(as_ada: Client) -> None:
    as_ada.post(f"{ADD}?type=single_choice", posted(_publish="1", topic=""))
    made = Question.objects.latest("pk")
    assert (made.topic, as_ada.get(edit(made)).status_code) == (None, 200)
    assert as_ada.get(reverse("admin:quizzes_question_changelist")).status_code == 200
