"""What one looks up: the glossary, the timeline, and the table of who does what. Content like units and notes."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quizzes.models.sources import Source, refuse_missing_paragraph
from quizzes.models.study import StudyContent, StudyNote, Unit

A_DATE = RegexValidator(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$", _("Write 1948, 1948-05 or 1948-05-29."))


class Referring(StudyContent):
    """What names its places in a line each, as it needs no table of them: “peacekeeping-qa:12”."""

    places = models.TextField(
        _("places in sources"), blank=True, help_text=_("One a line: the source's short name, a colon, the paragraph.")
    )

    class Meta:
        abstract = True

    @property
    def place_pairs(self) -> list[tuple[str, int]]:
        """The places as (slug of the source, paragraph); lines that are no place are left out."""
        rows = [line.strip().rpartition(":") for line in self.places.splitlines()]
        return [(slug, int(number)) for slug, _colon, number in rows if slug and number.isdecimal()]

    def clean(self) -> None:
        lines = [line for line in self.places.splitlines() if line.strip()]
        if len(self.place_pairs) != len(lines):
            raise ValidationError({"places": _("Write each place as in “peacekeeping-qa:12”, one a line.")})
        known = Source.objects.in_bulk({slug for slug, _number in self.place_pairs}, field_name="slug")
        for slug, number in self.place_pairs:
            if slug not in known or not known[slug].has_paragraph(number):
                raise ValidationError({"places": _("There is no “%(place)s”.") % {"place": f"{slug}:{number}"}})


class GlossaryTerm(Referring):
    """A term with what it means and what it is not; notes link to it."""

    term = models.CharField(_("term"), max_length=80)
    aliases = models.TextField(_("also called"), blank=True, help_text=_("Other forms of the word, one a line."))
    meaning = models.CharField(_("meaning"), max_length=400, help_text=_("One sentence, for a reader of fifteen."))
    is_not = models.CharField(_("what it is not"), max_length=400, blank=True, help_text=_("One sentence."))
    is_beyond = models.BooleanField(_("outside the texts"), default=False)

    class Meta:
        verbose_name = _("term of the glossary")
        verbose_name_plural = _("terms of the glossary")
        ordering = ["term"]

    def __str__(self) -> str:
        return self.term

    def get_absolute_url(self) -> str:
        return f"{reverse('quizzes:study_glossary')}#term-{self.slug}"

    @property
    def forms(self) -> list[str]:
        """The term and its other forms."""
        return [self.term, *(line.strip() for line in self.aliases.splitlines() if line.strip())]


class TimelineEntry(StudyContent):
    """One event: a year, a month or a day, and a line about it."""

    date = models.CharField(_("date"), max_length=10, validators=[A_DATE], help_text=_("1948, 1948-05 or 1948-05-29."))
    title = models.CharField(_("event"), max_length=80)
    line = models.CharField(_("in one line"), max_length=300)
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="events", verbose_name=_("source")
    )
    paragraph = models.PositiveSmallIntegerField(_("paragraph"), null=True, blank=True)
    is_beyond = models.BooleanField(_("date from outside the texts"), default=False)

    class Meta:
        verbose_name = _("event of the timeline")
        verbose_name_plural = _("events of the timeline")
        ordering = ["date", "pk"]

    def __str__(self) -> str:
        return f"{self.date} {self.title}"

    def get_absolute_url(self) -> str:
        return f"{reverse('quizzes:study_timeline')}#event-{self.slug}"

    @property
    def year(self) -> int:
        return int(self.date[:4])

    @property
    def when(self) -> str:
        """The date in words, as exact as it is known: 1948, May 1948, May 29, 1948."""
        year, month, day = (int(part) for part in f"{self.date}-01-01".split("-")[:3])
        how = {4: "Y", 7: gettext("F Y")}.get(len(self.date), gettext("F j, Y"))
        return date_format(date(year, month, day), how)

    def clean(self) -> None:
        refuse_missing_paragraph(self.source, self.paragraph)


class Body(Referring):
    """One row of the table of who does what."""

    ACTS = ("authorizes", "directs", "pays", "leads", "provides", "advises")

    body = models.CharField(_("body"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=10)
    authorizes = models.CharField(_("authorizes"), max_length=300, blank=True)
    directs = models.CharField(_("directs"), max_length=300, blank=True)
    pays = models.CharField(_("pays"), max_length=300, blank=True)
    leads = models.CharField(_("leads"), max_length=300, blank=True)
    provides = models.CharField(_("provides"), max_length=300, blank=True)
    advises = models.CharField(_("advises"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("body: who does what")
        verbose_name_plural = _("bodies: who does what")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.body

    def get_absolute_url(self) -> str:
        return f"{reverse('quizzes:study_bodies')}#body-{self.slug}"


STUDY_MODELS: tuple[type[StudyContent], ...] = (Unit, StudyNote, GlossaryTerm, TimelineEntry, Body)
