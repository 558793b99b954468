"""Sources: the documents that questions rest on."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from quizzes.models.classification import SlugManager
from quizzes.models.ownership import Owned, OwnedQuerySet, Visibility


class SourceQuerySet(OwnedQuerySet["Source"]):
    """A source has no drafts: others meet it as soon as it is there."""


class Source(Owned):
    """A document that questions rest on. `paragraphs` describes its places: [{"number", "heading", "words", "pairs"}].

    `pairs` are short hashes of neighboring words, enough to check an evidence phrase without keeping the text.
    """

    slug = models.SlugField(_("slug"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=100, help_text=_("News report, essay, overview article …"))
    reliability_note = models.CharField(_("note on reliability"), max_length=300, blank=True)
    date_note = models.CharField(_("note on the date"), max_length=200, blank=True)
    url = models.URLField(_("address"), blank=True)
    paragraphs = models.JSONField(_("paragraphs"), default=list, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="sources"
    )
    visibility = models.CharField(_("other instructors may"), max_length=8, choices=Visibility, default=Visibility.USE)

    objects = SlugManager.from_queryset(SourceQuerySet)()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def has_paragraph(self, number: int) -> bool:
        """Return whether the place exists; a source without listed paragraphs accepts any."""
        return not self.paragraphs or any(row["number"] == number for row in self.paragraphs)


def refuse_missing_paragraph(source: Source | None, paragraph: int | None) -> None:
    """Raise ValidationError for a paragraph that the source does not have."""
    if source is not None and paragraph and not source.has_paragraph(paragraph):
        raise ValidationError({"paragraph": _("This source has no paragraph %(n)d.") % {"n": paragraph}})
