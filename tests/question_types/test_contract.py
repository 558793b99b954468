"""The contract, over every type that is installed: specs, asking, parsing, grading, showing, authoring."""

import importlib
import json
import random
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.errors import BadAnswer
from quizzes.question_types.authoring import AuthorForm
from quizzes.question_types.faults import Fault, InvalidSpec
from quizzes.question_types.fields import clean_fields
from tests.question_types.cards import EXAMPLES, KINDS, Controls, bare, laid_out, posted, rendered

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)


def each_example(test: Callable[[Any, Any], None]) -> Callable[[Any], None]:
    """One test for each type, over all its examples; what fails says for which of them."""

    def over_all(kind: Any) -> None:
        failures = []
        for number, example in enumerate(kind.examples, start=1):
            try:
                test(kind, example)
            except Exception as error:
                error.add_note(f"example {number} of {kind.key}")
                failures.append(error)
        if failures:
            raise ExceptionGroup(f"{len(failures)} of {len(kind.examples)} examples", failures)

    over_all.__name__, over_all.__doc__ = test.__name__, test.__doc__
    marked: Callable[[Any], None] = each_kind(over_all)
    return marked


SECRET = "xyzzy-secret"
SECRET_FIELDS = re.compile(r"explanation|feedback.*|description|model_answer")


def with_secrets(value: Any, name: str = "") -> Any:
    """The spec with every text that may only be read afterwards replaced by one that can be looked for."""
    if isinstance(value, dict):
        return {key: with_secrets(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [with_secrets(item, name) for item in value]
    return SECRET if SECRET_FIELDS.fullmatch(name) else value


PERMANENT = [
    "single_choice",
    "multiple_choice",
    "true_false",
    "short_answer",
    "numeric",
    "matching",
    "ordering",
    "cloze",
]


def test_types_are_found_in_their_order_and_keep_their_keys() -> None:
    keys = [kind.key for kind in KINDS]
    assert [key for key in keys if key in PERMANENT] == PERMANENT
    assert len(set(keys)) == len(keys)


@each_kind
def test_a_type_says_what_it_is(kind: Any) -> None:
    assert str(kind.name)
    assert str(kind.instruction)
    assert kind.examples
    assert question_types.get(kind.key) is kind


# Specs ----------------------------------------------------------------------------------------------------------------


@each_example
def test_a_spec_survives_storage(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    stored = json.loads(json.dumps(spec.model_dump(mode="json")))
    assert kind.spec(stored) == spec


@each_kind
def test_a_schema_can_be_published(kind: Any) -> None:
    assert kind.Spec.model_json_schema()["additionalProperties"] is False


@each_example
def test_a_spec_with_a_key_nobody_knows_is_refused_by_name(kind: Any, example: Any) -> None:
    with pytest.raises(InvalidSpec) as caught:
        kind.spec(example.spec | {"colour": "red"})
    assert Fault("colour", "is not a field of this type of question") in caught.value.faults


@each_example
def test_a_spec_without_a_stem_is_refused_by_name(kind: Any, example: Any) -> None:
    with pytest.raises(InvalidSpec, match="stem: is empty"):
        kind.spec(example.spec | {"stem": "  "})


@each_kind
def test_garbage_for_a_spec_is_refused_with_places(kind: Any) -> None:
    for data in (None, [], "text", 3, {}, {"stem": None}, {"stem": "\x00"}, {"stem": "x" * 5000}):
        with pytest.raises(InvalidSpec) as caught:
            kind.spec(data)
        assert caught.value.faults, data
        assert all(str(fault) for fault in caught.value.faults)


def test_a_fault_in_a_row_names_its_number() -> None:
    spec = {"stem": "Which?", "options": [{"text": "A", "correct": True}, {"text": "B"}, {"text": ""}]}
    with pytest.raises(InvalidSpec) as caught:
        question_types.get("single_choice").spec(spec)
    assert str(caught.value) == "option 3: is empty"


# Asking and parsing ---------------------------------------------------------------------------------------------------


@each_example
def test_the_page_posts_the_response_it_shows(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    for seed in range(4):
        layout = laid_out(kind, spec, seed=seed)
        for response, _fraction in example.graded:
            assert kind.parse(spec, layout, posted(kind, spec, layout, response)) == response


@each_example
def test_a_response_becomes_the_fields_that_it_was_read_from(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    for seed in range(4):
        layout = laid_out(kind, spec, seed=seed)
        for response, _fraction in example.graded:
            shown = posted(kind, spec, layout, response)
            fields = kind.posted(spec, layout, response)
            assert fields == {name: values for name, values in shown.items() if values not in ([], [""])}
            assert kind.parse(spec, layout, fields) == response


@each_example
def test_no_answer_is_none_and_earns_nothing(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    names = bare(Controls(rendered(kind, spec, layout, None)).offered)
    for fields in ({}, {name: [] for name in names}, {name: [""] for name in names}, {name: ["  "] for name in names}):
        assert kind.parse(spec, layout, fields) is None
    assert kind.grade(spec, None).fraction == 0
    assert kind.classify(spec, None) == []
    assert kind.response_words(spec, None) == ""
    assert kind.is_blank(spec, None)
    assert kind.remarks(spec, layout, None) == []


@each_example
def test_what_nobody_can_see_is_no_answer(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    for name in bare(Controls(rendered(kind, spec, layout, None)).offered):
        assert kind.parse(spec, layout, {name: [" \u200b\ufeff\u00ad\n"]}) is None


@each_example
def test_a_response_is_json(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    assert json.loads(json.dumps(layout)) == layout
    for response, _fraction in example.graded:
        parsed = kind.parse(spec, layout, posted(kind, spec, layout, response))
        assert json.loads(json.dumps(parsed)) == parsed


GARBAGE = [
    None,
    [],
    "choice",
    7,
    {"score": ["1"]},
    {"is correct": ["1"]},
    {"choice\x00": ["1"]},
    {"\ud800": ["1"]},
    {"x" * 100_000: ["1"]},
    {f"gap-{n}": ["1"] for n in range(100)},
]
BAD_VALUES = [None, 1, True, {}, [None], [1], [["1"]], [{}], ["1"] * 100, ["\x00"], ["\ud800"], ["x" * 1_048_576]]


@each_example
def test_garbage_is_refused_with_a_sentence(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    names = list(bare(Controls(rendered(kind, spec, layout, None)).offered))
    wrong = [*GARBAGE, *({names[-1]: value} for value in BAD_VALUES)]
    for fields in wrong:
        with pytest.raises(BadAnswer) as caught:
            kind.parse(spec, layout, fields)
        sentence = str(caught.value.message)
        assert sentence.endswith(".")
        assert len(sentence) < 200
        sentence.encode()


def test_a_form_a_mapping_of_lists_and_a_mapping_of_texts_are_the_same_fields() -> None:
    expected = {"choice": ["0", "2"], "text": ["é"]}
    assert clean_fields(QueryDict("choice=0&choice=2&text=%C3%A9")) == expected
    assert clean_fields({"choice": ["0", "2"], "text": "e\u0301"}) == expected
    assert clean_fields(clean_fields(expected)) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@each_kind
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_json_is_refused_or_graded(kind: Any, data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(list(kind.examples)))
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec, seed=data.draw(st.integers(0, 3)))
    names = list(bare(Controls(rendered(kind, spec, layout, None)).offered))
    value = st.lists(st.text(max_size=12) | st.sampled_from(["0", "1", "2", "3", "true"]), max_size=2)
    likely = st.dictionaries(st.sampled_from(names), value | JSON, max_size=len(names))
    fields = data.draw(likely | st.dictionaries(st.text(max_size=8), JSON, max_size=3) | JSON)
    try:
        response = kind.parse(spec, layout, fields)
    except BadAnswer:
        return
    check_whole(kind, spec, layout, response)


def check_whole(kind: Any, spec: Any, layout: Any, response: Any) -> None:
    """Everything that is done with a response goes well, and its figures are within bounds."""
    grade = kind.grade(spec, response)
    shares = [part.fraction for part in grade.parts] + ([] if grade.fraction is None else [grade.fraction])
    assert all(isinstance(share, Fraction) and 0 <= share <= 1 for share in shares)
    assert isinstance(kind.response_words(spec, response), str)
    assert all(isinstance(found.is_right, bool) and found.label for found in kind.classify(spec, response))
    for state in ("ask", "review", "reveal"):
        rendered(kind, spec, layout, response, state=state)
    assert kind.parse(spec, layout, posted(kind, spec, layout, response)) == response
    assert kind.parse(spec, layout, kind.posted(spec, layout, response)) == response
    if not kind.is_marked_by_hand and kind.is_blank(spec, response):
        assert grade.fraction == 0
    for remark in kind.remarks(spec, layout, response):
        assert remark.where in kind.posted(spec, layout, response)
        assert remark.message.endswith(".")


@each_kind
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_the_page_offers_is_graded_whatever_the_order_of_its_fields(kind: Any, data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(list(kind.examples)))
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    offered = bare(Controls(rendered(kind, spec, layout, None)).offered)
    fields = {}
    for name, values in offered.items():
        several = getattr(kind, "is_multiple", False)
        choice = st.lists(st.sampled_from(values), max_size=len(values) if several else 1) if values else None
        numbers = st.sampled_from(["", "1", "2", "3", "1948", "87000 km"]).map(lambda text: [text])
        fields[name] = data.draw(choice if choice is not None else numbers)
    try:
        response = kind.parse(spec, layout, fields)
    except BadAnswer:
        return
    shuffled = dict(data.draw(st.permutations([(name, values[::-1]) for name, values in fields.items()])))
    assert kind.parse(spec, layout, shuffled) == response
    check_whole(kind, spec, layout, response)


# Grading and showing --------------------------------------------------------------------------------------------------


@each_example
def test_every_example_earns_its_fraction(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    for response, fraction in example.graded:
        assert kind.grade(spec, response).fraction == fraction, response


@each_example
def test_the_model_answer_earns_every_point(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    model = kind.model_response(spec)
    if kind.is_marked_by_hand:
        assert kind.grade(spec, "something").fraction is None
        return
    assert kind.parse(spec, layout, posted(kind, spec, layout, model)) == model
    assert kind.grade(spec, model).is_right
    assert not kind.is_blank(spec, model)
    assert kind.model_answer(spec)
    assert all(found.is_right for found in kind.classify(spec, model))
    assert kind.classify(spec, model)


@each_example
def test_every_promise_of_a_spec_is_kept(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    claims = list(kind.claims(spec, layout))
    assert claims or kind.is_marked_by_hand
    for claim in claims:
        response = kind.parse(spec, layout, claim.fields)
        assert kind.grade(spec, response).fraction >= claim.fraction
        assert not [remark for remark in kind.remarks(spec, layout, response) if remark.is_unread]


@each_example
def test_texts_for_the_checks_of_content_are_complete(kind: Any, example: Any) -> None:
    spec = kind.spec(with_secrets(example.spec))
    found = [text for text in kind.feedback_texts(spec) if text]
    own = {name: value for name, value in example.spec.items() if name not in ("explanation", "model_answer")}
    written = json.dumps(with_secrets(own)).count(SECRET)
    assert len(found) == written
    assert all(isinstance(text, str) and text for text in kind.key_texts(spec))
    assert not set(kind.key_texts(spec)) & set(kind.distractor_texts(spec))


@each_example
def test_nothing_meant_for_afterwards_is_in_what_a_page_asks(kind: Any, example: Any) -> None:
    spec = kind.spec(with_secrets(example.spec | {"explanation": "why"}))
    layout = laid_out(kind, spec)
    for response in (None, *(response for response, _ in example.graded)):
        shown = json.dumps(kind.present(spec, layout, response))
        pages = [rendered(kind, spec, layout, response, state=state) for state in ("ask", "review")]
        assert not [text for text in (shown, *pages) if SECRET in text]


def twins() -> list[Any]:
    """(type, spec, layout, spec, layout): twins that differ in what is right and in nothing else; see the type's test."""
    modules = [(kind, importlib.import_module(f"tests.question_types.test_{kind.key}")) for kind in KINDS]
    return [
        pytest.param(kind, *twin, id=f"{kind.key}-{n}")
        for kind, module in modules
        for n, twin in enumerate(module.TWINS)
    ]


@pytest.mark.parametrize(("kind", "one", "one_layout", "other", "other_layout"), twins())
def test_the_asking_page_is_the_same_whatever_is_right(
    kind: Any, one: Any, one_layout: Any, other: Any, other_layout: Any
) -> None:
    first, second = kind.spec(one), kind.spec(other)
    assert first != second
    assert kind.present(first, one_layout, None) == kind.present(second, other_layout, None)
    assert rendered(kind, first, one_layout, None) == rendered(kind, second, other_layout, None)
    assert kind.scoring_note(first) == kind.scoring_note(second)
    for text in ("1,200", "16,000", "1.5e6", "36 km", "50%", "many", "x" * 501):
        names = bare(Controls(rendered(kind, first, one_layout, None)).offered)
        typed = {name: [text] for name, values in names.items() if not values and kind.key != "ordering"}
        remarks = kind.remarks(first, one_layout, kind.parse(first, one_layout, typed))
        assert remarks == kind.remarks(second, other_layout, kind.parse(second, other_layout, typed))
    assert kind.time_seconds(first) == kind.time_seconds(second)
    if not kind.is_marked_by_hand:
        model = posted(kind, first, one_layout, kind.model_response(first))
        assert kind.grade(second, kind.parse(second, other_layout, model)).fraction != 1


@each_example
def test_a_layout_is_drawn_once_and_the_same_from_the_same_numbers(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    for shuffle in (True, False):
        assert kind.layout(spec, random.Random(5), shuffle=shuffle) == kind.layout(
            spec, random.Random(5), shuffle=shuffle
        )


@each_example
def test_a_card_is_sound_in_each_state(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    for response, _fraction in example.graded:
        for state in ("ask", "review", "reveal"):
            page = rendered(kind, spec, layout, response, state=state)
            controls = Controls(page)
            assert len(controls.ids) == len(set(controls.ids))
            assert not controls.unnamed_style
            assert "{%" not in page
            if state == "reveal":
                assert not controls.controls
            for control in controls.controls:
                assert str(control["name"]).startswith("q3-")
                assert "aria-labelledby" in control or "aria-label" in control or control["id"] in controls.labelled


@each_example
def test_a_closed_card_posts_nothing(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    response = example.graded[0][0]
    assert Controls(rendered(kind, spec, layout, response, disabled=True)).fields == {}
    assert Controls(rendered(kind, spec, layout, response, state="review")).fields == {}


@each_example
def test_right_and_wrong_are_said_in_words(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    if kind.is_marked_by_hand:
        return
    layout = laid_out(kind, spec)
    words = re.sub(r"<[^>]+>", " ", rendered(kind, spec, layout, kind.model_response(spec), state="reveal"))
    assert re.search(r"Right|In order", words)
    assert not re.search(r": wrong|Out of order", words)


def test_markup_of_an_author_or_a_learner_is_shown_as_text() -> None:
    evil = "<img src=x onerror=alert(1)>"
    for kind, example in EXAMPLES:
        spec = kind.spec(
            json.loads(json.dumps(example.spec).replace(json.dumps(example.spec["stem"]), json.dumps("S")))
        )
        layout = laid_out(kind, spec)
        if kind.key in ("short_answer", "essay"):
            for state in ("ask", "review", "reveal"):
                assert "<img" not in rendered(kind, spec, layout, evil, state=state)
    single = question_types.get("single_choice")
    spec = single.spec({"stem": "S", "options": [{"text": evil, "correct": True, "feedback": evil}, {"text": "B"}]})
    for state in ("ask", "review", "reveal"):
        assert "<img" not in rendered(single, spec, [0, 1], 0, state=state)


# Authoring ------------------------------------------------------------------------------------------------------------


def as_posted(form: AuthorForm) -> dict[str, str]:
    """What a browser posts of the form as it stands."""
    page = "".join(str(part) for part in (form.main, *(rows.management_form for rows in form.rowsets)))
    page += "".join(str(row) for rows in form.rowsets for row in rows)
    controls = Controls(page)
    return {
        name: values[0].replace("\n", "\r\n") if values[0] else "" for name, values in controls.fields.items() if values
    }


@each_example
def test_the_authors_form_gives_back_the_spec_it_was_filled_from(kind: Any, example: Any) -> None:
    for stored in (example.spec, kind.spec(example.spec).model_dump(mode="json", exclude_none=True)):
        form = AuthorForm(kind, as_posted(AuthorForm(kind, spec=stored)))
        assert form.is_valid(), form.main.errors
        assert kind.spec(form.to_spec()) == kind.spec(stored)


@each_kind
def test_an_empty_form_is_refused_with_sentences_and_without_a_fault_of_ours(kind: Any) -> None:
    form = AuthorForm(kind, as_posted(AuthorForm(kind)))
    assert not form.is_valid()
    assert form.main.errors


@each_example
def test_more_rows_keep_what_is_written(kind: Any, example: Any) -> None:
    posted_form = as_posted(AuthorForm(kind, spec=example.spec))
    for rows in kind.rows:
        data = QueryDict(mutable=True)
        data.update(posted_form)
        form = AuthorForm(kind, data, more_rows=rows.name)
        assert form.is_valid()
        assert kind.spec(form.to_spec()) == kind.spec(example.spec)


@each_kind
def test_the_scripts_that_a_card_needs_are_there(kind: Any) -> None:
    assert all(finders.find(f"quizzes/js/{name}.js") for name in kind.scripts)
