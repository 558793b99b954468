"""The list of questions: found by what one reads in them, narrowed by filters that say how many they leave."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes.admin.question_search import searched, with_stem
from quizzes.models import Question, Tag
from quizzes.question_types.texts import search_text
from tests.admin import cast

LIST = "/admin/quizzes/question/"


def found(client: Client, **query: str) -> list[Any]:
    return list(client.get(LIST, query).context["cl"].result_list)


@pytest.fixture
def water(stage: SimpleNamespace) -> Question:
    spec = {
        "stem": "What is the formula of water?",
        "answers": [{"text": "H2O", "fraction": 1, "feedback": "Two of hydrogen."}],
        "explanation": "Éléments: oxygen joins hydrogen.",
    }
    made = cast.question(owner=stage.ada, kind="short_answer", spec=spec, topic=cast.topic("chemistry"))
    made.tags.add(Tag.objects.create(slug="molecules"))
    return made


@pytest.mark.parametrize(
    "term",
    ["formula", "h2o", "two of hydrogen", "OXYGEN", "elements", "éléments", "Chemistry", "molecules", "water h2o"],
)
def test_a_question_is_found_by_everything_one_reads_in_it(stage: SimpleNamespace, water: Question, term: str) -> None:
    assert list(searched(with_stem(Question.objects.all(), stage.ada), term)) == [water]


@pytest.mark.parametrize(
    "term", ["short_answer", "fraction", "feedback", "explanation", '"formula water"', "h2o paris"]
)
def test_words_that_nobody_reads_find_nothing(stage: SimpleNamespace, water: Question, term: str) -> None:
    assert list(searched(with_stem(Question.objects.all(), stage.ada), term)) == []


def test_an_id_is_found_only_as_a_whole(as_ada: Client, water: Question) -> None:
    Question.objects.filter(pk=water.pk).update(uuid="abcdefab-cdef-4bcd-8fab-cdefabcdefab")
    assert found(as_ada, q="abcdefab-cdef-4bcd-8fab-cdefabcdefab") == [water]
    assert found(as_ada, q="abcdefab") == []


def test_texts_of_a_draft_that_is_not_ones_own_are_not_searched(
    as_bea: Client, stage: SimpleNamespace, water: Question
) -> None:
    Question.objects.filter(pk=water.pk).update(visibility="copy")
    assert found(as_bea, q="h2o") == [water]
    water.versions.create(number=2, spec={"stem": "A plan with plankton"}, status="draft")
    assert (found(as_bea, q="plankton"), found(as_bea, q="h2o")) == ([], [water])


def test_a_draft_that_is_not_finished_is_found_by_what_was_typed() -> None:
    typed = {"spec-stem": ["Why?"], "spec-options-0-text": ["Because of Paris"]}
    assert "because of paris" in search_text({"stem": "Why?", "typed": typed})


def test_a_picker_offers_the_very_question_first(as_ada: Client, stage: SimpleNamespace) -> None:
    numbers = [0, 10, 2, 20, 1]
    made = {n: cast.question(owner=stage.ada, spec={**cast.SPEC, "stem": f"Question number {n}?"}) for n in numbers}
    for number in numbers:
        term = {"term": f"Question number {number}", "app_label": "quizzes", "model_name": "quizitem"}
        answer = as_ada.get("/admin/autocomplete/", {**term, "field_name": "question"}).json()["results"]
        assert answer[0]["id"] == str(made[number].pk)


def choices(client: Client) -> dict[str, dict[str, str]]:
    """What each filter of the list offers."""
    specs = client.get(LIST).context["cl"].filter_specs
    return {spec.parameter_name: dict(spec.lookup_choices) for spec in specs if hasattr(spec, "parameter_name")}


@pytest.mark.slow
def test_filters_say_how_many_questions_each_leaves(as_ada: Client, stage: SimpleNamespace, water: Question) -> None:
    cast.question(owner=stage.bea, status="ready", visibility="use")
    cast.question(owner=stage.ada, status="draft")
    expected = {
        "whose": {"mine": 3, "site": 0, "others": 1},
        "state": {"ready": 3, "draft": 1, "new": 1, "archived": 0},
        "use": {"none": 3, "some": 1},
        "type": {"single_choice": 3, "short_answer": 1},
        "difficulty": {"medium": 4},
        "topic": {str(cast.topic().pk): 3, str(water.topic_id): 1},
        "tag": {str(water.tags.get().pk): 1},
    }
    offered = choices(as_ada)
    for parameter, counts in expected.items():
        said = offered[parameter]
        assert said.keys() == counts.keys()
        for value, count in counts.items():
            assert said[value].endswith(f"({count})"), said
            assert len(found(as_ada, **{parameter: value})) == count, (parameter, value)


def test_what_no_filter_offers_is_ignored(as_ada: Client, water: Question) -> None:
    assert len(found(as_ada, topic="999999", tag="x", type="riddle", use="?", state="?")) == 2


def test_searching_asks_no_more_than_listing(as_ada: Client, water: Question) -> None:
    as_ada.get(LIST)
    with CaptureQueriesContext(connection) as listing:
        as_ada.get(LIST)
    with CaptureQueriesContext(connection) as searching:
        as_ada.get(LIST, {"q": "formula of water", "whose": "mine"})
    assert len(searching) <= len(listing) <= 18


def test_the_bar_is_usable_without_scripts(as_ada: Client, water: Question) -> None:
    page = as_ada.get(LIST, {"q": "water", "whose": "mine"}).content.decode()
    assert '<details class="ws-filter"' in page
    assert 'id="changelist-filter"' not in page
    assert reverse("admin:quizzes_question_changelist") == LIST
