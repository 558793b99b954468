"""What classrooms are given to do, and exceptions for single members."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from quizzes import terms
from quizzes.models.classrooms import Classroom, Membership
from quizzes.models.quizzes import MINUTES, Preset, Quiz

if TYPE_CHECKING:
    from quizzes.models.accounts import User


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def given_to(self, user: User) -> AssignmentQuerySet:
        """Return those of the classrooms where the person is a member."""
        return self.filter(classroom__in=Classroom.objects.live().joined_by(user))

    def managed_by(self, user: User) -> AssignmentQuerySet:
        return self.filter(classroom__in=Classroom.objects.taught_by(user))

    def holding_back(self) -> AssignmentQuerySet:
        """Return exams: those whose results wait until nobody can answer any more."""
        return self.filter(Assignment.holds_back())

    def live_at(self, now: datetime) -> AssignmentQuerySet:
        """Return those that a member can still take, at once or later, by an exception too."""
        excepted = Accommodation.objects.filter(closes_at__gt=now).order_by().values("assignment")
        is_ahead = Q(closes_at=None) | Q(closes_at__gt=now) | Q(pk__in=excepted)
        return self.filter(is_ahead, classroom__archived_at=None)

    def open_at(self, now: datetime) -> AssignmentQuerySet:
        return self.filter(Q(opens_at=None) | Q(opens_at__lte=now), Q(closes_at=None) | Q(closes_at__gt=now))


class Assignment(models.Model):
    """A quiz given to a classroom, with a window and, where wanted, other terms than the quiz has."""

    class LatePolicy(models.TextChoices):
        ACCEPT = "accept", _("accepted, marked late")
        REFUSE = "refuse", _("not accepted")

    classroom = models.ForeignKey(Classroom, on_delete=models.CASCADE, related_name="assignments")
    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("quiz"))
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, help_text=_("Later submissions are marked late."))
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    late_policy = models.CharField(_("late work"), max_length=8, choices=LatePolicy, default=LatePolicy.ACCEPT)
    time_limit = models.PositiveIntegerField(_("time limit in minutes"), null=True, blank=True, validators=MINUTES)
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts allowed"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    feedback = models.CharField(_("feedback"), max_length=10, blank=True, choices=Preset)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["classroom", "opens_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="assignment_closes_after_it_opens",
                violation_error_message=_("The assignment must close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(time_limit=None) | Q(time_limit__gte=1, time_limit__lte=1440),
                name="assignment_time_limit_range",
                violation_error_message=_("A time limit is 1 to 1,440 minutes."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.classroom}"

    def clean(self) -> None:
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValidationError(
                {
                    "opens_at": _("The assignment opens after it closes."),
                    "closes_at": _("The assignment must close after it opens."),
                }
            )

    @staticmethod
    def holds_back(path: str = "") -> Q:
        """Return the condition that results wait for the last learner; `path` leads from the row to the assignment."""
        by_quiz = Q((f"{path}feedback", ""), (f"{path}quiz__feedback__in", terms.WAITING_FOR_THE_END))
        return Q((f"{path}feedback__in", terms.WAITING_FOR_THE_END)) | by_quiz

    @property
    def preset(self) -> str:
        return self.feedback or self.quiz.feedback

    def overrides(self) -> terms.Overrides:
        said = terms.Overrides(
            "assignment",
            opens_at=self.opens_at,
            due_at=self.due_at,
            closes_at=self.closes_at,
            limit=timedelta(minutes=self.time_limit) if self.time_limit else None,
            attempts_allowed=self.attempts_allowed,
            preset=self.feedback or None,  # type: ignore[arg-type]
            refuses_late=self.late_policy == self.LatePolicy.REFUSE,
        )
        return terms.closed_when_due(said) if said.refuses_late else said


class AccommodationQuerySet(models.QuerySet["Accommodation"]):
    def with_own_close(self) -> AccommodationQuerySet:
        """Return each with `own_close`: when it closes; where late work is refused, when it is due."""
        refused = When(assignment__late_policy=Assignment.LatePolicy.REFUSE, due_at__isnull=False, then="due_at")
        return self.annotate(own_close=Case(refused, default="closes_at"))


class Accommodation(models.Model):
    """An exception for one member on one assignment, with the reason it was granted for."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="accommodations")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="accommodations")
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    time_limit = models.PositiveIntegerField(_("time limit in minutes"), null=True, blank=True, validators=MINUTES)
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts allowed"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    reason = models.CharField(_("reason"), max_length=300)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(_("granted"))

    objects = AccommodationQuerySet.as_manager()

    class Meta:
        verbose_name = _("accommodation")
        verbose_name_plural = _("accommodations")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "membership"],
                name="one_accommodation",
                violation_error_message=_("This member has an exception already; change that one."),
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(closes_at=None) | Q(due_at__lte=F("closes_at")),
                name="exception_due_before_it_closes",
                violation_error_message=_("The exception is due after it closes."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} · {self.assignment}"

    def overrides(self) -> terms.Overrides:
        return terms.Overrides(
            "exception",
            opens_at=self.opens_at,
            due_at=self.due_at,
            closes_at=self.closes_at,
            limit=timedelta(minutes=self.time_limit) if self.time_limit else None,
            attempts_allowed=self.attempts_allowed,
            note=self.reason,
        )
