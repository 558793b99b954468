"""Pages to read: the path of units, a unit, a note, the glossary, the table of bodies. Read only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString

from quizzes import entitlements, study_text
from quizzes.models import (
    Assignment,
    Body,
    Classroom,
    GlossaryTerm,
    Membership,
    Question,
    QuestionVersion,
    Source,
    StudyNote,
    Unit,
    User,
)
from quizzes.models.reference import Referring
from quizzes.reports import bank, mastery
from quizzes.reports import glossary as glossary_report
from quizzes.reports.mastery import UnitStanding
from quizzes.study_text import SourceParagraph

MOST_CLASSES = 4


@dataclass(frozen=True)
class StudyPath:
    """The units in order with where the reader stands in each; `loose` are notes that are in none, for the path alone."""

    standings: list[UnitStanding]
    loose: list[StudyNote] = field(default_factory=list)

    @property
    def mastered(self) -> int:
        return sum(standing.is_mastered for standing in self.standings)

    @property
    def is_new(self) -> bool:
        """Whether nothing was begun yet."""
        return not any(standing.has_begun for standing in self.standings)

    @property
    def next(self) -> UnitStanding | None:
        """The first unit that is not mastered; None when all are, or for a path without units."""
        return next((standing for standing in self.standings if not standing.is_mastered), None)

    def after(self, unit: Unit) -> UnitStanding | None:
        places = [place for place, one in enumerate(self.standings, start=1) if one.unit.pk == unit.pk]
        return next((one for place in places for one in self.standings[place : place + 1]), None)

    def number(self, unit: Unit) -> int:
        """Return the place of a unit, from 1; 0 for one that is not in the path."""
        return next((n for n, one in enumerate(self.standings, start=1) if one.unit.pk == unit.pk), 0)


@dataclass(frozen=True)
class UnitPage:
    """A unit with what is read, where the reader stands, and the way on; `given` are classes that have its check."""

    unit: Unit
    notes: list[StudyNote]
    cases: list[StudyNote]
    path: StudyPath
    standing: UnitStanding
    given: list[Assignment]
    classrooms: list[Classroom]  # of an instructor, to assign the check to

    @property
    def next_unit(self) -> UnitStanding | None:
        return self.path.after(self.unit)

    @property
    def number(self) -> int:
        return self.path.number(self.unit)


@dataclass(frozen=True)
class Footnote:
    """One place that a note rests on; `source` is None for a locator that names none of the note's sources."""

    number: int
    place: SourceParagraph
    source: Source | None


@dataclass(frozen=True)
class NotePage:
    """A note as it is read. `marked` is the place whose sentences are marked, with what questions quote from it."""

    note: StudyNote
    body: SafeString
    beyond: SafeString
    footnotes: list[Footnote]
    sources: list[Source]  # what kind of text it rests on, each once
    next_note: StudyNote | None
    marked: Footnote | None
    evidence: list[str]


@dataclass(frozen=True)
class Sourced:
    """A term or a body, with the places it names and their sources."""

    row: object
    places: list[tuple[Source, int]]


def notes_for(reader: User, *, now: datetime) -> QuerySet[StudyNote]:
    """Return the notes that a person may read: a case is as secret as the questions about it."""
    return without_secret_cases(StudyNote.objects.readable_by(reader), reader, now=now)


def without_secret_cases(notes: QuerySet[StudyNote], reader: User, *, now: datetime) -> QuerySet[StudyNote]:
    """Return the notes but for cases that an exam of the reader's asks about (1 query, and 3 more where one is held)."""
    secrecy = entitlements.secrecy_of(reader, now=now)
    if not secrecy.exams:
        return notes
    asked = secrecy.questions.order_by().values("pk")
    versions = QuestionVersion.objects.filter(question__in=asked).exclude(spec__case="").order_by()
    secret = set(versions.values_list("spec__case", flat=True)) - {None}
    return notes.exclude(kind=StudyNote.Kind.CASE, slug__in=secret)


def path(reader: User, *, now: datetime) -> StudyPath:
    """Return the units, with where the reader stands, and other notes (2 queries, and what standings and secrecy need)."""
    return StudyPath(_standings(reader, now=now), list(notes_for(reader, now=now).filter(unit=None)))


def _standings(reader: User, *, now: datetime) -> list[UnitStanding]:
    units = list(Unit.objects.readable_by(reader).order_by("position", "pk"))
    return mastery.standings(reader, units, now=now)


def unit_page(reader: User, unit: Unit, *, now: datetime) -> UnitPage:
    """Return a unit with its notes in reading order (3 or 4 queries, and what standings and secrecy need)."""
    notes = list(notes_for(reader, now=now).filter(unit=unit).order_by("position", "pk"))
    found = StudyPath(_standings(reader, now=now))
    of_kind = {kind: [note for note in notes if note.kind == kind] for kind in StudyNote.Kind}
    standing = next((one for one in found.standings if one.unit.pk == unit.pk), UnitStanding(unit))
    may_assign = reader.is_instructor and unit.check_quiz_id is not None
    taught = Classroom.objects.live().taught_by(reader) if may_assign else Classroom.objects.none()
    return UnitPage(
        unit=unit,
        notes=of_kind[StudyNote.Kind.NOTE],
        cases=of_kind[StudyNote.Kind.CASE],
        path=found,
        standing=standing,
        given=_given(reader, unit, now=now) if unit.check_quiz_id else [],
        classrooms=list(taught.order_by("name", "pk")[:MOST_CLASSES]),
    )


def _given(reader: User, unit: Unit, *, now: datetime) -> list[Assignment]:
    """Return where the check is open to the reader as a student of a class (1 query)."""
    classrooms = Membership.objects.students().filter(user=reader, classroom__archived_at=None).values("classroom")
    assignments = Assignment.objects.open_at(now).filter(quiz=unit.check_quiz_id, classroom__in=classrooms)
    return list(assignments.select_related("classroom", "quiz").order_by("due_at", "pk"))


def note_page(reader: User, note: StudyNote, *, wanted: SourceParagraph | None, now: datetime) -> NotePage:
    """Return a note to read (3 queries, 1 a minute for the glossary; where sentences are marked, also what questions quote there)."""
    rows = list(note.places.select_related("source").defer("source__paragraphs"))
    sources = {row.source.slug: row.source for row in rows}
    places = [SourceParagraph(row.source.slug, row.paragraph) for row in rows]
    body = glossary_report.rendered(note.body, places=places, marked=wanted)
    numbered = list(dict.fromkeys([*body.footnotes, *places]))
    footnotes = [Footnote(number, place, sources.get(place.source)) for number, place in enumerate(numbered, start=1)]
    marked = next((footnote for footnote in footnotes if footnote.place == wanted), None)
    return NotePage(
        note=note,
        body=body.html,
        beyond=study_text.render(note.beyond).html,
        footnotes=footnotes,
        sources=list(sources.values()),
        next_note=_next(note, notes_for(reader, now=now)),
        marked=marked,
        evidence=_evidence(reader, marked.place, now=now) if marked else [],
    )


def _next(note: StudyNote, notes: QuerySet[StudyNote]) -> StudyNote | None:
    """Return the note of its unit that is read after it."""
    if note.unit_id is None:
        return None
    later = Q(position__gt=note.position) | Q(position=note.position, pk__gt=note.pk)
    return notes.filter(later, unit=note.unit_id).order_by("position", "pk").first()


def _evidence(reader: User, place: SourceParagraph, *, now: datetime) -> list[str]:
    """Return what questions quote from a place, each phrase once: of those alone whose answer the reader may see."""
    resting = Question.objects.filter(places__source__slug=place.source, places__paragraph=place.paragraph)
    quoted = [
        row.evidence
        for entry in bank.entries(reader, resting, now=now)
        if entry.answer
        for row in entry.question.places.all()
        if (row.source.slug, row.paragraph) == place and row.evidence
    ]
    return list(dict.fromkeys(quoted))


def glossary(reader: User) -> list[Sourced]:
    """Return the terms in the order of the alphabet (2 queries)."""
    terms: list[GlossaryTerm] = list(GlossaryTerm.objects.readable_by(reader))
    terms.sort(key=lambda term: term.term.casefold())
    return _sourced(terms)


def bodies(reader: User) -> list[Sourced]:
    """Return the rows of the table of who does what (2 queries)."""
    return _sourced(list(Body.objects.readable_by(reader)))


def _sourced(rows: Sequence[Referring]) -> list[Sourced]:
    named = {slug for row in rows for slug, _number in row.place_pairs}
    known = Source.objects.defer("paragraphs").in_bulk(named, field_name="slug")
    return [Sourced(row, list(_known(row.place_pairs, known))) for row in rows]


def _known(places: Iterable[tuple[str, int]], known: Mapping[str, Source]) -> Iterable[tuple[Source, int]]:
    return ((known[slug], number) for slug, number in places if slug in known)


def notes_on(reader: User, source: Source, *, now: datetime) -> list[StudyNote]:
    """Return the notes that rest on a source, in reading order (1 query, and what secrecy needs)."""
    notes = notes_for(reader, now=now).filter(places__source=source).distinct()
    return list(notes.order_by("unit__position", "position", "pk"))
