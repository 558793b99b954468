"""The question bank: questions with an identity that never changes, their places in sources, and their numbered versions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from quizzes import question_types
from quizzes.models.classification import Bloom, Difficulty, Tag, Topic
from quizzes.models.ownership import SHARED, Owned, OwnedQuerySet, Visibility, may_be_edited_by
from quizzes.models.sources import Source, refuse_missing_paragraph
from quizzes.question_types.base import AnyType, Spec
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.texts import search_text

if TYPE_CHECKING:
    from quizzes.models.accounts import User


MARKED_BY_HAND = [kind.key for kind in question_types.all_types() if kind.is_marked_by_hand]


def open_to_quizzes_of(owner: int | None) -> Q:
    """Return the condition on a question that a quiz of this owner (a pk) may draw it; None: of the site."""
    return Q(owner=None) if owner is None else Q(owner=None) | Q(owner=owner) | Q(visibility__in=SHARED)


class QuestionQuerySet(OwnedQuerySet["Question"]):
    @property
    def is_published(self) -> Q:  # type: ignore[override]
        return Q(Exists(QuestionVersion.objects.ready().filter(question=OuterRef("pk"))))

    def live(self) -> QuestionQuerySet:
        return self.filter(is_archived=False)

    def ready(self) -> QuestionQuerySet:
        """Return those that can be asked: with a ready version, not archived."""
        return self.live().filter(versions__status=QuestionVersion.Status.READY)

    def seen_by(self, user: User) -> Q:
        """Return the condition: what may be copied, and what one's own quizzes ask, whatever became of it since."""
        questions = Question.objects.filter(items__quiz__owner=user.pk).order_by()
        return self._copied(user) | Q(pk__in=questions.values("pk"))

    def copied_by(self, user: User) -> QuestionQuerySet:
        """Return what an instructor may take away: their own, the site's, and what others let them copy, use or edit."""
        return self.for_instructor(user, self._copied(user))

    def _copied(self, user: User) -> Q:
        is_open = Q(is_kept_for_exams=False) | may_be_edited_by(user) | Q(owner=None) | Q(visibility__in=SHARED)
        return super().seen_by(user) & is_open

    def for_quizzes_of(self, owner: int | None) -> QuestionQuerySet:
        """Return those that a quiz of this owner (a pk) may draw; a quiz of the site, None, draws from the site's bank
        alone."""
        return self.filter(open_to_quizzes_of(owner))

    def kept_flags(self, pks: Iterable[int]) -> dict[int, bool]:
        """Return whether each of the questions is kept for exams (1 query)."""
        return dict(self.filter(pk__in=list(pks)).order_by().values_list("pk", "is_kept_for_exams"))


class QuestionManager(models.Manager["Question"]):
    def get_by_natural_key(self, key: str) -> Question:
        return self.get(uuid=key)


class Question(Owned):
    """The identity of a question; its content is in the versions."""

    uuid = models.UUIDField(_("id"), default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(_("type"), max_length=32, choices=question_types.choices)
    topic = models.ForeignKey(
        Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="questions", verbose_name=_("topic")
    )
    sources = models.ManyToManyField(
        Source, through="QuestionSource", related_name="questions", verbose_name=_("sources")
    )
    difficulty = models.CharField(_("difficulty"), max_length=8, choices=Difficulty, default=Difficulty.MEDIUM)
    bloom = models.CharField(_("Bloom level"), max_length=12, choices=Bloom, default=Bloom.REMEMBER)
    tags = models.ManyToManyField(Tag, blank=True, related_name="questions", verbose_name=_("tags"))
    enemies = models.ManyToManyField("self", blank=True, verbose_name=_("never in one paper with"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )
    is_archived = models.BooleanField(_("archived"), default=False)
    is_kept_for_exams = models.BooleanField(
        _("kept for exams"),
        default=False,
        help_text=_("Only exams ask it. Practice and other quizzes leave it out until you release it."),
    )
    acknowledged = models.JSONField(
        _("acknowledged warnings"), default=list, blank=True, help_text=_('[{"rule": …, "reason": …}]')
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = QuestionManager.from_queryset(QuestionQuerySet)()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["pk"]
        indexes = [models.Index(fields=["topic", "type", "difficulty"], name="question_cell")]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {str(self.uuid)[:8]}"

    def natural_key(self) -> tuple[str]:
        return (str(self.uuid),)

    @property
    def kind(self) -> AnyType:
        return question_types.get(self.type)

    @property
    def ready_version(self) -> QuestionVersion | None:
        """The version that is asked; None for a question that was never published."""
        return self.versions.filter(status=QuestionVersion.Status.READY).first()

    @property
    def draft(self) -> QuestionVersion | None:
        return self.versions.filter(status=QuestionVersion.Status.DRAFT).first()

    @property
    def shown_version(self) -> QuestionVersion | None:
        """The newest version that is or was published, else the draft: what the question is called by everywhere."""
        published = self.versions.exclude(status=QuestionVersion.Status.DRAFT).order_by("-number").first()
        return published or self.draft

    @property
    def latest_version(self) -> QuestionVersion | None:
        return self.versions.order_by("-number").first()


class QuestionSourceManager(models.Manager["QuestionSource"]):
    def get_by_natural_key(self, question: str, source: str, paragraph: int) -> QuestionSource:
        return self.get(question__uuid=question, source__slug=source, paragraph=paragraph)


class QuestionSource(models.Model):
    """The place a question rests on: a paragraph of a source and a short phrase that stands there word for word."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="places")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="places", verbose_name=_("source"))
    paragraph = models.PositiveSmallIntegerField(_("paragraph"))
    evidence = models.CharField(_("evidence"), max_length=200, blank=True, help_text=_("2 to 12 words, word for word."))

    objects = QuestionSourceManager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "source", "paragraph"],
                name="one_place_once",
                violation_error_message=_("This place is listed already."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(source)s, paragraph %(number)d") % {"source": self.source, "number": self.paragraph}

    def natural_key(self) -> tuple[str, str, int]:
        return (*self.question.natural_key(), *self.source.natural_key(), self.paragraph)

    natural_key.dependencies = ["quizzes.question", "quizzes.source"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        refuse_missing_paragraph(self.source if self.source_id else None, self.paragraph)


class QuestionVersionQuerySet(models.QuerySet["QuestionVersion"]):
    def ready(self) -> QuestionVersionQuerySet:
        return self.filter(status=QuestionVersion.Status.READY)

    def visible_to(self, user: User) -> QuestionVersionQuerySet:
        """Of questions that an instructor may see: all of what they may change, what was published of those that are not
        private, and of these what their own quizzes are pinned to.
        """
        if user.is_superuser:
            return self
        taken = {"question__items__pinned_version": F("pk"), "question__items__quiz__owner": user.pk}
        pinned = QuestionVersion.objects.filter(**taken).order_by().values("pk")
        is_copied = Q(question__visibility=Visibility.COPY, question__is_kept_for_exams=False)
        is_shown = Q(question__owner=None) | is_copied | Q(question__visibility__in=SHARED)
        was_published = ~Q(status=QuestionVersion.Status.DRAFT) & (is_shown | Q(pk__in=pinned))
        return self.filter(may_be_edited_by(user, of="question__") | was_published)


class QuestionVersionManager(models.Manager["QuestionVersion"]):
    def get_by_natural_key(self, question: str, number: int) -> QuestionVersion:
        return self.get(question__uuid=question, number=number)


class QuestionVersion(models.Model):
    """Numbered content. A draft is edited in place; a ready version never changes, an edit opens a new draft."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        READY = "ready", _("ready")
        RETIRED = "retired", _("retired")

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="versions", verbose_name=_("question")
    )
    number = models.PositiveIntegerField(_("number"), default=1)
    spec = models.JSONField(_("content"))
    search_text = models.TextField(default="", editable=False)  # every text in it, folded; `keep_search_text` writes it
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DRAFT)
    revision = models.PositiveIntegerField(default=0)  # counts edits of a draft, so that two editors notice each other
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = QuestionVersionManager.from_queryset(QuestionVersionQuerySet)()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["question", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(status="draft"),
                name="one_draft",
                violation_error_message=_("This question has a draft already."),
            ),
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(status="ready"),
                name="one_ready_version",
                violation_error_message=_("This question has a ready version already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} v{self.number}"

    @property
    def status_words(self) -> str:
        """The word that pages have for the status: a version that is ready is a published one."""
        is_ready = self.status == self.Status.READY
        return str(_("published") if is_ready else self.Status(self.status).label)

    def natural_key(self) -> tuple[str, int]:
        return (*self.question.natural_key(), self.number)

    natural_key.dependencies = ["quizzes.question"]  # type: ignore[attr-defined]

    @property
    def kind(self) -> AnyType:
        return self.question.kind

    @property
    def parsed(self) -> Spec:
        """The spec as the type's schema; validated once for each row that was read. Raises InvalidSpec for content of another time."""
        if not hasattr(self, "_parsed"):
            self._parsed: Spec = self.kind.spec(self.spec)
        return self._parsed

    @property
    def stem(self) -> str:
        return str(self.spec.get("stem", ""))

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    def clean(self) -> None:
        try:
            self.kind.spec(self.spec)
        except InvalidSpec as error:
            raise ValidationError({"spec": [str(fault) for fault in error.faults]}) from error


@receiver(pre_save, sender=QuestionVersion)
def keep_search_text(instance: QuestionVersion, **_signal: object) -> None:
    """Keep what search looks at; a signal, because fixtures are loaded past `save`."""
    instance.search_text = search_text(instance.spec)
