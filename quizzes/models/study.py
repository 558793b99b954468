"""What is read rather than answered: units and study notes; `reference` has what one looks up.

Ordinary content, like questions: an instructor writes it for any subject, it has an owner and a visibility, and is a draft
until it is published. Published, everyone who is logged in reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from quizzes.errors import Text
from quizzes.models.bank import QuestionSource
from quizzes.models.classification import SlugManager
from quizzes.models.ownership import Owned, OwnedQuerySet, may_be_edited_by
from quizzes.models.sources import Source, refuse_missing_paragraph

if TYPE_CHECKING:
    from quizzes.models.accounts import User
    from quizzes.models.quizzes import Quiz


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


Content = TypeVar("Content", bound="StudyContent")


class StudyQuerySet(OwnedQuerySet[Content]):
    is_published = Q(status=Status.PUBLISHED)

    def published(self) -> Self:
        return self.filter(self.is_published)

    def readable_by(self, user: User) -> Self:
        """Return what is published; an instructor reads the drafts that they may change as well."""
        if user.is_superuser:
            return self
        return self.filter(self.is_published | may_be_edited_by(user) if user.is_instructor else self.is_published)


class StudyContent(Owned):
    """What units, notes and what is in `reference` have in common. `shipped` is a hash of the content as it was loaded, which tells local edits."""

    slug = models.SlugField(
        _("short name"), max_length=80, unique=True, help_text=_("For its address: letters, digits, hyphens.")
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)s_set"
    )
    shipped = models.CharField(max_length=32, blank=True, default="", editable=False)

    objects = SlugManager.from_queryset(StudyQuerySet)()

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        """Return the page on which it is read."""
        raise NotImplementedError

    @property
    def is_draft(self) -> bool:
        return self.status == Status.DRAFT


def _quiz(words: Text, related: str, help_text: Text) -> models.ForeignKey[Quiz | None, Quiz | None]:
    """Return a field of a unit for a quiz; without the quiz the unit stays."""
    return models.ForeignKey(
        "quizzes.Quiz",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name=related,
        verbose_name=words,
        help_text=help_text,
    )


class Unit(StudyContent):
    """A guiding question with what is read about it; units stand in an order."""

    title = models.CharField(_("guiding question"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=1, help_text=_("Units are read in this order."))
    why = models.CharField(_("why it matters"), max_length=300, blank=True, help_text=_("Two lines."))
    why_is_beyond = models.BooleanField(
        _("outside the texts"), default=False, help_text=_("“Why it matters” says what no source of the unit says.")
    )
    objectives = models.TextField(
        _("objectives"), blank=True, help_text=_("One a line, three or four, each beginning with “You can”.")
    )
    emblem = models.PositiveSmallIntegerField(
        _("emblem"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9)], help_text=_("1 to 9.")
    )
    check_quiz = _quiz(_("check"), "checked_units", _("About 8 questions from easy to hard, drawn from at least 16."))
    mastery_mark = models.PositiveSmallIntegerField(
        _("mastered at"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Percent of the check that one attempt must reach."),
    )
    review_quiz = _quiz(
        _("mixed review"), "reviewed_units", _("What follows: questions of this unit and those before.")
    )
    final_quiz = _quiz(_("final exam"), "finished_units", _("At the end of the path."))

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(emblem__range=(1, 9)), name="emblem_of_nine"),
            models.CheckConstraint(condition=Q(mastery_mark__range=(1, 100)), name="mastery_mark_percent"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quizzes:study_unit", args=[self.slug])

    @property
    def objective_lines(self) -> list[str]:
        return [line.strip() for line in self.objectives.splitlines() if line.strip()]


class Mastery(models.Model):
    """One attempt of a learner reached a unit's mark. It is never lost: not by a worse attempt, another key or another check."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="masteries")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="masteries")
    attempt = models.ForeignKey("quizzes.Attempt", null=True, on_delete=models.SET_NULL, related_name="masteries")
    at = models.DateTimeField(_("mastered"))

    class Meta:
        verbose_name = _("mastery")
        verbose_name_plural = _("masteries")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["learner", "unit"], name="unit_mastered_once")]

    def __str__(self) -> str:
        return f"{self.learner}: {self.unit}"


class StudyNote(StudyContent):
    """A short text in one's own words about one section of a source, or the page of facts of a case."""

    class Kind(models.TextChoices):
        NOTE = "note", _("note")
        CASE = "case", _("case: the page of facts of an invented country")

    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.SET_NULL, related_name="notes", verbose_name=_("unit")
    )
    position = models.PositiveSmallIntegerField(_("position in the unit"), default=10)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.NOTE)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(
        _("text"),
        help_text=_(
            "60 to 180 words of Markdown: paragraphs, lists, tables, *emphasis*. A sentence that carries a fact ends with its"
            " place: [^12] is paragraph 12 of the note's source, [^short-name:12] that of one of several."
        ),
    )
    beyond = models.TextField(
        _("beyond the texts"), blank=True, help_text=_("What comes from general knowledge. Shown in a box of its own.")
    )
    discuss = models.CharField(
        _("worth discussing"), max_length=300, blank=True, help_text=_("One question for class.")
    )
    sources = models.ManyToManyField(Source, through="NotePlace", related_name="notes", verbose_name=_("sources"))

    class Meta:
        verbose_name = _("study note")
        verbose_name_plural = _("study notes")
        ordering = ["unit", "position", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quizzes:study_note", args=[self.slug])


class EarlierText(models.Model):
    """What a published case said until it was rewritten: attempts that had begun by then keep it."""

    note = models.ForeignKey(StudyNote, on_delete=models.CASCADE, related_name="earlier_texts")
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("earlier text of a case")
        verbose_name_plural = _("earlier texts of cases")
        ordering = ["until", "pk"]

    def __str__(self) -> str:
        return self.title


class NotePlace(models.Model):
    """A paragraph of a source that a note rests on."""

    note = models.ForeignKey(StudyNote, on_delete=models.CASCADE, related_name="places")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="note_places", verbose_name=_("source"))
    paragraph = models.PositiveSmallIntegerField(_("paragraph"))

    class Meta:
        verbose_name = _("place in a source")
        verbose_name_plural = _("places in sources")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["note", "source", "paragraph"],
                name="one_note_place_once",
                violation_error_message=_("This place is listed already."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(source)s, paragraph %(number)d") % {"source": self.source, "number": self.paragraph}

    def clean(self) -> None:
        refuse_missing_paragraph(self.source if self.source_id else None, self.paragraph)


def with_notes(places: QuerySet[QuestionSource]) -> QuerySet[QuestionSource]:
    """Give each place of a question `note`: the slug of the published note that rests on this paragraph; None where none does."""
    there = NotePlace.objects.filter(source=OuterRef("source"), paragraph=OuterRef("paragraph"))
    notes = there.filter(note__status=Status.PUBLISHED, note__kind=StudyNote.Kind.NOTE)
    return places.annotate(note=Subquery(notes.order_by("note__position", "note").values("note__slug")[:1]))
