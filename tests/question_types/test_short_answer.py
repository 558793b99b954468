"""Short answer: what counts as the same text, wildcards, and how long matching can take."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.question_types.base import Remark
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.folding import folded
from quizzes.question_types.text_match import matches, segments
from tests.question_types.cards import rendered

KIND = question_types.get("short_answer")


def asking(*answers: Any, **more: Any) -> dict[str, Any]:
    rows = [{"text": answer} if isinstance(answer, str) else answer for answer in answers]
    return {"stem": "Which?", "answers": rows, **more}


TWINS = [
    (
        asking("UNTSO"),
        [],
        asking("United Nations Truce Supervision Organization", "a", {"text": "b*", "fraction": 0.5}),
        [],
    ),
    (asking("UNTSO", accents_matter=True), [], asking("Côte d'Ivoire", feedback_wrong="No."), []),
]


def share(spec: dict[str, Any], text: str) -> Fraction | None:
    return KIND.grade(KIND.spec(spec), text).fraction


@pytest.mark.parametrize(
    ("accepted", "typed"),
    [
        ("Department of Peace Operations", "  department   of\tPEACE operations "),
        ("Côte d’Ivoire", "Cote d'Ivoire"),
        ("Cote d'Ivoire", "CÔTE D´IVOIRE"),
        ("P-5", "p–5"),
        ("P-5", "Ｐ−５"),
        ("Straße", "STRASSE"),
        ("UNTSO", "untso."),
        ("UNTSO", "un\u200btso"),
        ("“Agenda”", '"agenda"'),
        ("U.N.T.A.G.", "u.n.t.a.g"),
        ("ﬁrst", "first"),
        ("İzmir", "izmir"),
    ],
)
def test_these_are_the_same(accepted: str, typed: str) -> None:
    assert share(asking(accepted), typed) == 1


@pytest.mark.parametrize(
    ("accepted", "typed"),
    [
        ("UNTSO", "UN TSO"),
        ("P5", "P-5"),
        ("cooperation", "co-operation"),
        ("a", "á b"),
        ("かぎ", "かき"),
        ("мой", "мои"),
        ("ไม้", "ไม่"),
        ("क्या", "कया"),
        ("10²", "102"),
    ],
)
def test_these_are_not_the_same(accepted: str, typed: str) -> None:
    assert share(asking(accepted), typed) == 0


def test_accents_count_only_where_the_author_says_so() -> None:
    assert share(asking("Côte"), "Cote") == 1
    assert share(asking("Côte", accents_matter=True), "Cote") == 0
    assert share(asking("Côte", accents_matter=True), "Co\u0302te") == 1


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*Israel*", "in Israel, 1948", True),
        ("Israel*", "in Israel", False),
        ("good * offices", "good old offices", True),
        ("good * offices", "good offices", False),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("Organi*ation", "Organisation", True),
        (r"half\*time", "half*time", True),
        (r"half\*time", "half-time", False),
        ("reintegrat*", "REINTEGRATION", True),
    ],
)
def test_a_star_stands_for_any_run(pattern: str, text: str, expected: bool) -> None:
    assert (share(asking(pattern), text) == 1) is expected


def test_the_highest_share_of_those_that_match_counts() -> None:
    spec = asking({"text": "*", "fraction": 0, "feedback": "No."}, {"text": "*b*", "fraction": "1/3"}, {"text": "abc"})
    assert share(spec, "abc") == 1
    assert share(spec, "xbx") == Fraction(1, 3)
    assert share(spec, "x") == 0


@pytest.mark.parametrize(
    ("value", "exact"),
    [(1, Fraction(1)), (0.5, Fraction(1, 2)), ("1/3", Fraction(1, 3)), (0, Fraction(0)), ("0.1", Fraction(1, 10))],
)
def test_shares_are_kept_exactly(value: Any, exact: Fraction) -> None:
    spec = KIND.spec(asking("a", {"text": "b", "fraction": value}))
    assert spec.answers[1].fraction == exact


@pytest.mark.parametrize("value", [2, -1, "1/0", "a", None, True, "1e9", float("nan"), "9" * 5000, [1]])
def test_what_is_no_share_is_refused_with_its_place(value: Any) -> None:
    with pytest.raises(InvalidSpec) as caught:
        KIND.spec(asking("a", {"text": "b", "fraction": value}))
    assert str(caught.value) == "answer 2, share: is not a share between 0 and 1, such as 1, 0.5 or 1/3"


def test_an_answer_nobody_can_miss_and_one_nobody_can_reach_are_refused() -> None:
    for pattern in ("**", "*", "*.", " * ", "*\u200b*"):
        with pytest.raises(InvalidSpec, match="answer 1 would accept anything"):
            KIND.spec(asking(pattern))
    with pytest.raises(InvalidSpec, match="no answer earns the full points"):
        KIND.spec(asking({"text": "a", "fraction": 0.5}))


def test_a_text_that_is_too_long_stays_whole_and_the_learner_is_told_by_how_much() -> None:
    spec = KIND.spec(asking("*a*"))
    text = KIND.parse(spec, [], {"text": "a" * 3507})
    assert text == "a" * 3507
    (remark,) = KIND.remarks(spec, [], text)
    assert remark == Remark("text", "3,007 characters too many; this answer may have at most 500.")
    assert KIND.grade(spec, text).fraction == 0
    assert KIND.is_blank(spec, text)
    assert KIND.reveal(spec, [], text)["feedback"] == remark.message
    assert remark.message in rendered(KIND, spec, [], text)
    assert 'aria-invalid="true"' in rendered(KIND, spec, [], text)
    assert KIND.remarks(spec, [], "a" * 500) == []
    assert KIND.grade(spec, "a" * 500).fraction == 1


def test_the_page_cuts_nothing_off() -> None:
    page = rendered(KIND, KIND.spec(asking("a")), [], None)
    assert "maxlength" not in page
    assert 'data-limit="500"' in page


def test_an_answer_may_be_a_sign() -> None:
    assert share(asking("?"), "?") == 1
    assert share(asking("?"), "!") == 0
    assert share(asking("\\*"), "*") == 1


def test_a_model_answer_of_wildcards_earns_what_it_promises() -> None:
    spec = KIND.spec(asking("good * offices"))
    assert KIND.model_answer(spec) == "good (…) offices"
    assert KIND.grade(spec, KIND.model_answer(spec)).is_right
    assert KIND.model_answer(KIND.spec(asking("re*building*"))) == "rebuilding"


def test_the_two_dashes_that_a_phone_makes_one_are_two() -> None:
    assert share(asking("--help"), "—help") == 1
    assert share(asking("--help"), "-help") == 0
    assert share(asking("war—peace"), "war-peace") == 1


# Accepted texts that are nearly the same ------------------------------------------------------------------------------

WATTS = asking("mW", {"text": "MW", "fraction": 0, "feedback": "A million of them."}, feedback_wrong="No.")


def test_where_case_tells_right_from_wrong_it_counts() -> None:
    assert {text: share(WATTS, text) for text in ("mW", "mW.", " m\u200bW", "MW", "mw", "Mw")} == {
        "mW": 1,
        "mW.": 1,
        " m\u200bW": 1,
        "MW": 0,
        "mw": 0,
        "Mw": 0,
    }
    said = {text: KIND.reveal(KIND.spec(WATTS), [], text)["feedback"] for text in ("MW", "mw")}
    assert said == {"MW": "A million of them.", "mw": "No."}


@pytest.mark.parametrize(
    ("right", "wrong", "other_way"),
    [
        ("pêche", "péché", "PÊCHE"),  # accents tell them apart; case still does not count
        ("Polish", "polish", "Polish!"),
        ("x²", "x₂", "x²"),
        ("why?", "why!", "why?"),
        ("“a”", "'a'", "“a”"),
        ("*Polish*", "*polish*", "a Polish joke"),
    ],
)
def test_two_answers_that_would_be_one_are_told_apart_by_what_differs(right: str, wrong: str, other_way: str) -> None:
    spec = asking(right, {"text": wrong, "fraction": "1/2"})
    assert share(spec, other_way) == 1
    assert share(spec, right.replace("*", "")) == 1
    assert share(spec, wrong.replace("*", "")) == Fraction(1, 2)


def test_answers_of_one_share_may_be_typed_in_any_case() -> None:
    assert share(asking("UN Transition Group", "un transition group"), "Un Transition GROUP") == 1


def test_a_contradiction_is_read_for_the_learner() -> None:
    assert share(asking("a", {"text": "a", "fraction": 0}), "A") == 1


def test_an_answer_is_the_same_question_before_and_after_it_was_used() -> None:
    used, fresh = KIND.spec(WATTS), KIND.spec(WATTS)
    KIND.grade(used, "mW")
    assert used == fresh
    assert used.model_dump() == fresh.model_dump()


def test_feedback_is_that_of_the_answer_that_matched() -> None:
    spec = KIND.spec(
        asking(
            {"text": "UNTSO", "feedback": "Since 1948."},
            "UN*TSO",
            {"text": "UNEF", "fraction": 0, "feedback": "1956."},
            feedback_wrong="Think.",
        )
    )
    said = {text: KIND.reveal(spec, [], text)["feedback"] for text in ("UNTSO", "UN-TSO", "UNEF", "x")}
    assert said == {"UNTSO": "Since 1948.", "UN-TSO": "Since 1948.", "UNEF": "1956.", "x": "Think."}
    assert KIND.reveal(spec, [], None)["feedback"] == ""


def test_statistics_count_by_accepted_answer() -> None:
    spec = KIND.spec(asking("UNTSO", {"text": "UNEF", "fraction": 0}))
    labels = [
        (found.label, found.is_right) for text in ("untso.", "unef", "UNMOGIP") for found in KIND.classify(spec, text)
    ]
    assert labels == [("UNTSO", True), ("UNEF", False), ("unmogip", False)]


class CountedText(str):
    """A text that counts the characters that searches in it have gone over."""

    searched = 0

    def find(self, part: str, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        stop = len(self) if end is None else end
        found = super().find(part, start, stop)
        CountedText.searched += (stop if found < 0 else found + len(part)) - start
        return found


@pytest.mark.parametrize("length", [1_000, 10_000])
@pytest.mark.parametrize("pattern", ["*a" * 400 + "*b", "a*" * 499, "*" * 900 + "a", "*aa" * 300 + "*b*", "*ab" * 300])
def test_matching_goes_over_the_text_once_whatever_the_pattern(pattern: str, length: int) -> None:
    CountedText.searched = 0
    matches(segments(pattern), CountedText("a" * length))
    assert CountedText.searched <= length


@given(st.text(alphabet="ab* ", max_size=8), st.text(alphabet="ab ", max_size=10))
def test_the_matcher_agrees_with_the_obvious_one(pattern: str, text: str) -> None:
    def obvious(mask: str, rest: str) -> bool:
        if not mask:
            return not rest
        if mask[0] == "*":
            return any(obvious(mask[1:], rest[cut:]) for cut in range(len(rest) + 1))
        return rest[:1] == mask[0] and obvious(mask[1:], rest[1:])

    assert matches(pattern.split("*"), text) == obvious(pattern, text)


@given(st.text(max_size=60))
def test_folding_is_stable_and_any_accepted_text_accepts_itself(text: str) -> None:
    clean = text.replace("\x00", "")
    assert folded(folded(clean)) == folded(clean)
    if folded(clean.replace("*", "").replace("\\", "")) and len(clean) < 500:
        assert share(asking(clean.replace("*", "").replace("\\", "")), clean.replace("*", "").replace("\\", "")) == 1
