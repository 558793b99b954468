"""The body of a question's card: `{% card_body card disabled=True %}`, in Jinja2 `{{ card_body(card, disabled=True) }}`."""

from __future__ import annotations

from typing import cast

from django import template
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils.safestring import SafeString, mark_safe

from quizzes.reports.cards import Card

register = template.Library()


@register.simple_tag
def card_body(
    card: Card, disabled: bool = False, is_own: bool = True, part: str = "all", links: bool = True
) -> SafeString:
    """Return the template of the card's type in the card's state, with its slot in names and ids.

    `is_own`: the answer is the reader's. `part`: of what is revealed the `main` part, the `rest`, or `all`.
    `links`: whether terms lead to the glossary, which strangers do not read.
    """
    context = {
        "card": card.card,
        "state": card.state,
        "prefix": card.prefix,
        "slot": card.slot,
        "stem_id": card.stem_id,
        "disabled": disabled,
        "is_own": is_own,
        "part": part,
        "links": links,
    }
    jinja = cast(Jinja2, engines["jinja2"])
    return mark_safe(jinja.env.get_template(card.template).render(context).strip())
