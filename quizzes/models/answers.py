"""Answers: what a learner was asked in an attempt, what they answered and what it earned."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quizzes import marking
from quizzes.models.attempts import Attempt
from quizzes.models.bank import QuestionVersion
from quizzes.models.fractions import FractionField


class Answer(models.Model):
    """One slot of an attempt: the version asked, the order shown, the response and what it earned."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers", db_index=False)
    slot = models.PositiveSmallIntegerField(_("slot"))  # 1…n, in the order shown
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="answers")
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, default=Decimal(1))
    layout = models.JSONField(default=list)  # the order of the parts, as the type drew it
    response = models.JSONField(_("response"), null=True, blank=True)  # in the author's numbering; None: no answer
    revision = models.PositiveBigIntegerField(default=0)  # grows with every save; an older one is refused
    saved_at = models.DateTimeField(_("saved"), null=True, blank=True)
    saved_from = models.CharField(max_length=12, blank=True)  # which device, as a short hash of its session
    late_by_ms = models.PositiveIntegerField(default=0)  # inside the transport grace
    is_flagged = models.BooleanField(_("flagged"), default=False)
    is_checked = models.BooleanField(default=False)  # practice: handed in and explained
    fraction = models.DecimalField(max_digits=8, decimal_places=7, null=True, blank=True)
    marks = models.DecimalField(_("marks"), max_digits=7, decimal_places=2, null=True, blank=True)
    override = models.DecimalField(max_digits=8, decimal_places=7, null=True, blank=True)  # fraction given by hand
    exact_fraction, exact_marks, exact_override = FractionField(), FractionField(), FractionField()  # of rounded copies
    comment = models.TextField(_("comment"), blank=True, max_length=4000)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["attempt", "slot"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "slot"], name="slot_once"),
            models.CheckConstraint(
                condition=Q(fraction=None) | Q(fraction__gte=0, fraction__lte=1),
                name="answer_fraction_range",
                violation_error_message=_("A fraction is between 0 and 1."),
            ),
            models.CheckConstraint(
                condition=Q(override=None) | Q(override__gte=0, override__lte=1),
                name="answer_override_range",
                violation_error_message=_("A fraction is between 0 and 1."),
            ),
        ]
        indexes = [
            models.Index(fields=["marked_by"], condition=Q(marked_by__isnull=False), name="answer_marked_by"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.slot}"

    @property
    def is_answered(self) -> bool:
        return self.response is not None

    @property
    def shown_marks(self) -> Decimal | None:
        """Marks as pages say them; None while it waits for a person."""
        return self.as_shown(self.exact_marks)

    def as_shown(self, marks: Fraction | None) -> Decimal | None:
        """Return these marks for it, as pages say them: never all its points for less."""
        return None if marks is None else marking.shown_marks(marks, self.points)
