"""The review deck of a learner: questions that are asked again over days. It never touches attempts, marks or boards."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quizzes.models.attempts import Attempt
from quizzes.models.bank import MARKED_BY_HAND, Question, QuestionQuerySet, QuestionVersion
from quizzes.scheduling import AHEAD, Grade, Memory, Stage

if TYPE_CHECKING:
    from quizzes.models.accounts import User

MAX_CAP = 100  # cards a day; twice that is the most that one look at a deck reads
STAGES = [
    (Stage.NEW.value, _("new")),
    (Stage.LEARNING.value, _("learning")),
    (Stage.REVIEW.value, _("review")),
    (Stage.RELEARNING.value, _("relearning")),
]
GRADES = [
    (Grade.AGAIN.value, _("again")),
    (Grade.HARD.value, _("hard")),
    (Grade.GOOD.value, _("good")),
    (Grade.EASY.value, _("easy")),
]
SAME_DAY = [stage for stage in Stage if stage.is_same_day]


class ReviewCardQuerySet(models.QuerySet["ReviewCard"]):
    def of(self, learner: User) -> ReviewCardQuerySet:
        return self.filter(learner=learner)

    def active(self) -> ReviewCardQuerySet:
        """Return those in use, each with the version that is asked: not suspended, and their question can still be asked."""
        askable = self.filter(
            is_suspended=False,
            question__versions__status=QuestionVersion.Status.READY,  # one at most
            question__is_archived=False,
            question__is_kept_for_exams=False,
        )
        return askable.annotate(version=F("question__versions"))

    def due_at_instant(self, now: datetime) -> ReviewCardQuerySet:
        """Return those to ask now, the new ones last; what was just forgotten is due a little before its time."""
        soon = Q(stage__in=SAME_DAY, due_at__lte=now + AHEAD)
        due = self.filter(Q(due_at__lte=now) | soon, Q(buried_until=None) | Q(buried_until__lte=now))
        return due.order_by("is_new", "due_at", "pk")


class ReviewCard(models.Model):
    """One question in the deck of one learner, and what is known of their memory of it."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_cards", db_index=False
    )
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="review_cards")
    stage = models.PositiveSmallIntegerField(_("stage"), choices=STAGES, default=Stage.NEW.value)
    is_new = models.BooleanField(default=True)  # as `stage` says it; the index orders by it
    stability = models.FloatField(null=True, blank=True)  # days
    difficulty = models.FloatField(null=True, blank=True)  # 1 to 10
    reviews = models.PositiveIntegerField(default=0)  # answers so far; one for another number is stale
    reviewed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(_("due"))
    created_at = models.DateTimeField(_("added"))
    missed_at = models.DateTimeField(null=True, blank=True)  # before it was a card; None: added by hand
    is_suspended = models.BooleanField(_("suspended"), default=False)
    buried_until = models.DateTimeField(null=True, blank=True)

    objects = ReviewCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("review card")
        verbose_name_plural = _("review cards")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "question"],
                name="review_card_once",
                violation_error_message=_("This question is in the review deck already."),
            ),
            models.CheckConstraint(
                condition=Q(stage=0, is_new=True, reviews=0, reviewed_at=None, stability=None, difficulty=None)
                | Q(
                    stage__range=(1, 3),
                    is_new=False,
                    reviews__gt=0,
                    reviewed_at__isnull=False,
                    stability__gt=0,
                    difficulty__gte=1,
                    difficulty__lte=10,
                ),
                name="review_card_new_or_known",
                violation_error_message=_("A review card is new exactly when it was never asked."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["learner", "is_new", "due_at"], condition=Q(is_suspended=False), name="review_card_queue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} · {self.question}"

    @property
    def memory(self) -> Memory:
        return Memory(Stage(self.stage), self.due_at, self.stability, self.difficulty, self.reviewed_at)

    def remember(self, memory: Memory) -> None:
        """Take over a memory (unsaved)."""
        self.stage, self.is_new = memory.stage.value, memory.stage is Stage.NEW
        self.due_at, self.reviewed_at = memory.due_at, memory.reviewed_at
        self.stability, self.difficulty = memory.stability, memory.difficulty


class ReviewLogQuerySet(models.QuerySet["ReviewLog"]):
    def since(self, learner: User, at: datetime) -> ReviewLogQuerySet:
        return self.filter(learner=learner, at__gte=at)


class ReviewLog(models.Model):
    """One answer to a card: for the page that shows it, to undo it, and for figures. The memory is that before it."""

    card = models.ForeignKey(ReviewCard, on_delete=models.CASCADE, related_name="logs")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_logs", db_index=False
    )
    number = models.PositiveIntegerField()  # which answer to the card it is, 1 …
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("answered"))
    layout = models.JSONField(default=list)
    response = models.JSONField(null=True, blank=True)  # None: "I don't know"
    is_right = models.BooleanField(_("right"))
    is_sure = models.BooleanField(_("sure"), default=True)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=GRADES)
    stage = models.PositiveSmallIntegerField(choices=STAGES)
    due_at = models.DateTimeField()
    stability = models.FloatField(null=True, blank=True)
    difficulty = models.FloatField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a review card")
        verbose_name_plural = _("answers to review cards")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["card", "number"], name="review_number_once"),
            models.CheckConstraint(condition=Q(grade__range=(1, 4)), name="review_grade_of_four"),
        ]
        indexes = [models.Index(fields=["learner", "at"], name="review_history")]

    def __str__(self) -> str:
        return f"{self.card} · {self.number}"

    @property
    def memory(self) -> Memory:
        """What was known before the answer."""
        return Memory(Stage(self.stage), self.due_at, self.stability, self.difficulty, self.reviewed_at)


class ReviewSettings(models.Model):
    """How a learner wants to review; who has no row reviews by the defaults."""

    class Retention(models.IntegerChoices):
        LOW = 80, _("about 8 of 10: the fewest questions")
        USUAL = 90, _("about 9 of 10: recommended")
        HIGH = 95, _("about 19 of 20: the most questions")

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="review_settings"
    )
    is_on = models.BooleanField(
        _("Bring questions I miss back for review"),
        default=True,
        help_text=_("If this is off, nothing is added by itself and nothing is due."),
    )
    daily_cap = models.PositiveSmallIntegerField(
        _("Questions a day"),
        default=40,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_CAP)],
        help_text=_("At most so many. After a break it is up to twice as many, until you have caught up."),
    )
    new_limit = models.PositiveSmallIntegerField(
        _("New questions a day"),
        default=10,
        validators=[MaxValueValidator(MAX_CAP)],
        help_text=_("How many of them may be new to your deck."),
    )
    has_keys = models.BooleanField(
        _("Use the keys 1 to 4 to grade an answer"),
        default=True,
        help_text=_("Turn this off if you dictate, or if keys are pressed for you."),
    )
    retention = models.PositiveSmallIntegerField(_("How much to remember"), choices=Retention, default=Retention.USUAL)

    class Meta:
        verbose_name = _("review settings")
        verbose_name_plural = _("review settings")
        constraints = [
            models.CheckConstraint(condition=Q(daily_cap__range=(1, 100)), name="review_cap_range"),
            models.CheckConstraint(condition=Q(new_limit__lte=100), name="review_new_limit_range"),
            models.CheckConstraint(condition=Q(retention__in=(80, 90, 95)), name="review_retention_known"),
        ]

    def __str__(self) -> str:
        return str(self.learner)

    @property
    def share(self) -> float:
        """The share of answers that are to be right."""
        return self.retention / 100


class ReviewedAttempt(models.Model):
    """An attempt whose missed questions are in the deck of its learner; it is not looked at again."""

    attempt = models.OneToOneField(Attempt, on_delete=models.CASCADE, primary_key=True, related_name="review_mark")

    class Meta:
        verbose_name = _("attempt with reviews")
        verbose_name_plural = _("attempts with reviews")

    def __str__(self) -> str:
        return str(self.attempt)


def zone_of(learner: User) -> tzinfo:
    """Return the zone in which the learner's day begins: their own, else the one in which this page is read."""
    return ZoneInfo(learner.time_zone) if learner.time_zone else timezone.get_current_timezone()


def settings_of(learner: User) -> ReviewSettings:
    """Return the learner's settings, or the defaults (1 query)."""
    return ReviewSettings.objects.filter(learner=learner).first() or ReviewSettings(learner=learner)


def reviewable(questions: QuestionQuerySet) -> QuestionQuerySet:
    """Return of these questions those that a deck may hold at all: asked now, not kept for exams, and marked by itself."""
    return questions.ready().filter(is_kept_for_exams=False).exclude(type__in=MARKED_BY_HAND)
