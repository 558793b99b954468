"""People. An instructor is a member of staff; what they see is decided by the objects' QuerySets."""

import zoneinfo

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone."), params={"value": value})


class User(AbstractUser):
    """A learner or an instructor; `time_zone` is the zone in which they read instants."""

    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Empty: the site's zone."),
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    @property
    def full_name(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_instructor(self) -> bool:
        return self.is_active and self.is_staff
