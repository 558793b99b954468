"""Durations in words."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def duration(value: timedelta | None) -> str:
    """A length of time as "14 min 20 s" or "1 h 5 min"; the two largest units that are not zero."""
    if value is None:
        return ""
    seconds = max(0, int(value.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = []
    if hours:
        parts.append(_("%(n)d h") % {"n": hours})
    if minutes:
        parts.append(_("%(n)d min") % {"n": minutes})
    if seconds and not hours:
        parts.append(_("%(n)d s") % {"n": seconds})
    return " ".join(parts) or _("0 s")
