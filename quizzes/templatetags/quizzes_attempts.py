"""What every page of an attempt carries and never changes."""

from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def attempt_words() -> SafeString:
    """The sentences that the attempt's script says, in the reader's language; rendered once for each language."""
    return _words(get_language() or "")


@cache
def _words(language: str) -> SafeString:
    return mark_safe(render_to_string("quizzes/attempts/_words.jinja", using="jinja2"))
