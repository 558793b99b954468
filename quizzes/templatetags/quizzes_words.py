"""States in words: `{% deadline row.terms is_late=row.is_late %}`, `{% outcome attempt shows_marks %}`, `{{ calendar|todo }}`."""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from quizzes.models import Attempt
from quizzes.reports import wording

register = template.Library()
register.simple_tag(wording.of_deadline, name="deadline")
register.filter("todo", wording.of_calendar)


@register.simple_tag
def outcome(attempt: Attempt, shows_marks: bool) -> SafeString:
    """How an attempt stands, as every page shows it."""
    context = {"attempt": attempt, "shows_marks": shows_marks}
    return mark_safe(render_to_string("quizzes/attempts/_state.jinja", context, using="jinja2"))
