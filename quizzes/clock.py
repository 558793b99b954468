"""The only read of the wall clock; everything below the views takes `now` as an argument."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return timezone.now()
