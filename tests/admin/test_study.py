"""Study content in the workshop: written by any instructor, changed by its owner, with suggestions that never block."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import GlossaryTerm, StudyNote
from quizzes.models.reference import STUDY_MODELS
from quizzes.services import handover
from tests.admin import cast

MODELS = [model._meta.model_name for model in STUDY_MODELS]
FORM = {
    "title": "Tides",
    "slug": "tides",
    "position": "1",
    "kind": "note",
    "body": "The moon pulls.",
    "status": "draft",
    "visibility": "private",
    "places-TOTAL_FORMS": "1",
    "places-INITIAL_FORMS": "0",
    "places-0-paragraph": "1",
}


@pytest.mark.parametrize("model", STUDY_MODELS)
@pytest.mark.parametrize(
    ("visibility", "status", "seen", "changed"),
    [
        ("private", "published", False, False),
        ("copy", "published", True, False),
        ("use", "published", True, False),
        ("use", "draft", False, False),
        ("edit", "draft", True, True),
    ],
)
def test_a_colleague_sees_and_changes_what_the_owner_allows(
    as_bea: Client, stage: SimpleNamespace, model: Any, visibility: str, status: str, seen: bool, changed: bool
) -> None:
    row = model.objects.create(slug="theirs", owner=stage.ada, visibility=visibility, status=status)
    name = model._meta.model_name
    listed = as_bea.get(reverse(f"admin:quizzes_{name}_changelist")).context["cl"].result_list
    assert (row in listed) == seen
    address = reverse(f"admin:quizzes_{name}_change", args=[row.pk])
    assert (as_bea.get(address).status_code == 200) == seen
    assert (as_bea.post(address, {}).status_code == 200) == changed  # a form with errors, else refused


@pytest.mark.parametrize("name", MODELS)
def test_a_learner_has_no_way_in(client: Client, stage: SimpleNamespace, name: str) -> None:
    client.force_login(stage.sam)
    assert client.get(reverse(f"admin:quizzes_{name}_changelist"), follow=True).status_code == 403


def test_what_an_instructor_writes_is_theirs_a_draft_and_saved_with_suggestions(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    form = FORM | {"places-0-source": cast.source().pk}
    page = as_ada.post(reverse("admin:quizzes_studynote_add"), form, follow=True).content.decode()
    note = StudyNote.objects.get(slug="tides")
    assert (note.owner, note.status, note.places.count()) == (stage.ada, "draft", 1)
    assert "Saved, with 2 suggestions." in page
    page = as_ada.get(reverse("admin:quizzes_studynote_change", args=[note.pk])).content.decode()
    assert "It has 3 words. A note has 60 to 180." in page
    assert 'href="/learn/notes/tides/"' in page
    assert as_ada.get("/learn/notes/tides/").status_code == 200


def test_a_paragraph_that_the_source_does_not_have_is_refused(as_ada: Client, stage: SimpleNamespace) -> None:
    form = FORM | {"places-0-source": cast.source().pk, "places-0-paragraph": "9"}
    page = as_ada.post(reverse("admin:quizzes_studynote_add"), form).content.decode()
    assert "This source has no paragraph 9." in page
    assert not StudyNote.objects.exists()


@pytest.mark.parametrize(("places", "message"), [("doc", "Write each place"), ("doc:9", "There is no “doc:9”")])
def test_places_of_a_term_are_checked(as_ada: Client, stage: SimpleNamespace, places: str, message: str) -> None:
    cast.source()
    form = {"term": "Tide", "slug": "tide", "meaning": "M.", "status": "draft", "visibility": "use", "places": places}
    assert message in as_ada.post(reverse("admin:quizzes_glossaryterm_add"), form).content.decode()
    as_ada.post(reverse("admin:quizzes_glossaryterm_add"), form | {"places": "doc:1"})
    assert GlossaryTerm.objects.get().place_pairs == [("doc", 1)]


def test_publishing_many_leaves_those_of_colleagues_alone(as_ada: Client, stage: SimpleNamespace) -> None:
    mine = StudyNote.objects.create(slug="mine", title="Mine", owner=stage.ada)
    theirs = StudyNote.objects.create(slug="theirs", title="T", owner=stage.bea, visibility="use", status="published")
    chosen = {"_selected_action": [mine.pk, theirs.pk]}
    url = reverse("admin:quizzes_studynote_changelist")
    as_ada.post(url, {"action": "publish", **chosen})
    assert StudyNote.objects.get(pk=mine.pk).status == "published"
    page = as_ada.post(url, {"action": "unpublish", **chosen}, follow=True).content.decode()
    assert "1 is not yours to change and was left alone." in page
    assert set(StudyNote.objects.values_list("slug", "status")) == {("mine", "draft"), ("theirs", "published")}


def test_all_of_it_is_handed_over(stage: SimpleNamespace) -> None:
    for model in STUDY_MODELS:
        model._default_manager.create(slug="mine", owner=stage.ada)
    before = handover.count_of(stage.ada)
    root = cast.instructor("root")
    root.is_superuser = True
    assert handover.hand_over(stage.ada, stage.bea, by=root, now=cast.NOW) == before >= 5
    assert {model._default_manager.get(slug="mine").owner for model in STUDY_MODELS} == {stage.bea}
