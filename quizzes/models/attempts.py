"""Attempts: under which terms a learner works at a quiz, and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from quizzes import marking, terms
from quizzes.models import shown
from quizzes.models.assignments import Assignment
from quizzes.models.classrooms import Classroom
from quizzes.models.fractions import FractionField
from quizzes.models.quizzes import Preset, Quiz

if TYPE_CHECKING:
    from quizzes.models.accounts import User


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def taken_by(self, user: User) -> AttemptQuerySet:
        return self.filter(learner=user)

    def of_people(self) -> AttemptQuerySet:
        """Return those of people with an account: guests are in no list and no count."""
        return self.filter(learner__is_guest=False)

    def in_progress(self) -> AttemptQuerySet:
        return self.filter(status=Attempt.Status.IN_PROGRESS)

    def finished(self) -> AttemptQuerySet:
        return self.exclude(status=Attempt.Status.IN_PROGRESS)

    def graded(self) -> AttemptQuerySet:
        """Return those that count: graded, not practice, not a preview."""
        return self.filter(status=Attempt.Status.GRADED, is_counted=True)

    def best_or_open(self) -> AttemptQuerySet:
        """Return for each learner and quiz the one in progress, and of those with a result the best, the newest of equals."""
        place = Window(
            RowNumber(),
            partition_by=["learner", "quiz", "status"],
            # The rounded copy: attempts that it cannot tell apart show the same marks.
            order_by=[F("fraction").desc(), F("started_at").desc(), F("pk").desc()],
        )
        with_result = Q(status=Attempt.Status.GRADED, fraction__isnull=False)
        return self.filter(Q(status=Attempt.Status.IN_PROGRESS) | with_result).annotate(place=place).filter(place=1)

    def overdue_at(self, now: datetime) -> AttemptQuerySet:
        """Return those in progress past the deadline; exactly equal is overdue."""
        return self.in_progress().filter(due_at__lte=now)

    def past_grace_at(self, now: datetime) -> AttemptQuerySet:
        """Return those in progress past the deadline and the transport grace: to be closed."""
        return self.in_progress().filter(due_at__lt=now - terms.grace())

    def awaiting_grading(self) -> AttemptQuerySet:
        """Return those closed but not graded: a crash or an error came between."""
        return self.filter(status=Attempt.Status.SUBMITTED)

    def awaiting_marking(self) -> AttemptQuerySet:
        """Return those handed in that lack marks of a person; nobody marks a survey."""
        as_the_quiz = Q(assignment=None) | Q(assignment__feedback="")
        survey = Q(assignment__feedback=Preset.SURVEY) | as_the_quiz & Q(quiz__feedback=Preset.SURVEY)
        return self.filter(status=Attempt.Status.AWAITING_MARKING).exclude(survey)

    def readable_by(self, user: User) -> AttemptQuerySet:
        """Return one's own, and those made for classrooms one teaches or assists."""
        if user.is_superuser:
            return self.of_people()
        theirs = Classroom.objects.assisted_by(user)
        return self.filter(Q(learner=user) | Q(assignment__classroom__in=theirs))

    def managed_by(self, user: User) -> AttemptQuerySet:
        """Return those made for classrooms where the person is an instructor."""
        if user.is_superuser:
            return self.of_people()
        return self.filter(assignment__classroom__in=Classroom.objects.taught_by(user))


class Attempt(models.Model):
    """One go of a learner at a quiz. The deadline is stored when it starts, before any question leaves the server."""

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("in progress")
        SUBMITTED = "submitted", _("submitted, not graded yet")
        AWAITING_MARKING = "awaiting_marking", _("awaiting marking")
        GRADED = "graded", _("graded")

    class ClosedBy(models.TextChoices):
        LEARNER = "learner", _("the learner")
        DEADLINE = "deadline", _("the deadline")
        INSTRUCTOR = "instructor", _("an instructor")

    # Without an index of its own where another one begins with the same column, or where it is nearly always empty: each
    # index is one more page that a start or a save writes.
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attempts", db_index=False
    )
    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="attempts")
    assignment = models.ForeignKey(
        Assignment, null=True, blank=True, on_delete=models.PROTECT, related_name="attempts", db_index=False
    )  # None: self-study
    number = models.PositiveIntegerField(_("number"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.IN_PROGRESS)
    is_counted = models.BooleanField(default=True)  # False for practice: never in grades or leaderboards
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    closed_by = models.CharField(max_length=10, choices=ClosedBy, blank=True)
    limit = models.DurationField(_("time limit"), null=True, blank=True)  # before the factor; for the explanation
    # What the quiz itself gave, where it computes its limit: an edit of the quiz moves no attempt. None: begun before
    # that was stored.
    quiz_limit = models.DurationField(null=True, blank=True, editable=False)
    marks = models.DecimalField(_("marks"), max_digits=8, decimal_places=2, null=True, blank=True)
    max_marks = models.DecimalField(_("possible marks"), max_digits=8, decimal_places=2, default=Decimal(0))
    fraction = models.DecimalField(
        max_digits=9, decimal_places=8, null=True, blank=True
    )  # marks / max_marks, for sorting
    exact_marks = FractionField()  # `marks` and `fraction` are rounded copies, for SQL
    reached_slot = models.PositiveSmallIntegerField(default=0)  # sequential navigation: the only slot open; 0: all are
    draw_notes = models.JSONField(default=list, blank=True)  # cells that were too small, for the instructor
    reopened_at = models.DateTimeField(_("reopened"), null=True, blank=True)  # the last time, by an instructor

    about: str = ""  # what practice was put together from; `reports.practice.name` reads it
    told: Sequence[str] = ()  # what its learner is told when it starts: questions that are held back

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "quiz"],
                condition=Q(status="in_progress"),
                name="one_open_attempt",
                violation_error_message=_("There is an attempt in progress; continue that one."),
            ),
            models.UniqueConstraint(fields=["learner", "quiz", "number"], name="attempt_number_once"),
            models.CheckConstraint(
                condition=Q(status="in_progress", submitted_at=None)
                | (~Q(status="in_progress") & Q(submitted_at__isnull=False)),
                name="submitted_unless_in_progress",
                violation_error_message=_(
                    "An attempt has a time of submission exactly when it is no longer in progress."
                ),
            ),
            models.CheckConstraint(
                condition=Q(fraction=None) | Q(fraction__gte=0, fraction__lte=1),
                name="attempt_fraction_range",
                violation_error_message=_("A result is between 0 and 1."),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="in_progress"), name="attempt_open_due"),
            models.Index(fields=["submitted_at"], condition=Q(status="submitted"), name="attempt_to_grade"),
            models.Index(
                fields=["assignment", "learner", "-fraction"],
                include=["number", "marks", "max_marks", "started_at", "submitted_at", "quiz"],
                condition=Q(status="graded", is_counted=True),
                name="attempt_board",
            ),
            models.Index(fields=["learner", "-started_at"], name="attempt_history"),
            models.Index(fields=["assignment", "status"], name="attempt_progress"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.learner} · {self.number}"

    def get_absolute_url(self) -> str:
        """Return the page on which the attempt goes on for its learner: its result once it has ended."""
        if not self.is_in_progress:
            return reverse("quizzes:attempt_result", args=[self.pk])
        if self.quiz.layout == Quiz.Layout.ALL and not self.reached_slot:
            return reverse("quizzes:attempt_all", args=[self.pk])
        return reverse("quizzes:attempt_question", args=[self.pk, self.reached_slot or 1])

    def known_with(self, quiz: Quiz, assignment: Assignment | None) -> Attempt:
        """Return this attempt, knowing its quiz and assignment that were read with it."""
        self.quiz, self.assignment = quiz, assignment
        if assignment is not None:
            assignment.quiz = quiz
        return self

    @property
    def title(self) -> str:
        """What the attempt is called: as its quiz, or what it practices where that was read."""
        return self.about or self.quiz.title

    @property
    def preset(self) -> str:
        """What may be seen of it when: as its assignment says, else its quiz."""
        return self.assignment.preset if self.assignment else self.quiz.feedback

    @property
    def is_in_progress(self) -> bool:
        return self.status == self.Status.IN_PROGRESS

    @property
    def is_graded(self) -> bool:
        return self.status == self.Status.GRADED

    @property
    def share(self) -> Fraction | None:
        """What was achieved of what was possible, exactly; None without a result."""
        return None if self.exact_marks is None else marking.share(self.exact_marks, self.max_marks)

    @property
    def shown_marks(self) -> Decimal | None:
        """Marks as pages say them: two places that do not contradict the verdict; None without a result."""
        return self.as_shown(self.exact_marks)

    def as_shown(self, marks: Fraction | None) -> Decimal | None:
        """Return these marks of it, as pages say them."""
        return None if marks is None else shown.marks(self.quiz, marks, self.max_marks)

    @property
    def ended_at(self) -> datetime | None:
        """When it was handed in, or else its deadline, at which it ends; None: neither."""
        return self.submitted_at or self.due_at

    @property
    def duration(self) -> timedelta | None:
        """Time from start to submission; none where the server's clock was set back in between."""
        return max(timedelta(0), self.submitted_at - self.started_at) if self.submitted_at else None

    def has_reached(self, slot: int) -> bool:
        """Return whether its learner has come to the question; where they may go back and forth, they have to every one."""
        return not self.reached_slot or slot <= self.reached_slot

    def is_overdue_at(self, now: datetime) -> bool:
        return self.is_in_progress and self.due_at is not None and now >= self.due_at

    def is_past_grace_at(self, now: datetime) -> bool:
        """Return whether no answer can be under way any more, so that it is to be closed."""
        return self.is_in_progress and self.due_at is not None and now - terms.grace() > self.due_at

    def seconds_left(self, now: datetime) -> int | None:
        """Return whole seconds until the deadline, never negative; None for an untimed attempt."""
        if self.due_at is None:
            return None
        return max(0, int((self.due_at - now).total_seconds()))
