"""States in words: `{% deadline row.terms is_late=row.is_late %}`, `{% outcome attempt shows_marks %}`, `{{ calendar|todo }}`."""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from quizzes import clock, terms
from quizzes.models import Attempt
from quizzes.reports import wording

register = template.Library()
register.filter("todo", wording.of_calendar)


@register.filter
def time_left(attempt: Attempt) -> str:
    """Return how long an attempt in progress may go on."""
    return wording.of_time_left(attempt, now=clock.now())


@register.simple_tag
def deadline(agreed: terms.Terms, is_late: bool = False, is_over: bool = False) -> str:
    """Return until when an assignment can be done."""
    return wording.of_deadline(agreed, now=clock.now(), is_late=is_late, is_over=is_over)


@register.simple_tag
def outcome(attempt: Attempt, shows_marks: bool) -> SafeString:
    """Return how an attempt stands, as every page shows it."""
    context = {"attempt": attempt, "shows_marks": shows_marks}
    return mark_safe(render_to_string("quizzes/attempts/_state.jinja", context, using="jinja2"))
