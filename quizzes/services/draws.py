"""Which questions an attempt asks: fixed items as they are, draw rules resolved without repetition.

Outside exams nothing is asked that is kept for exams, or secret for the learner now: practice goes on with fewer questions,
and what is graded does not start.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import FilteredRelation, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.entitlements import HeldExam, Secrecy, last_of
from quizzes.errors import NotOpen
from quizzes.models import QuestionVersion, Quiz, QuizItem, User, version_cache
from quizzes.models.prepared import Prepared, prepared
from quizzes.services.drawing import Drawing, Purpose


class Item(NamedTuple):
    """An item, with what a fixed one asks: the version it is pinned to, else the one that is ready (None: none)."""

    pk: int
    position: int
    points: Decimal
    question: int | None
    is_kept: bool
    pinned: int | None
    version: int | None


ITEMS: Prepared[tuple[object, ...]] = prepared(
    lambda quiz: (
        QuizItem.objects.filter(quiz=quiz)
        .annotate(ready=FilteredRelation("question__versions", condition=Q(question__versions__status="ready")))
        .order_by("position", "pk")
        .values_list(
            "pk",
            "position",
            "points",
            "question",
            "question__is_kept_for_exams",
            "pinned_version",
            Coalesce("pinned_version", "ready"),
        )
    )
)


@dataclass(frozen=True)
class Drawn:
    """One question of an attempt: which version, for how many points."""

    version: QuestionVersion
    points: Decimal


@dataclass(frozen=True)
class Draw:
    """What a new attempt asks, in the order shown; `notes` are for the instructor, `told` is for the learner."""

    questions: list[Drawn]
    notes: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unpinned: Mapping[int, int] = field(default_factory=dict)  # by item: the version asked, where none is pinned
    missing: int = 0  # questions that are not there any more, so that the paper is short


def draw(quiz: Quiz, learner: User | None, rng: random.Random, *, purpose: Purpose | None = None) -> Draw:
    """Return what a new attempt asks; raises NotOpen where that is nothing, or not what everybody else is asked."""
    purpose = purpose or Purpose(quiz.feedback, Secrecy())
    items = [Item._make(row) for row in ITEMS(quiz=quiz)]
    if purpose.is_preview:
        items = _with_drafts(items, purpose.secrecy.viewer)
    left_out = _left_out(items, purpose)
    items = [item for item in items if item.question not in left_out]
    by_rule, notes, drawing = _draw_by_rules(quiz, items, learner, rng, purpose)
    exams = [*left_out.values(), *(exam for shortage in drawing.short for exam in shortage.exams)]
    if exams and not purpose.may_be_short:
        raise NotOpen(_opens_again(quiz, exams))
    without = [item for item in items if item.question and not item.version]
    held = _told(len(left_out) + sum(shortage.missing for shortage in drawing.short), exams)
    missing = len(without) + drawing.missing
    sentences = held + _told_without(missing)
    candidates = by_rule | {item.pk: [item.version] for item in items if item.version}
    versions = version_cache.get_many({version for questions in candidates.values() for version in questions})
    drawn = [Drawn(versions[version], item.points) for item in items for version in candidates.get(item.pk, ())]
    if not drawn:
        raise NotOpen(" ".join(sentences) or _("This quiz has no questions yet. Tell your instructor."))
    if quiz.shuffle_questions:
        rng.shuffle(drawn)
        drawn = _with_cases_together(drawn)
    unpinned = {item.pk: item.version for item in items if item.question and item.version and not item.pinned}
    notes += [*held, *map(_without_version, without)]
    return Draw(drawn, notes, sentences, unpinned, missing)


def _with_cases_together(drawn: Sequence[Drawn]) -> list[Drawn]:
    """Return the questions in their order, those of a case after the first of it: its page of facts is read once."""
    places: dict[object, int] = {}
    keys = [one.version.spec.get("case") or place for place, one in enumerate(drawn)]
    for place, key in enumerate(keys):
        places.setdefault(key, place)
    return [
        one for _place, one in sorted(zip((places[key] for key in keys), drawn, strict=True), key=lambda row: row[0])
    ]


def _with_drafts(items: Sequence[Item], viewer: User | None) -> list[Item]:
    """Return the items, those whose question was never published with its draft, as far as the viewer may see it (1 query)."""
    unpublished = [item.question for item in items if item.question and not item.version]
    if not unpublished or viewer is None:
        return list(items)
    drafts = QuestionVersion.objects.visible_to(viewer).filter(question__in=unpublished, status="draft")
    by_question = dict(drafts.order_by().values_list("question", "pk"))
    return [item._replace(version=item.version or by_question.get(item.question or 0)) for item in items]


def _left_out(items: Iterable[Item], purpose: Purpose) -> dict[int, HeldExam | None]:
    """Return the fixed questions that may not be asked, each with the exam it is secret for; None: it is kept for exams."""
    fixed = {item.question: item.is_kept for item in items if item.question}
    return {} if purpose.holds_nothing_back else purpose.secrecy.held_back(fixed)


def _draw_by_rules(
    quiz: Quiz, items: Sequence[Item], learner: User | None, rng: random.Random, purpose: Purpose
) -> tuple[dict[int, list[int]], list[str], Drawing]:
    """Return the versions that each draw rule takes, notes on those that found too few, and the drawing."""
    fixed = {item.question for item in items if item.question}
    if len(fixed) == len(items):
        return {}, [], Drawing((), purpose=purpose)
    rules = list(quiz.items.filter(question=None).order_by("position", "pk"))
    drawing = Drawing(fixed, learner=learner, rng=rng, purpose=purpose)
    taken: dict[int, list[int]] = {}
    notes: list[str] = []
    for place, candidates, note in drawing.take_all(rules, drawing.cells(rules)):
        taken[rules[place].pk] = [candidate.version for candidate in candidates]
        notes.extend(note)
    return taken, notes, drawing


def _opens_again(quiz: Quiz, exams: Iterable[HeldExam | None]) -> str:
    """Return why what is graded does not start: the last of the exams, or that a question is kept."""
    if exam := last_of(exams):
        words = {"quiz": quiz.title, "end": exam.end_words}
        return _("“%(quiz)s” opens again after %(end)s. It asks what that exam asks.") % words
    return _("“%(quiz)s” asks a question that is kept for exams. Tell your instructor.") % {"quiz": quiz.title}


def _told(missing: int, exams: Iterable[HeldExam | None]) -> list[str]:
    """Return the sentence for a learner whose practice has fewer questions; none where nothing is missing."""
    if not missing:
        return []
    exam = last_of(exams)
    if exam is None:
        return [
            ngettext("%(n)d question is kept for exams.", "%(n)d questions are kept for exams.", missing)
            % {"n": missing}
        ]
    return [
        ngettext(
            "%(n)d question is held back until after %(end)s.",
            "%(n)d questions are held back until after %(end)s.",
            missing,
        )
        % {"n": missing, "end": exam.end_words}
    ]


def _told_without(number: int) -> list[str]:
    if not number:
        return []
    words = ngettext(
        "%(n)d question of this quiz cannot be asked now. Your instructor has been told.",
        "%(n)d questions of this quiz cannot be asked now. Your instructor has been told.",
        number,
    )
    return [words % {"n": number}]


def _without_version(item: Item) -> str:
    return _("Row %(position)d has no published version and was left out.") % {"position": item.position}
