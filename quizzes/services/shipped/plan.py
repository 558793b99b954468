"""What loading the shipped bank would change on this site, and what it leaves as it is and why. Read only.

Left alone is what was edited here, what belongs to a person, what a running exam is set from, what has a class waiting
for it, and what a quiz of others asks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quizzes.models import Assignment, Question, QuestionVersion, Quiz, QuizItem, Source, Tag, Topic
from quizzes.models.draw_cells import drawn_by
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import exchange
from quizzes.services.shipped import facts
from quizzes.services.shipped.files import Edition, Paper

Status = QuestionVersion.Status


@dataclass(frozen=True)
class Skipped:
    """A row that stays as it is, and why."""

    kind: str
    key: str
    why: str

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.why}"


@dataclass(frozen=True)
class LoadPlan:
    """Keys of what would be added and changed, by kind, of what would be archived, and what is left."""

    new: Mapping[str, tuple[str, ...]]
    changed: Mapping[str, tuple[str, ...]]
    archived: Mapping[str, tuple[str, ...]]
    left: tuple[Skipped, ...] = ()

    @property
    def writes(self) -> bool:
        return any(keys for what in (self.new, self.changed, self.archived) for keys in what.values())

    def written(self, kind: str) -> tuple[str, ...]:
        return (*self.new.get(kind, ()), *self.changed.get(kind, ()))


def holds_a_part_of(edition: Edition) -> bool:
    """Return whether an edition was loaded here at some time (1 query)."""
    return questions_of(edition.record.get("questions", {})).exists()


def questions_of(keys: Collection[str]) -> QuerySet[Question]:
    return Question.objects.filter(uuid__in=list(keys), owner=None)


def plan(edition: Edition, *, now: datetime) -> LoadPlan:
    """Compare the site with the edition, by a fixed number of queries as long as nothing is archived."""
    comparing = Comparing(edition, now)
    shipped = facts.of_edition(edition)
    comparing.compare("sources", shipped["sources"], _rows(Source, edition.sources), facts_of_source)
    comparing.compare("topics", shipped["topics"], _rows(Topic, edition.topics), facts_of_topic)
    comparing.compare("tags", dict.fromkeys(edition.tags), dict.fromkeys(_tags(edition)), lambda _row: None)
    comparing.compare("questions", shipped["questions"], _questions(edition), facts_of_question)
    comparing.compare("quizzes", shipped["quizzes"], _quizzes(edition), facts.of_quiz)
    comparing.archive_quizzes()
    comparing.archive_questions()
    return LoadPlan(comparing.new, comparing.changed, comparing.archived, tuple(comparing.left))


def facts_of_source(source: Source) -> facts.Facts:
    return facts.of_source(facts.values(source))


def facts_of_topic(topic: Topic) -> facts.Facts:
    return facts.of_topic(facts.values(topic))


def facts_of_question(question: Question) -> facts.Facts:
    """Return what it asks now; None where nothing is published, or nothing that its type still takes."""
    draft = exchange.draft_of(question)
    try:
        return draft and facts.of_draft(draft)
    except InvalidSpec:
        return None


def _rows(model: Any, keys: Collection[str]) -> dict[str, Any]:
    return {row.slug: row for row in model.objects.filter(slug__in=list(keys))}


def _tags(edition: Edition) -> list[str]:
    return list(Tag.objects.filter(slug__in=list(edition.tags)).values_list("slug", flat=True))


def _questions(edition: Edition) -> dict[str, Question]:
    rows = Question.objects.filter(uuid__in=[*edition.questions, *edition.retired]).select_related("topic", "owner")
    return {str(row.uuid): row for row in rows.prefetch_related("versions", "places__source", "tags")}


def _quizzes(edition: Edition) -> dict[str, Quiz]:
    rows = Quiz.objects.filter(slug__in=[*edition.quizzes, *edition.replaced]).select_related("owner")
    parts = ("items__question", "items__pinned_version__question", "items__topic", "items__source", "items__tag")
    return {row.slug: row for row in rows.prefetch_related(*parts)}


class Comparing:
    """The plan while it is made; quizzes are compared before what they ask is archived."""

    def __init__(self, edition: Edition, now: datetime) -> None:
        self.edition, self.now = edition, now
        self.new: dict[str, tuple[str, ...]] = {}
        self.changed: dict[str, tuple[str, ...]] = {}
        self.archived: dict[str, tuple[str, ...]] = {}
        self.left: list[Skipped] = []
        self.rows: dict[str, Mapping[str, Any]] = {}

    def compare(
        self, kind: str, shipped: Mapping[str, facts.Facts], rows: Mapping[str, Any], facts_of: Callable[[Any], Any]
    ) -> None:
        self.rows[kind] = rows
        self.new[kind] = tuple(key for key in shipped if key not in rows)
        there = {key: facts_of(rows[key]) for key in rows}
        differing = [key for key in shipped if key in rows and there[key] != shipped[key]]
        self.changed[kind] = self._but_left(kind, differing, there)
        replaced = self.edition.retired if kind == "questions" else self.edition.replaced if kind == "quizzes" else {}
        gone = [key for key in replaced if key in rows and key not in shipped and not _is_archived(rows[key])]
        self.archived[kind] = self._but_left(kind, gone, there)

    def _but_left(self, kind: str, keys: Iterable[str], there: Mapping[str, facts.Facts]) -> tuple[str, ...]:
        taken = []
        for key in keys:
            known = self.edition.has_shipped(kind, key, facts.digest(there[key]))
            row = self.rows[kind][key]
            why = _why_left(row, is_known=known)
            if not why and isinstance(row, Quiz):
                why = _why_quiz_waits(row, self.edition.quizzes.get(key), now=self.now)
            if why:
                self.left.append(Skipped(kind, key, why))
            else:
                taken.append(key)
        return tuple(taken)

    def archive_quizzes(self) -> None:
        """Keep quizzes that a class still has."""
        rows = self.rows["quizzes"]
        live = Assignment.objects.live_at(self.now).filter(quiz__slug__in=self.archived["quizzes"])
        classes: dict[str, str] = dict(live.values_list("quiz__slug", "classroom__name"))
        self._keep("quizzes", {slug: _("the class “%s” has it.") % classes[slug] for slug in rows if slug in classes})

    def archive_questions(self) -> None:
        """Keep questions that a published quiz asks which this edition does not rewrite, and those its rules need."""
        going = {self.rows["questions"][key].pk: key for key in self.archived["questions"]}
        if not going:
            return
        rewritten = [*self.changed["quizzes"], *self.archived["quizzes"]]
        others = Quiz.objects.published().exclude(slug__in=rewritten, owner=None)
        items = QuizItem.objects.filter(quiz__in=others.order_by().values("pk"))
        asked_by = items.filter(question__in=going).values_list("question", "quiz__title")
        stay = {going[pk]: _("“%s” asks it.") % title for pk, title in asked_by if pk is not None}
        for quiz in others.filter(items__question=None).distinct():
            needed = needed_by_rules(quiz, set(going))
            stay |= {going[pk]: _("“%s” would draw too few without it.") % quiz.title for pk in needed}
        self._keep("questions", stay)

    def _keep(self, kind: str, stay: Mapping[str, str]) -> None:
        self.left += [Skipped(kind, key, why) for key, why in stay.items()]
        self.archived[kind] = tuple(key for key in self.archived[kind] if key not in stay)


def _is_archived(row: Question | Quiz) -> bool:
    return row.is_archived if isinstance(row, Question) else row.status == Quiz.Status.ARCHIVED


def _why_left(row: Any, *, is_known: bool) -> str:
    """Return why a row is not touched, as a sentence; empty where it may be."""
    if getattr(row, "owner", None) is not None:
        return _("it belongs to %s.") % str(row.owner.full_name)
    if isinstance(row, Question) and (why := _why_question_is_left(row)):
        return why
    return "" if is_known else _("it was edited here.")


def _why_quiz_waits(quiz: Quiz, paper: Paper | None, *, now: datetime) -> str:
    """Return why the quiz is not changed under people who take it (when it shows answers above all); empty where it may be."""
    if Assignment.objects.live_at(now).holding_back().filter(quiz=quiz).exists():
        return _("a class has it as an exam; load again when that has closed.")
    is_shown_otherwise = paper is not None and paper.settings.get("feedback", quiz.feedback) != quiz.feedback
    if is_shown_otherwise and quiz.attempts.in_progress().filter(is_counted=True).exists():
        return _("someone is taking it, and would see answers at another time; load again later.")
    return ""


def _why_question_is_left(question: Question) -> str:
    if question.is_archived:
        return _("it was archived here.")
    statuses = {version.status for version in question.versions.all()}
    if Status.READY not in statuses:
        return _("it was taken out of use here.")
    return _("it has an unpublished draft.") if Status.DRAFT in statuses else ""


def needed_by_rules(quiz: Quiz, going: set[int]) -> set[int]:
    """Return those of the questions that go without which a rule of the quiz that does not fill up would find too few.

    What other items of the quiz may take from the same questions counts as taken.
    """
    fixed = {item.question_id for item in quiz.items.all()}
    rules = [(rule, set(drawn_by(rule).values_list("pk", flat=True))) for rule in quiz.items.filter(question=None)]
    needed: set[int] = set()
    for rule, behind in rules:
        wanted = len(behind & fixed) + sum(other.draw_count or 0 for other, its in rules if its & behind)
        if not rule.fills_up and len(behind - going) < wanted:
            needed |= behind & going
    return needed
