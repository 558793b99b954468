"""Each bank rule: a bank with a planted flaw, and one that it leaves alone."""

import random
from dataclasses import replace
from typing import Any

import pytest

from quizzes import lint
from quizzes.lint.items import Citation, Item
from quizzes.lint.stats import chi_square, chi_square_tail, margin
from tests.lint.samples import SHORT, SINGLE, STATEMENT, codes, context, item, with_options

THINGS = ["harbour", "lamp", "wall", "ice", "boat", "river", "council", "storm", "flood", "engineer", "key", "sand"]


def several(count: int = 40, *, key: Any = None, words: Any = None, **changes: Any) -> list[Item]:
    """Different questions whose keys stand in random places (the same in every run) and differ in nothing."""
    rng = random.Random(7)
    made = []
    for number in range(count):
        place = rng.randrange(4) if key is None else key(number)
        texts = ["".join(rng.sample("abcdefghij", 8)) for _option in range(4)]
        if words:
            texts = words(texts, place)
        stem = f"Which {' '.join(rng.sample(THINGS, 5))} number {number} does the chronicle give?"
        explanation = f"{number} {SINGLE['explanation']}"
        spec = with_options(*texts, key=place, stem=stem, explanation=explanation)
        made.append(
            item(spec | changes, id=f"q-{number}", places=(Citation("chronicle", 2 + number % 4, f"phrase {number}"),))
        )
    return made


def statements(count: int, true: int) -> list[Item]:
    return [
        item(
            STATEMENT
            | {
                "answer": number < true,
                "stem": f"In Vell {number} {THINGS[number % 12]} {THINGS[number * 5 % 12]} stood near a {THINGS[number * 7 % 12]}.",
                "explanation": f"Statement {number}: {STATEMENT['explanation']}",
            },
            id=f"t-{number}",
            places=(Citation("chronicle", 2, f"statement {number}"),),
        )
        for number in range(count)
    ]


def longest_key(texts: list[str], place: int) -> list[str]:
    return [text + " and more" if at == place else text for at, text in enumerate(texts)]


def absolute_distractors(texts: list[str], place: int) -> list[str]:
    return [text if at == place else f"only {text}" for at, text in enumerate(texts)]


def figure_in_key(texts: list[str], place: int) -> list[str]:
    return [f"{text[:-1]}7" if at == place else text for at, text in enumerate(texts)]


def echo_in_key(texts: list[str], place: int) -> list[str]:
    return [f"number {text}" if at == place else text for at, text in enumerate(texts)]


def very_long_key(texts: list[str], place: int) -> list[str]:
    return [text + " with a good many words" if at == place else text for at, text in enumerate(texts)]


FLAWED: dict[str, list[Item]] = {
    "stem-duplicate": [item(), item(id="q-2")],
    "near-duplicate": [item(), item(SINGLE | {"stem": SINGLE["stem"].replace("town", "place")}, id="q-2")],
    "evidence-reused": [item(id=f"q-{number}") for number in range(4)],
    "explanation-reused": [item(), item(SHORT, id="q-2")],
    "key-positions": several(key=lambda number: number % 2),
    "key-run": several(key=lambda number: 0 if number < 8 else number % 4),
    "key-longest": several(words=longest_key),
    "guesser": several(words=longest_key),
    "odd-one-out-share": several(words=figure_in_key),
    "absolutes-share": several(words=absolute_distractors),
    "true-share": statements(20, 14),
    "negative-share": several(stem="Which does the chronicle NOT name?"),
    "long-key-share": several(words=very_long_key),
    "echo-share": several(words=echo_in_key),
    "grade-share": several(
        stem="Notwithstanding organizational considerations, characterise institutional municipality?"
    ),
    "stock-distractor": several(words=lambda texts, place: [*texts[:3], "the ice house"] if place < 3 else texts),
    "given-away": [
        item(),
        item(
            SINGLE | {"stem": "Sand had choked the older port: why did the town of Vell need a new harbour so late?"},
            id="q-2",
        ),
    ],
    "document-names": [
        item(SINGLE | {"stem": f"Why, in {name}, did Vell need harbour number {number}?"}, id=f"q-{number}")
        for number, name in enumerate(["the town chronicle", "the town chronicle", "the chronicle of Vell"])
    ],
    "coverage": [item(places=(Citation("chronicle", 2),))],
}


def bank_codes(items: list[Item], **fields: Any) -> set[str]:
    return codes(lint.check_bank(items, context(is_whole=True, **fields)))


@pytest.mark.parametrize("rule", FLAWED)
def test_a_planted_flaw_of_the_bank_is_found(rule: str) -> None:
    assert rule in bank_codes(FLAWED[rule])


def test_a_clean_bank_is_left_alone() -> None:
    assert [str(one) for one in lint.check_bank([*several(), *statements(10, 5)], context(is_whole=True))] == []


def test_an_empty_bank_is_left_alone() -> None:
    assert bank_codes([]) <= {"coverage"}
    assert codes(lint.check_bank([])) == set()


def test_every_bank_rule_has_a_planted_flaw() -> None:
    assert {rule.code for rule in lint.bank_rules()} == {*FLAWED, "blueprint", "topics", "told-by-description"}


def test_a_few_items_say_nothing_about_shares() -> None:
    found = bank_codes(several(5, words=longest_key, key=lambda number: 0)) & {
        "key-longest",
        "guesser",
        "key-positions",
    }
    assert not found


def test_the_mix_is_compared_with_the_blueprint_in_points() -> None:
    items = [*several(15), *statements(5, 2)]
    exact = {"type": {"single_choice": 3, "true_false": 1}}
    assert "blueprint" not in bank_codes(items, blueprint=exact)
    assert "blueprint" in bank_codes(items, blueprint={"type": {"single_choice": 0.6, "true_false": 0.4}})
    assert "blueprint" in bank_codes(items, blueprint={"difficulty": {"hard": 1}})
    assert "blueprint" not in bank_codes(items, blueprint={"document": {"chronicle": 20}})


def test_topics_are_counted_where_the_blueprint_has_some() -> None:
    found = lint.check_bank(several(20), context(blueprint={"topic": {"harbour": 1}}))
    said = [str(one) for one in found if one.rule == "topics"]
    assert said == ["topics: There are 1.", "harbour: It has 100% of all questions."]


def test_the_share_of_true_statements_may_be_40_to_60_percent() -> None:
    assert "true-share" not in bank_codes(statements(20, 12))
    assert "true-share" in bank_codes(statements(20, 13))
    assert "true-share" not in bank_codes(statements(3, 3))


def test_the_second_of_two_duplicates_is_named_with_the_first() -> None:
    (finding,) = [one for one in lint.check_bank([item(), item(id="q-2")]) if one.rule == "stem-duplicate"]
    assert (finding.item, finding.what) == ("q-2", "q-1 has the same stem.")


def test_chi_square_agrees_with_the_tables() -> None:
    assert chi_square([10, 20, 30], [20, 20, 20]) == 10
    assert chi_square_tail(3.841, 1) == pytest.approx(0.05, abs=1e-4)
    assert chi_square_tail(5.991, 2) == pytest.approx(0.05, abs=1e-4)
    assert chi_square_tail(7.815, 3) == pytest.approx(0.05, abs=1e-4)
    assert chi_square_tail(11.070, 5) == pytest.approx(0.05, abs=1e-4)
    assert chi_square_tail(0, 3) == 1


def test_the_margin_is_wide_where_items_are_few() -> None:
    assert margin(0.25, 10_000, points=0.05) == 0.05
    assert margin(0.25, 25, points=0.05) == pytest.approx(0.1697, abs=1e-4)


def test_a_description_that_says_the_answer_is_found() -> None:
    told = "Why did the town of Vell need a new harbour? Because sand had choked the older port, the chronicle says."
    assert "told-by-description" in bank_codes([item()], quizzes={"Vell": told})
    assert "told-by-description" not in bank_codes([item()], quizzes={"Vell": "Sand had choked the older port."})


def test_enemies_may_give_each_other_away() -> None:
    one, other = FLAWED["given-away"]
    assert "given-away" not in bank_codes([replace(one, enemies=frozenset({"q-2"})), other])


def test_a_name_that_is_a_right_answer_as_often_is_no_stock_distractor() -> None:
    bodies = ["the harbour council", "the fishers", "the engineers", "the town"]
    items = several(12, key=lambda number: number % 4, words=lambda texts, place: bodies)
    assert "stock-distractor" not in bank_codes(items)
