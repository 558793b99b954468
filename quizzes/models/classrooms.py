"""Classrooms, and who is in them."""

from __future__ import annotations

import secrets
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quizzes import clock, emblems, terms
from quizzes.models.accounts import validate_time_zone

if TYPE_CHECKING:
    from quizzes.models.accounts import User

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 signs without I, O, 0 and 1: 40 bits in 8
CODE_LENGTH = 8
LONGEST_KEY = 200  # a letter may become three when case is folded


def nickname_key(nickname: str) -> str:
    """Return what no two members of a class share: a nickname in any case and width, with single spaces."""
    folded = unicodedata.normalize("NFKC", nickname).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())[:LONGEST_KEY]


def new_join_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH))


class ClassroomQuerySet(models.QuerySet["Classroom"]):
    def live(self) -> ClassroomQuerySet:
        return self.filter(archived_at=None)

    def taught_by(self, user: User) -> ClassroomQuerySet:
        """Return those where the person is an instructor; an administrator sees all."""
        if user.is_superuser:
            return self
        return self._with_role(user, [Membership.Role.INSTRUCTOR])

    def assisted_by(self, user: User) -> ClassroomQuerySet:
        """Return those where the person may see members and results: instructors and assistants."""
        if user.is_superuser:
            return self
        return self._with_role(user, [Membership.Role.INSTRUCTOR, Membership.Role.ASSISTANT])

    def joined_by(self, user: User) -> ClassroomQuerySet:
        """Return those the person belongs to, in whatever role."""
        return self._with_role(user, list(Membership.Role))

    def only_taught_by(self, user: User) -> ClassroomQuerySet:
        """Return those that would be without an instructor if the person went."""
        teaching = Membership.objects.active().filter(role=Membership.Role.INSTRUCTOR)
        own_classrooms = teaching.filter(user=user).values("classroom")
        return self.filter(pk__in=own_classrooms).exclude(pk__in=teaching.exclude(user=user).values("classroom"))

    def _with_role(self, user: User, roles: list[str]) -> ClassroomQuerySet:
        memberships = Membership.objects.filter(user=user, role__in=roles, status=Membership.Status.ACTIVE)
        return self.filter(pk__in=memberships.values("classroom"))


class Classroom(models.Model):
    """A class. The join code opens it to students while `is_join_open`."""

    class Names(models.TextChoices):
        NICKNAMES = "nicknames", _("nicknames")
        NAMES = "names", _("full names")

    class Metric(models.TextChoices):
        BEST = "best", _("best marks")
        FIRST = "first", _("first attempt")
        IMPROVEMENT = "improvement", _("improvement")
        MASTERY = "mastery", _("mastery by topic")

    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=300, blank=True)
    join_code = models.CharField(
        _("join code"), max_length=CODE_LENGTH, unique=True, default=new_join_code, editable=False
    )
    is_join_open = models.BooleanField(_("open to join"), default=True)
    capacity = models.PositiveSmallIntegerField(
        _("places"), default=200, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    names_shown = models.CharField(_("names on the leaderboard"), max_length=10, choices=Names, default=Names.NICKNAMES)
    metric = models.CharField(_("leaderboard ranks by"), max_length=12, choices=Metric, default=Metric.BEST)
    speed_breaks_ties = models.BooleanField(
        _("faster is better when marks are equal"), default=False, help_text=_("Measured by the server's clock.")
    )
    board_shows_all = models.BooleanField(
        _("students can see every rank"),
        default=True,
        help_text=_("If this is off, they see the first three, and their own place with its neighbors."),
    )
    missing_is_zero = models.BooleanField(
        _("missing work counts as 0"),
        default=False,
        help_text=_("In the gradebook's totals: a quiz that is over and was never started counts 0 of its points."),
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ClassroomQuerySet.as_manager()

    class Meta:
        verbose_name = _("classroom")
        verbose_name_plural = _("classrooms")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(status=Membership.Status.ACTIVE)

    def students(self) -> MembershipQuerySet:
        return self.active().filter(role=Membership.Role.STUDENT)

    def ranked(self) -> MembershipQuerySet:
        """Return those a leaderboard may show: active students who appear, no staff."""
        return self.students().filter(is_visible=True, user__is_staff=False, user__is_active=True)

    def update(self, **fields: Any) -> int:
        """Update rows; the key of a nickname goes with it, as in `Membership.save`."""
        if "nickname" in fields:
            fields["nickname_key"] = nickname_key(fields["nickname"])
        return super().update(**fields)


class Membership(models.Model):
    """A person in a classroom. Leaving or being removed keeps the row and the attempts."""

    class Role(models.TextChoices):
        STUDENT = "student", _("student")
        ASSISTANT = "assistant", _("assistant")
        INSTRUCTOR = "instructor", _("instructor")

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        LEFT = "left", _("left")
        REMOVED = "removed", _("removed")

    classroom = models.ForeignKey(Classroom, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.STUDENT)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    nickname = models.CharField(_("nickname"), max_length=40, blank=True)
    nickname_key = models.CharField(max_length=LONGEST_KEY, blank=True, default="", editable=False)
    is_visible = models.BooleanField(_("appears on the leaderboard"), default=True)
    emblem = models.PositiveSmallIntegerField(
        _("emblem"), choices=[(0, _("drawn by the site")), *emblems.CHOICES], default=0
    )
    time_factor = models.DecimalField(
        _("time factor"),
        max_digits=4,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(1)), MaxValueValidator(Decimal(5))],
        help_text=_("1.25, 1.5 or 2: the time limit is multiplied by it."),
    )
    is_untimed = models.BooleanField(_("no time limit"), default=False)
    joined_at = models.DateTimeField(_("joined"), default=clock.now, editable=False)
    ended_at = models.DateTimeField(_("left"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["classroom", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["classroom", "user"],
                name="member_once",
                violation_error_message=_("This person is in the classroom already."),
            ),
            models.UniqueConstraint(
                fields=["classroom", "nickname_key"],
                condition=~Q(nickname_key=""),
                name="nickname_once",
                violation_error_message=_("Another member of this class has this nickname. Choose another one."),
            ),
            models.CheckConstraint(
                condition=Q(nickname="", nickname_key="") | (~Q(nickname="") & ~Q(nickname_key="")),
                name="nickname_has_a_key",
                violation_error_message=_("A nickname needs a letter or digit."),
            ),
            models.CheckConstraint(
                condition=Q(time_factor__gte=1, time_factor__lte=5),
                name="time_factor_range",
                violation_error_message=_("A time factor is 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(emblem__range=(0, emblems.EMBLEMS)),
                name="member_emblem_of_nine",
                violation_error_message=_("There are nine emblems."),
            ),
        ]
        indexes = [models.Index(fields=["user", "status"], name="membership_of_user")]

    def __str__(self) -> str:
        return self.shown_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.nickname_key = nickname_key(self.nickname)
        self.nickname = self.nickname if self.nickname_key else ""
        if "nickname" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "nickname_key"}
        super().save(*args, **kwargs)

    @property
    def shown_name(self) -> str:
        """The nickname, or a neutral name that gives nothing away."""
        return self.nickname or _("member %(number)d") % {"number": self.pk or 0}

    @property
    def worn_emblem(self) -> int:
        """1 to 9: the one they have chosen, else one that goes by their number."""
        return self.emblem or emblems.drawn_for(self.pk or 0)

    def overrides(self) -> terms.Overrides:
        return terms.Overrides(
            "member",
            factor=self.time_factor if self.time_factor != 1 else None,
            is_untimed=self.is_untimed,
            joined_at=self.joined_at,
        )
