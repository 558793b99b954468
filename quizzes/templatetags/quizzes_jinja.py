"""A part that Jinja2 renders, in a page of Django's engine: `{% jinja "quizzes/_pages.jinja" page=page %}`."""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def jinja(context: Context, name: str, **values: object) -> SafeString:
    """Return the part with the values named here and what every page has: request, user, messages."""
    return mark_safe(render_to_string(name, values, context.get("request"), using="jinja2"))
