"""Bodies of cards are kept by what they show, never by whom they were shown to."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from django.template.loader import render_to_string

from quizzes import question_types
from quizzes.reports.attempts import ASK, REVEAL, REVIEW, Card
from quizzes.templatetags import quizzes_cards
from quizzes.templatetags.quizzes_cards import card_body

KINDS = question_types.all_types()


def card_of(kind: Any, *, state: str = ASK, slot: int = 3) -> Card:
    spec = kind.spec(kind.examples[0].spec)
    layout = list(range(len(getattr(spec, "options", ())))) or kind.layout(spec, random.Random(1), shuffle=False)
    response = kind.model_response(spec)
    content = kind.reveal(spec, layout, response) if state == REVEAL else kind.present(spec, layout, response)
    return Card(slot, state, f"quizzes/question_types/{kind.key}.html", spec.stem, 1, "", "", content)  # type: ignore[arg-type]


def plainly(card: Card, *, disabled: bool) -> str:
    context = {"card": card.card, "state": card.state, "prefix": card.prefix, "slot": card.slot}
    return render_to_string(card.template, context | {"stem_id": card.stem_id, "disabled": disabled})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
@pytest.mark.parametrize("state", [ASK, REVIEW, REVEAL])
@pytest.mark.parametrize("slot", [1, 12])
def test_a_kept_body_is_what_the_template_says(kind: Any, state: str, slot: int) -> None:
    card = card_of(kind, state=state, slot=slot)
    for disabled in (False, True):
        first, again = card_body(card, disabled=disabled), card_body(card, disabled=disabled)
        assert first == again == plainly(card, disabled=disabled)


def test_another_answer_is_another_body() -> None:
    kind = question_types.get("single_choice")
    spec = kind.spec(kind.examples[0].spec)
    bodies = {
        card_body(replace(card_of(kind), card=kind.present(spec, [0, 1, 2], response))) for response in (None, 0, 1, 2)
    }
    assert len(bodies) == 4


def test_a_text_with_the_private_sign_is_left_as_it_is() -> None:
    card = card_of(question_types.get("short_answer"))
    odd = replace(card, card=card.card | {"value": "\ue000 and <b>"})
    assert "\ue000 and &lt;b&gt;" in card_body(odd)


def test_content_that_is_no_plain_data_is_rendered_each_time() -> None:
    card = card_of(question_types.get("short_answer"))
    odd = replace(card, card=card.card | {"extra": object()})
    before = quizzes_cards._kept.cache_info().currsize
    assert card_body(odd) == plainly(card, disabled=False)
    assert quizzes_cards._kept.cache_info().currsize == before
