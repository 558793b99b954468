"""What holds for any key and any answer: shares from 0 to 1, every accepted text earns its share, mending never costs."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.text_match import without_stars

SHORT, NUMERIC, CLOZE = (question_types.get(key) for key in ("short_answer", "numeric", "cloze"))

LETTERS = st.text(alphabet="aAäÄbB éÉ.-–'’²2\u200b", min_size=1, max_size=6)
SHARES = st.sampled_from(["1", "0", "1/2", "1/3"])
ANSWERS = st.lists(st.builds(lambda text, share: {"text": text, "fraction": share}, LETTERS, SHARES), max_size=5)
FIGURES = st.sampled_from(["0", "1.2", "16", "1200", "1.234", "-5", "1e6", "0.125", "99999"])
TYPED = st.text(max_size=12) | st.sampled_from(
    ["1,200", "1.200", "16,000", "1.5 × 10^6", "−5", "36 km", "$5", "50%", "many", "1,00,000", "½", ""]
)


def accepted(answers: list[dict[str, Any]], **more: Any) -> Any:
    """A short answer with these texts and one more that is right, or None where its type refuses them."""
    try:
        return SHORT.spec({"stem": "Which?", "answers": [{"text": "zz"}, *answers], **more})
    except InvalidSpec:
        return None


@given(ANSWERS, LETTERS, st.booleans())
def test_a_share_is_one_of_those_on_offer(answers: list[dict[str, Any]], typed: str, accents_matter: bool) -> None:
    spec = accepted(answers, accents_matter=accents_matter)
    if spec:
        shares = {Fraction(0), *(answer.fraction for answer in spec.answers)}
        assert SHORT.grade(spec, typed).fraction in shares


@given(ANSWERS, st.booleans())
def test_every_accepted_text_earns_its_share_as_it_stands(answers: list[dict[str, Any]], accents_matter: bool) -> None:
    spec = accepted(answers, accents_matter=accents_matter)
    for answer in spec.answers if spec else ():
        share = SHORT.grade(spec, without_stars(answer.text)).fraction
        alike = [other.fraction for other in spec.answers if other.text == answer.text]
        assert share is not None
        assert share >= max(alike)


@given(ANSWERS, LETTERS)
def test_what_was_typed_earns_everything_once_it_is_accepted(answers: list[dict[str, Any]], typed: str) -> None:
    spec, more = accepted(answers), accepted([*answers, {"text": typed, "fraction": "1"}])
    if spec and more:
        assert SHORT.grade(more, typed).fraction == 1


@given(FIGURES, FIGURES, FIGURES, TYPED, st.sampled_from(["either", "point", "comma"]))
def test_any_text_is_a_number_or_is_told_to_be_none(value: str, miss: str, slack: str, typed: str, mark: str) -> None:
    key = {"stem": "How many?", "value": value, "decimal_mark": mark, "unit": "km", "tolerance": slack.strip("-")}
    try:
        spec = NUMERIC.spec(key | {"near_misses": [{"value": miss}]})
    except InvalidSpec:
        spec = NUMERIC.spec(key)
    response = NUMERIC.parse(spec, [], {"text": [typed.replace("\x00", "")]})
    fraction = NUMERIC.grade(spec, response).fraction
    is_unread = any(remark.is_unread for remark in NUMERIC.remarks(spec, [], response))
    assert fraction in (0, 1)
    assert NUMERIC.is_blank(spec, response) == (response is None or is_unread)
    assert not (is_unread and fraction)
    assert (
        NUMERIC.reveal(spec, [], response)["verdict"]
        == {
            (True, 0): "wrong",
            (True, 1): "right",
            (False, 0): "blank",
        }[response is not None, int(fraction or 0)]
    )


GAPS = {
    "stem": "Complete.",
    "text": "[[1]] [[2]] [[3]] [[4]]",
    "gaps": [
        {"kind": "text", "answers": [{"text": "mW"}, {"text": "MW", "fraction": 0}, {"text": "m*", "fraction": "1/3"}]},
        {"kind": "number", "value": "1.2", "near_misses": [{"value": "1200"}]},
        {"kind": "choice", "options": [{"text": "a"}, {"text": "A", "correct": True}, {"text": "b"}]},
        {"kind": "number", "low": "1e3", "high": "2e3", "decimal_mark": "comma"},
    ],
}
TEXTS = st.sampled_from(["mW", "MW", "mw", "watt", "1,200", "1.2", "1.200", "1,5·10³", "many", "x" * 600])
GIVEN = st.tuples(TEXTS | st.none(), TEXTS | st.none(), st.sampled_from([0, 1, 2, None]), TEXTS | st.none())


@given(GIVEN, st.integers(0, 3))
def test_mending_a_gap_never_costs_and_the_others_count_as_before(given: tuple[Any, ...], index: int) -> None:
    spec = CLOZE.spec(GAPS)
    mended = [*given[:index], CLOZE.model_response(spec)[index], *given[index + 1 :]]
    before, after = CLOZE.grade(spec, list(given)), CLOZE.grade(spec, mended)
    assert 0 <= before.fraction <= after.fraction <= 1
    assert after.parts[index].fraction == 1
    assert [part for part in before.parts if part.name != f"gap-{index}"] == [
        part for part in after.parts if part.name != f"gap-{index}"
    ]


@given(GIVEN)
def test_an_unread_gap_earns_nothing_and_stays_in_its_field(given: tuple[Any, ...]) -> None:
    spec = CLOZE.spec(GAPS)
    layout = [[], [], [2, 0, 1], []]
    response = CLOZE.parse(spec, layout, CLOZE.posted(spec, layout, list(given)))
    assert (response or [None] * 4) == list(given)
    unread = {remark.where for remark in CLOZE.remarks(spec, layout, response) if remark.is_unread}
    parts = CLOZE.grade(spec, response).parts
    assert all(part.fraction == 0 for part in parts if part.name in unread)
    assert CLOZE.is_blank(spec, response) == (len(unread) == sum(value is not None for value in given))
