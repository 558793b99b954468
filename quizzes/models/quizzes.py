"""Quizzes: how questions are put to a learner, in which time, and what is shown afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quizzes import terms
from quizzes.models.bank import Question
from quizzes.models.classification import SlugManager
from quizzes.models.ownership import Owned, OwnedQuerySet, may_be_edited_by

if TYPE_CHECKING:
    from quizzes.models.accounts import User


MINUTES = [
    MinValueValidator(1, _("A time limit is 1 to 1,440 minutes.")),
    MaxValueValidator(1440, _("A time limit is 1 to 1,440 minutes.")),
]


class Preset(models.TextChoices):
    PRACTICE = "practice", _("Practice: after each question, never graded")
    HOMEWORK = "homework", _("Homework: after submission")
    EXAM = "exam", _("Exam: after the quiz has closed")
    SURVEY = "survey", _("Survey: no marks, no answers")


class QuizQuerySet(OwnedQuerySet["Quiz"]):
    is_published = Q(status="published")
    taken_by_all = Q(owner=None) | Q(is_open_to_all=True)

    def published(self) -> QuizQuerySet:
        return self.filter(status=Quiz.Status.PUBLISHED)

    def for_instructor(self, user: User, condition: Q) -> QuizQuerySet:
        """Return what the condition gives, without what is built in: nobody manages, assigns or previews that."""
        return super().for_instructor(user, condition).exclude(status=Quiz.Status.BUILT_IN)

    def checks(self) -> QuizQuerySet:
        """Return the checks of published units."""
        return self.filter(checked_units__status="published")

    def asking(self, question: Question) -> QuizQuerySet:
        """Return those that have it as a fixed question, pinned or not."""
        return self.filter(items__question=question)

    def shown_to(self, user: User) -> QuizQuerySet:
        """Return those an instructor may look at in the workshop; `visible_to` are those a learner may open."""
        return super().visible_to(user)

    def previewed_by(self, user: User) -> QuizQuerySet:
        """Return those an instructor may preview: what they may change, and the site's, whose questions they all see."""
        return self.for_instructor(user, may_be_edited_by(user) | self.is_published & Q(owner=None))

    def visible_to(self, user: User) -> QuizQuerySet:
        """Return those a learner may open: published and open to all, assigned to their class, or taken before.

        By subqueries from the learner's own rows: joined, every assignment would meet every attempt of the quiz.
        """
        assigned = Quiz.objects.filter(
            assignments__classroom__memberships__user=user,
            assignments__classroom__memberships__status="active",
            assignments__classroom__archived_at=None,
        )
        taken = Quiz.objects.filter(attempts__learner=user)
        may_start = Q(is_open_to_all=True) | Q(pk__in=assigned.order_by().values("pk"))
        is_known = Q(pk__in=taken.order_by().values("pk")) & ~Q(status=Quiz.Status.BUILT_IN)
        return self.filter(Q(status=Quiz.Status.PUBLISHED) & may_start | is_known)


class Quiz(Owned):
    """A set of items with rules. Draw rules among the items are resolved again for every attempt."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        ARCHIVED = "archived", _("archived")
        BUILT_IN = (
            "built_in",
            _("built in"),
        )  # the site's own, without items: what practice that people put together is of

    class TimeRule(models.TextChoices):
        UNTIMED = "untimed", _("untimed")
        FIXED = "fixed", _("fixed limit")
        COMPUTED = "computed", _("computed from the questions")

    class Navigation(models.TextChoices):
        FREE = "free", _("free: back and forth")
        SEQUENTIAL = "sequential", _("one after the other, no way back")

    class Layout(models.TextChoices):
        ONE = "one", _("one question a page")
        ALL = "all", _("all on one page")

    class Counting(models.TextChoices):
        HIGHEST = "highest", _("the best attempt")
        LATEST = "latest", _("the latest attempt")
        FIRST = "first", _("the first attempt")
        AVERAGE = "average", _("the average of all attempts")

    OWN_PRACTICE = "_practice"  # no slug made of a title begins like this

    slug = models.SlugField(_("slug"), unique=True, max_length=80)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="quizzes"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(_("first published"), null=True, blank=True, editable=False)
    is_open_to_all = models.BooleanField(
        _("open to all"), default=False, help_text=_("Everyone may take it, not only classes it is assigned to.")
    )
    time_rule = models.CharField(_("time"), max_length=10, choices=TimeRule, default=TimeRule.UNTIMED)
    time_limit = models.PositiveIntegerField(_("time limit in minutes"), null=True, blank=True, validators=MINUTES)
    # Stored, so that it is the same for everybody and from the first look to the start, whatever happens in the bank.
    computed_limit = models.PositiveIntegerField(_("computed limit in minutes"), null=True, blank=True, editable=False)
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts allowed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Leave empty for unlimited."),
    )
    shuffle_questions = models.BooleanField(_("shuffle questions"), default=True)
    shuffle_options = models.BooleanField(_("shuffle options"), default=True)
    navigation = models.CharField(_("navigation"), max_length=10, choices=Navigation, default=Navigation.FREE)
    layout = models.CharField(_("layout"), max_length=3, choices=Layout, default=Layout.ONE)
    feedback = models.CharField(_("feedback"), max_length=10, choices=Preset, default=Preset.HOMEWORK)
    results_wait_for_all = models.BooleanField(
        _("show results when the last class has finished"),
        default=False,
        help_text=_("An exam in several classes: nobody sees marks and answers before all of them have closed."),
    )
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark in percent"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    gives_certificate = models.BooleanField(
        _("certificate"),
        default=False,
        help_text=_("Who passes can print one and share its number. Needs a pass mark."),
    )
    counting = models.CharField(_("what counts"), max_length=8, choices=Counting, default=Counting.HIGHEST)
    wrong_penalty = models.DecimalField(
        _("penalty for a wrong answer"),
        max_digits=3,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("Points lost for a wrong answer, as a share of the question's points (0 = none)."),
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)  # counts edits, so that two editors notice each other
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = SlugManager.from_queryset(QuizQuerySet)()

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(time_limit=None) | Q(time_limit__gte=1, time_limit__lte=1440),
                name="quiz_time_limit_range",
                violation_error_message=_("A time limit is 1 to 1,440 minutes."),
            ),
            models.CheckConstraint(
                condition=~Q(time_rule="fixed") | Q(time_limit__isnull=False),
                name="quiz_fixed_limit_given",
                violation_error_message=_("Give the time limit in minutes, or choose another time rule."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="quiz_closes_after_it_opens",
                violation_error_message=_("The quiz must close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(pass_mark=None) | Q(pass_mark__lte=100),
                name="quiz_pass_mark_percent",
                violation_error_message=_("A pass mark is 0 to 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def clean(self) -> None:
        if self.time_rule == self.TimeRule.FIXED and self.time_limit is None:
            raise ValidationError({"time_limit": _("Give the time limit in minutes, 1 to 1,440.")})
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValidationError(
                {
                    "opens_at": _("The quiz opens after it closes."),
                    "closes_at": _("The quiz must close after it opens."),
                }
            )
        if self.feedback == Preset.PRACTICE and self.time_rule != self.TimeRule.UNTIMED:
            raise ValidationError({"time_rule": _("Practice is untimed.")})

    @property
    def is_practice(self) -> bool:
        return self.feedback == Preset.PRACTICE

    @property
    def is_built_in(self) -> bool:
        return self.status == self.Status.BUILT_IN

    @property
    def pass_fraction(self) -> Decimal | None:
        return None if self.pass_mark is None else Decimal(self.pass_mark) / 100

    @property
    def minutes(self) -> int | None:
        """The limit by its time rule in minutes; None: untimed, or computed and not stored yet."""
        if self.time_rule == self.TimeRule.FIXED:
            return self.time_limit
        return self.computed_limit if self.time_rule == self.TimeRule.COMPUTED else None

    @property
    def lacks_limit(self) -> bool:
        """Whether its limit is computed and not stored yet."""
        return self.time_rule == self.TimeRule.COMPUTED and self.computed_limit is None

    def overrides(self, limit: timedelta | None) -> terms.Overrides:
        """Return the quiz's own layer of the terms; `limit` as its time rule gives it."""
        return terms.Overrides(
            "quiz",
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            limit=limit,
            attempts_allowed=self.attempts_allowed,
            preset=self.feedback,  # type: ignore[arg-type]
        )


class FeedbackBand(models.Model):
    """Overall feedback shown with a result from `from_percent` upwards, up to the next band."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="bands")
    from_percent = models.PositiveSmallIntegerField(_("from percent"), validators=[MaxValueValidator(100)])
    text = models.CharField(_("text"), max_length=500)

    class Meta:
        verbose_name = _("overall feedback")
        verbose_name_plural = _("overall feedback")
        ordering = ["quiz", "-from_percent"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "from_percent"],
                name="band_once",
                violation_error_message=_("This band exists already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_percent}%"
