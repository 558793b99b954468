"""People. An instructor is a member of staff; what they see is decided by the objects' QuerySets."""

from __future__ import annotations

import unicodedata
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quizzes.lint.lookalikes import TWINS

MAX_GOAL = 1000  # questions a week

# What else is drawn alike on most screens: I, l, 1 and |; O and 0; letters of living scripts that a keyboard has. Our own,
# because well-kept libraries list the twins of a letter, but give no form in which two names can be compared.
DRAWN_ALIKE = str.maketrans(
    "I1|0O〇ӏӀıɩɪɑαɡցԌгԜѡաүҮγɣʏѴυʋսՍᴜօՕոռհꜱՏρքЬЗбᴏᴄᴠᴡᴢιѵզգҽ",
    "lllooolliiiaaggGrWwwyYyyyVuuuUuoOnnhsSpfb36ocvwzivqqe",
)


def look_of(username: str) -> str:
    """Return a user name as it looks: wide letters, letters of other scripts and figures as those they are taken for."""
    plain = "".join(str(unicodedata.decimal(char, char)) for char in unicodedata.normalize("NFKC", username))
    return plain.translate(TWINS).translate(DRAWN_ALIKE).casefold()[:150]


def looks_of(username: str) -> set[str]:
    """Return what it looks like in any case: an account is found in any, and “Ivan” looks like “lvan”, but “ivan” does not."""
    plain = unicodedata.normalize("NFKC", username)
    return {look_of(plain), look_of(plain.lower()), look_of(plain.upper())}


def username_fault(username: str) -> str:
    """Return why no account may be called so, or nothing; others of this name are not looked for."""
    try:
        User._meta.get_field("username").run_validators(username)
    except ValidationError:
        return _("“%(name)s” is no user name: letters, digits and . + - _ only.") % {"name": username[:40]}
    if "@" in username:
        return _("“%(name)s” is no user name: with an @ it could be the e-mail address of another user.") % {
            "name": username[:40]
        }
    return ""


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone."), params={"value": value})


class PeopleManager(UserManager["User"]):
    """People with an account. Guests are in no list and no count: what is about them asks `User.everyone`."""

    use_in_migrations = False

    def get_queryset(self) -> models.QuerySet[User]:
        return super().get_queryset().filter(is_guest=False)


class User(AbstractUser):
    """A learner or an instructor; `time_zone` is the zone in which they read instants.

    Django's three rights, in the words of this site. A guest (`is_guest`) tries the site without an account: a row that
    nobody can log in to, for the answers they gave; its session knows it, see `services/guests.py`.
    """

    is_staff = models.BooleanField(_("instructor"), default=False, help_text=_("May write questions and run classes."))
    is_superuser = models.BooleanField(
        _("administrator"), default=False, help_text=_("Sees everything and may change it.")
    )
    is_active = models.BooleanField(
        _("may log in"), default=True, help_text=_("Untick this instead of deleting an account.")
    )

    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Empty: the site's zone."),
    )

    weekly_goal = models.PositiveSmallIntegerField(
        _("weekly goal"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_GOAL)],
        help_text=_("Questions to answer from Monday to Sunday. Leave it empty for no goal."),
    )  # None: they were never asked; 0: they want none
    shows_streak = models.BooleanField(
        _("count my days in a row"),
        default=True,
        help_text=_("On Today, for you alone. One missed day in seven is forgiven."),
    )

    look = models.CharField(max_length=150, blank=True, editable=False, db_index=True)  # of the user name, see look_of
    must_change_password = models.BooleanField(
        _("must choose a new password"),
        default=False,
        help_text=_("The password was given by someone else; no page opens until it is changed."),
    )
    is_from_roster = models.BooleanField(_("made by a roster"), default=False, editable=False)
    # How often an instructor gave a new password; devices that knew the account before are strange to it (devices.py).
    passwords_given = models.PositiveSmallIntegerField(default=0, editable=False)
    anonymised_at = models.DateTimeField(_("personal data removed"), null=True, blank=True, editable=False)
    is_guest = models.BooleanField(default=False, db_default=False, editable=False)

    objects: ClassVar[PeopleManager] = PeopleManager()
    everyone: ClassVar[models.Manager[User]] = models.Manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=Q(weekly_goal=None) | Q(weekly_goal__lte=MAX_GOAL),
                name="weekly_goal_range",
                violation_error_message=_("A weekly goal is 1000 questions at most."),
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at=None) | Q(is_active=False, is_staff=False, is_superuser=False),
                name="anonymised_is_inactive",
                violation_error_message=_("Someone whose personal data was removed never comes back."),
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at=None) | Q(must_change_password=False, is_from_roster=False),
                name="anonymised_has_no_slip",
                violation_error_message=_("Someone whose personal data was removed never comes back."),
            ),
            models.CheckConstraint(
                condition=Q(is_guest=False)
                | Q(is_active=False, is_staff=False, is_superuser=False, email="", anonymised_at=None),
                name="guest_is_nobody",
                violation_error_message=_("A guest has no address, no rights and no log-in."),
            ),
        ]
        indexes = [
            models.Index(fields=["date_joined"], condition=Q(is_guest=True), name="guest_joined"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.look = look_of(self.username)
        if "username" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "look"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a new user name that is an address, or looks like that of another; older ones stay as they are."""
        super().clean()
        if self.pk and User.objects.filter(pk=self.pk, username=self.username).exists():
            return
        if fault := username_fault(self.username) or self._fault_of_look():
            raise ValidationError({"username": fault})

    def _fault_of_look(self) -> str:
        if User.objects.filter(look__in=looks_of(self.username)).exclude(pk=self.pk).exists():
            return str(_("This user name is taken, or looks like another. Choose a different one."))
        return ""

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
    def is_unopened(self) -> bool:
        """Whether no one has ever logged in, and only a mail to the address of the account lets them."""
        return self.last_login is None and not self.has_usable_password()

    @property
    def is_instructor(self) -> bool:
        return self.is_active and self.is_staff
