"""What a quiz asks: fixed questions, and rules that draw some."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from quizzes import question_types
from quizzes.models.bank import Question, QuestionVersion
from quizzes.models.classification import Bloom, Difficulty, Tag, Topic
from quizzes.models.quizzes import Quiz, QuizQuerySet
from quizzes.models.sources import Source


class QuizItemManager(models.Manager["QuizItem"]):
    def get_by_natural_key(self, slug: str, position: int) -> QuizItem:
        return self.get(quiz__slug=slug, position=position)


class QuizItem(models.Model):
    """Either a fixed question, or a rule that draws some; `points` are for each question."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    points = models.DecimalField(
        _("points"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01"), _("Points must be above 0."))],
    )
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.PROTECT, related_name="items", verbose_name=_("question")
    )
    pinned_version = models.ForeignKey(
        QuestionVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("pinned version"),
        help_text=_("Leave empty for the newest version."),
    )
    draw_count = models.PositiveSmallIntegerField(
        _("draw"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tag = models.ForeignKey(Tag, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(_("type"), max_length=32, blank=True, choices=question_types.choices)
    difficulty = models.CharField(_("difficulty"), max_length=8, blank=True, choices=Difficulty)
    bloom = models.CharField(_("Bloom level"), max_length=12, blank=True, choices=Bloom)
    fills_up = models.BooleanField(
        _("fill up from elsewhere"),
        default=False,
        help_text=_("Where too few questions match, take the rest from the nearest other ones."),
    )

    objects = QuizItemManager()

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["quiz", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(question__isnull=False, draw_count=None) | Q(question=None, draw_count__isnull=False),
                name="item_question_or_draw",
                violation_error_message=_("Choose either a question or how many to draw."),
            ),
            models.CheckConstraint(
                condition=Q(points__gt=0),
                name="item_points_positive",
                violation_error_message=_("Points must be above 0."),
            ),
            models.UniqueConstraint(
                fields=["quiz", "question"],
                condition=Q(question__isnull=False),
                name="question_once_in_quiz",
                violation_error_message=_("This question is in the quiz already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.question) if self.question_id else _("draw %(count)d") % {"count": self.draw_count or 0}

    def natural_key(self) -> tuple[str, int]:
        return (*self.quiz.natural_key(), self.position)

    natural_key.dependencies = ["quizzes.quiz"]  # type: ignore[attr-defined]

    @property
    def is_draw(self) -> bool:
        return self.question_id is None

    def clean(self) -> None:
        pinned = self.pinned_version
        if pinned and (pinned.question_id != self.question_id or pinned.is_draft):
            raise ValidationError({"pinned_version": _("Pin a published version of this question.")})


def sized(quizzes: QuizQuerySet) -> QuizQuerySet:
    """Return the quizzes, each with how much it asks: `question_count`, and `point_count`."""
    items = QuizItem.objects.filter(quiz=OuterRef("pk")).order_by().values("quiz")
    count = Coalesce("draw_count", 1)
    points = models.DecimalField(max_digits=8, decimal_places=2)
    return quizzes.annotate(
        question_count=Coalesce(Subquery(items.annotate(sum=Sum(count)).values("sum")), 0),
        point_count=Coalesce(
            Subquery(items.annotate(sum=Sum(F("points") * count, output_field=points)).values("sum")),
            Decimal(0),
            output_field=points,
        ),
    )
