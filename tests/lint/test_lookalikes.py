"""Look-alikes: texts that a learner cannot tell apart, or only just, and signs that Markdown swallows."""

from typing import Any

import pytest

from quizzes import lint
from quizzes.lint.items import Item
from tests.lint.samples import CLOZE, ORDER, PAIRS, SHORT, context, item, with_options


def said(one: Item, rule: str) -> list[str]:
    return [str(finding) for finding in lint.check_item(one, context()) if finding.rule == rule]


def matching(*pairs: tuple[str, str], extra: tuple[str, ...] = ()) -> Item:
    return item(PAIRS | {"pairs": [{"left": left, "right": right} for left, right in pairs], "extra": list(extra)})


def ordering(*texts: str) -> Item:
    return item(ORDER | {"elements": [{"text": text} for text in texts]})


def gap(*options: str) -> Item:
    rows = [{"text": text, "correct": number == 0} for number, text in enumerate(options)]
    return item(CLOZE | {"text": "It was [[1]].", "gaps": [{"kind": "choice", "options": rows}]})


def texts(*answers: Any, **fields: Any) -> Item:
    rows = [{"text": row} if isinstance(row, str) else row for row in answers]
    return item(SHORT | {"answers": rows} | fields)


ALIKE = [
    ("__init__", "init"),
    ("**wall**", "wall"),
    ("`wall`", "wall"),
    ("C:\\*.txt", "C:*.txt"),
    ("the  wall", "the wall"),
    ("the\u00a0wall", "the wall"),
    ("wa\u200bll", "wall"),
    ("DPO", "DPО"),  # the last letter of the second is Cyrillic
    ("ΑΒ", "AB"),  # Greek
    ("5 µm", "5 μm"),
]
NEARLY = [("mW", "MW"), ("Polish", "polish"), ("pêche", "péché"), ("wall", "wall."), ("a–b", "a-b"), ("x²", "x2")]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_two_texts_that_look_the_same_on_the_page_are_an_error(one: str, other: str) -> None:
    (found,) = said(item(with_options(one, "ice", other)), "look-alike")
    assert found.startswith("q-1, option 3: On the page it looks like option 1: “")
    assert len(said(gap(one, other, "ice"), "look-alike")) == 1
    assert len(said(ordering(one, "ice", other), "look-alike")) == 1
    assert len(said(matching((one, "a"), (other, "b")), "look-alike")) == 1
    assert len(said(matching(("a", one), ("b", other)), "look-alike")) == 1
    assert len(said(matching(("a", one), ("b", "ice"), extra=(other,)), "look-alike")) == 1
    assert said(item(with_options(one, "ice", other)), "nearly-same") == []


@pytest.mark.parametrize(("one", "other"), NEARLY)
def test_two_texts_that_differ_in_little_are_a_warning(one: str, other: str) -> None:
    (found,) = said(item(with_options(one, "ice", other)), "nearly-same")
    assert found == f"q-1, option 3: “{other}” differs from option 1, “{one}”, in case, accents or signs only."
    assert said(item(with_options(one, "ice", other)), "look-alike") == []
    for question in (
        gap(one, other),
        ordering(one, "ice", other),
        matching((one, "a"), (other, "b")),
        matching(("a", one), ("b", other)),
    ):
        (finding,) = [row for row in lint.check_item(question, context()) if row.rule == "nearly-same"]
        assert not finding.is_error


@pytest.mark.parametrize(
    ("one", "other"),
    [("wall", "walls"), ("C", "C#"), ("5", "-5"), ("10²", "102"), ("かぎ", "かき"), ("a_b_c", "abc"), ("B", "В.")],
)
def test_texts_that_differ_are_left_alone(one: str, other: str) -> None:
    assert said(item(with_options(one, "ice", other)), "look-alike") == []
    assert said(item(with_options(one, "ice", other)), "nearly-same") == []


def test_accepted_texts_of_different_shares_that_are_nearly_the_same_are_a_warning() -> None:
    assert said(texts("mW", {"text": "MW", "fraction": 0}), "nearly-same") == [
        "q-1, answer 2: “MW” differs from answer 1, “mW”, in case, accents or signs only."
    ]
    assert said(texts("mW", "MW"), "nearly-same") == []  # both are right
    answers = [{"text": "mW"}, {"text": "MW", "fraction": "1/2"}]
    in_gap = item(CLOZE | {"text": "[[1]]", "gaps": [{"kind": "text", "answers": answers}]})
    assert said(in_gap, "nearly-same") == [
        "q-1, gap 1, answer 2: “MW” differs from gap 1, answer 1, “mW”, in case, accents or signs only."
    ]


def test_two_pairs_that_share_an_answer_are_left_alone() -> None:
    one = matching(("Namibia", "Africa"), ("Cambodia", "Asia"), ("Liberia", "Africa"))
    assert said(one, "look-alike") == said(one, "nearly-same") == []


# Signs -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("__init__", "init"),
        ("C:\\*.txt", "C:*.txt"),
        ("\\(x_1\\)", "(x_1)"),
        ("a &amp; b", "a & b"),
    ],
)
def test_signs_that_do_not_reach_the_page_are_a_warning(text: str, shown: str) -> None:
    found = f"It is shown as “{shown}”."
    assert said(item(with_options("ice", "sand", text)), "signs-lost") == [f"q-1, option 3: {found}"]
    assert said(ordering("ice", "sand", text), "signs-lost") == [f"q-1, element 3: {found}"]
    assert said(matching(("ice", "a"), (text, "b")), "signs-lost") == [f"q-1, pair 2, left: {found}"]
    assert said(matching(("ice", "a"), ("b", "c"), extra=(text,)), "signs-lost") == [f"q-1, extra answer 1: {found}"]
    assert said(gap("ice", text), "signs-lost") == [f"q-1, gap 1, option 2: {found}"]
    assert said(item(with_options("ice", "sand", stem=f"Which {text} is it?")), "signs-lost") == [
        f"q-1, stem: It is shown as “Which {shown} is it?”."
    ]
    if "*" not in text:
        assert said(texts("ice", text), "signs-lost") == [f"q-1, answer 2: {found}"]


@pytest.mark.parametrize(
    "text",
    [
        "the *Repertoire* of the Council",
        "**bold** and *both **of** them*",
        "_once_",
        "`2*3*4`",
        "see [the page](https://un.org)",
        "a_b_c",
        "2*3*4",
        "5 * 3 * 2",
        "1986. What",
        "# of",
        "<b>",
        "a < b & c > d",
        "“quoted”",
        "two\nlines",
    ],
)
def test_marks_that_are_meant_and_signs_that_stay_are_left_alone(text: str) -> None:
    assert said(item(with_options("ice", "sand", text)), "signs-lost") == []
