"""Durations in words, and dates in the one style of the site.

`date` takes the place of Django's filter on every page, the workshop's tables too: `{{ at|date:"D j M, H:i" }}` and
`{{ at|date:"j M Y, H:i" }}` both say "Mon, Nov 30, 2:00 p.m.", with the year only if it is another one.
"""

from datetime import date as date_type
from datetime import datetime

from django import template
from django.template import defaultfilters
from django.utils import timezone

from quizzes import clock
from quizzes.local_time import duration, styled

register = template.Library()
register.filter(duration)


@register.filter(expects_localtime=True, is_safe=False)
def date(value: date_type | str | None, pattern: str | None = None) -> str:
    """Return a time that is in the reader's zone already."""
    words = styled(value, pattern, clock.now())
    return words if words is not None else str(defaultfilters.date(value, pattern))


def local_date(value: date_type | str | None, pattern: str | None = None) -> str:
    """Return a time in the reader's zone; for templates of Jinja2, which convert nothing themselves."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return date(value, pattern)
