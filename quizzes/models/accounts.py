"""People. An instructor is a member of staff; what they see is decided by the objects' QuerySets."""

import zoneinfo

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
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

    anonymised_at = models.DateTimeField(_("personal data removed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=Q(anonymised_at=None) | Q(is_active=False, is_staff=False, is_superuser=False),
                name="anonymised_is_inactive",
                violation_error_message=_("Whose personal data was removed never comes back."),
            ),
        ]

    @property
    def full_name(self) -> str:
        if self.is_anonymised:
            return _("Removed person %(number)d") % {"number": self.pk}
        return self.get_full_name() or self.username

    @property
    def is_anonymised(self) -> bool:
        """Whether nothing says any more who this was; what they did is kept under a number."""
        return self.anonymised_at is not None

    @property
    def is_instructor(self) -> bool:
        return self.is_active and self.is_staff
