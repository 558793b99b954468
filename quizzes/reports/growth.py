"""How far a learner has come, by topic, source and unit: from the first answer to each question, as far as it may be seen.

Read only. What is not revealed does not count, so that no figure here says more than a result does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from django.db.models import QuerySet

from quizzes import certainty, entitlements
from quizzes.certainty import Estimate
from quizzes.entitlements import Shown
from quizzes.models import NotePlace, Question, QuestionSource, Source, Topic, Unit, User

Subject = TypeVar("Subject", Topic, Unit, Source)  # what the questions are about
STRONG, WEAK = 0.75, 0.8  # of the lower end, and of the share
NAMED = 3


@dataclass(frozen=True)
class Grown(Generic[Subject]):
    """One topic, source or unit, and what the first answers to its questions say. `missed` is how many of those missed can be
    practiced now."""

    what: Subject
    estimate: Estimate
    missed: int

    @property
    def is_strong(self) -> bool:
        return not self.estimate.is_few and self.estimate.low >= STRONG


@dataclass(frozen=True)
class Growth:
    """What is best known comes last: one looks for what to do."""

    topics: list[Grown[Topic]]
    sources: list[Grown[Source]]
    units: list[Grown[Unit]]

    @property
    def strengths(self) -> list[Grown[Topic]]:
        """Topics that are known, the surest first."""
        strong = [row for row in self.topics if row.is_strong]
        return sorted(strong, key=lambda row: -row.estimate.low)[:NAMED]

    @property
    def next_steps(self) -> list[Grown[Topic]]:
        """Topics to practice, the weakest first: by the share where it is known, else by what was missed."""
        weak = [row for row in self.topics if row.missed and not row.is_strong and row.estimate.share < WEAK]
        return sorted(weak, key=lambda row: (row.estimate.is_few, row.estimate.share))[:NAMED]


class Place(NamedTuple):
    """Where a question rests."""

    question: int
    source: int
    paragraph: int


def first_answers(record: Iterable[Shown]) -> list[Shown]:
    """Return the first answer to each question; the record has the oldest first."""
    first: dict[int, Shown] = {}
    for shown in record:
        first.setdefault(shown.question, shown)
    return list(first.values())


def by_topic(record: Sequence[Shown], missed: Set[int]) -> list[Grown[Topic]]:
    """Return the topics that were met, the weakest first (1 query); `missed` are the questions to practice now."""
    by_key: defaultdict[int, set[int]] = defaultdict(set)
    for shown in record:
        if shown.topic is not None:
            by_key[shown.topic].add(shown.question)
    return _grown(Topic.objects.in_bulk(list(by_key)), by_key, record, missed)


def about(learner: User, what: Subject, questions: QuerySet[Question], *, now: datetime) -> Grown[Subject] | None:
    """Return what the first answers to these questions say; None where there is none (1 query, and the record's)."""
    record = entitlements.record_of(learner, now=now)
    missed = entitlements.missed_now(learner, record, now=now)
    keys = set(questions.order_by().values_list("pk", flat=True)) if record else set()
    return next(iter(_grown({0: what}, {0: keys}, record, missed)), None)


def of_learner(learner: User, *, now: datetime) -> Growth:
    """Return it all (what the record and what is missed need, and 5 queries)."""
    record = entitlements.record_of(learner, now=now)
    missed = entitlements.missed_now(learner, record, now=now)
    places = _places(learner)
    by_source: defaultdict[int, set[int]] = defaultdict(set)
    by_unit: defaultdict[int, set[int]] = defaultdict(set)
    units_at = _units_at(learner)
    for place in places:
        by_source[place.source].add(place.question)
        for unit in units_at.get((place.source, place.paragraph), ()):
            by_unit[unit].add(place.question)
    sources = Source.objects.defer("paragraphs").in_bulk(list(by_source))
    units = Unit.objects.in_bulk(list(by_unit))
    return Growth(
        topics=by_topic(record, missed),
        sources=_grown(sources, by_source, record, missed),
        units=sorted(_grown(units, by_unit, record, missed), key=lambda row: row.what.position),
    )


def _places(learner: User) -> list[Place]:
    """Return where the questions rest that the learner was asked (1 query)."""
    questions = Question.objects.filter(versions__answers__attempt__learner=learner).order_by().values("pk")
    rows = QuestionSource.objects.filter(question__in=questions).order_by()
    return [Place(*row) for row in rows.values_list("question", "source", "paragraph")]


def _units_at(reader: User) -> dict[tuple[int, int], set[int]]:
    """Return the units whose published notes rest on a paragraph of a source (1 query)."""
    units = Unit.objects.readable_by(reader).published().order_by().values("pk")
    there = NotePlace.objects.filter(note__unit__in=units, note__status="published", note__kind="note").order_by()
    found: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for source, paragraph, unit in there.values_list("source", "paragraph", "note__unit"):
        found[source, paragraph].add(unit)
    return found


def _grown(
    things: Mapping[int, Subject], by_key: Mapping[int, set[int]], record: Sequence[Shown], missed: Set[int]
) -> list[Grown[Subject]]:
    first = {shown.question: shown.fraction for shown in first_answers(record)}
    rows = [
        Grown(
            things[key],
            certainty.estimate(first[question] for question in met_questions),
            len(met_questions & missed),
        )
        for key, questions in by_key.items()
        if key in things and (met_questions := questions & first.keys())
    ]
    return sorted(rows, key=lambda row: (row.estimate.is_few, row.estimate.share, str(row.what)))
