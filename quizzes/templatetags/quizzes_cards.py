"""The body of a question's card: `{% card_body card disabled=True %}`.

What it shows follows from its content and state alone, so a class that is asked the same questions is shown the same few
bodies. The process keeps the last ones, with a sign in the place of the slot; rendering a body takes thirty times as long
as finding it. Content that is not plain data is rendered each time.
"""

import json
from dataclasses import asdict, is_dataclass
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()
SLOT = "\ue000"  # for private use: no text of an author or learner should have it; one that has is not kept
BODIES_KEPT = 4000
LONGEST_KEY = 4000


@register.simple_tag
def card_body(card: Any, disabled: bool = False) -> SafeString:
    """The template of the card's type in the card's state, with its slot in names and ids."""
    try:
        content = json.dumps(card.card, default=_plain, ensure_ascii=False)
    except (TypeError, ValueError):
        return _rendered(card.template, card.card, card.state, bool(disabled), str(card.slot))
    if SLOT in content or len(content) > LONGEST_KEY:
        return _rendered(card.template, card.card, card.state, bool(disabled), str(card.slot))
    kept = _kept(card.template, _Content(content, card.card), card.state, bool(disabled), get_language())
    return mark_safe(kept.replace(SLOT, str(int(card.slot))))


class _Content:
    """The content of a card, equal to every other that says the same."""

    def __init__(self, text: str, data: Any) -> None:
        self.text, self.data = text, data

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self.text == other.text


def _plain(value: Any) -> Any:
    if isinstance(value, Promise):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value))


@lru_cache(maxsize=BODIES_KEPT)
def _kept(name: str, content: _Content, state: str, disabled: bool, _language: str | None) -> str:
    return str(_rendered(name, content.data, state, disabled, SLOT))


def _rendered(name: str, content: Any, state: str, disabled: bool, slot: str) -> SafeString:
    context = {
        "card": content,
        "state": state,
        "prefix": f"q{slot}-",
        "slot": slot,
        "stem_id": f"stem-{slot}",
        "disabled": disabled,
    }
    return render_to_string(name, context)
