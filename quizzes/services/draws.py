"""Which questions an attempt asks: fixed items as they are, draw rules resolved without repetition.

A rule takes questions the learner has not met first, then those met least often, at random among equals. A rule whose
cell is too small is widened step by step (Bloom level, difficulty, type, tag, topic) and says so.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, FilteredRelation, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from quizzes.errors import NotOpen
from quizzes.models import Answer, Question, QuestionSource, QuestionVersion, Quiz, QuizItem, User, kept
from quizzes.models.prepared import prepared

WIDENING = ("bloom", "difficulty", "type", "tag", "topic", "source")


@dataclass(frozen=True)
class Drawn:
    """One question of an attempt: which version, for how many points, and the question's Bloom level as it is now."""

    version: QuestionVersion
    points: Decimal
    bloom: str


class Candidate(NamedTuple):
    """What a draw needs to know of a question of the bank."""

    question: int
    version: int
    topic: int
    type: str
    difficulty: str
    bloom: str
    sources: Set[int]
    tags: Set[int]
    evidence: Set[tuple[int, int, str]]


def fitting(rule: QuizItem, candidates: Sequence[Candidate], ignoring: Sequence[str] = ()) -> Sequence[Candidate]:
    """Those that the rule may take, in their order; `ignoring` some of its conditions."""
    for name in ("topic", "type", "difficulty", "bloom"):
        value = rule.topic_id if name == "topic" else getattr(rule, name)
        if value and name not in ignoring:
            candidates = [candidate for candidate in candidates if getattr(candidate, name) == value]
    if rule.source_id and "source" not in ignoring:
        candidates = [candidate for candidate in candidates if rule.source_id in candidate.sources]
    if rule.tag_id and "tag" not in ignoring:
        candidates = [candidate for candidate in candidates if rule.tag_id in candidate.tags]
    return candidates


# The items in their order, with what a fixed one asks: the version it is pinned to, else the one that is ready (None: none).
ITEMS_OF = prepared(
    lambda quiz: (
        QuizItem.objects.filter(quiz=quiz)
        .annotate(ready=FilteredRelation("question__versions", condition=Q(question__versions__status="ready")))
        .order_by("position", "pk")
        .values_list("pk", "points", "question", "question__bloom", Coalesce("pinned_version", "ready"))
    )
)


RULES_OF = prepared(lambda quiz: QuizItem.objects.filter(quiz=quiz, question=None).order_by("position", "pk"))
READY = prepared(
    lambda: Question.objects.ready().order_by().values_list("pk", "versions", "topic_id", "type", "difficulty", "bloom")
)
PLACES = prepared(
    lambda: QuestionSource.objects.order_by().values_list("question_id", "source_id", "paragraph", "evidence")
)
TAGS = prepared(lambda: Question.tags.through.objects.order_by().values_list("question_id", "tag_id"))
MET = prepared(
    lambda learner: (
        Answer.objects.filter(attempt__learner=learner)
        .order_by()
        .values_list("version__question")
        .annotate(times=Count("pk"))
    )
)


def pool() -> list[Candidate]:
    """Every question that can be asked, with what rules may ask about it (3 queries)."""
    sources: defaultdict[int, set[int]] = defaultdict(set)
    evidence: defaultdict[int, set[tuple[int, int, str]]] = defaultdict(set)
    tags: defaultdict[int, set[int]] = defaultdict(set)
    for question, source, paragraph, phrase in PLACES():
        sources[question].add(source)
        if phrase:
            evidence[question].add((source, paragraph, phrase.casefold()))
    for question, tag in TAGS():
        tags[question].add(tag)
    none: Set[Any] = frozenset()
    return [
        Candidate(*row, sources.get(row[0], none), tags.get(row[0], none), evidence.get(row[0], none))
        for row in READY()
    ]


def times_met(learner: User | None) -> Counter[int]:
    """How often the learner was asked each question (1 query)."""
    return Counter() if learner is None else Counter(dict(MET(learner=learner)))


def draw(quiz: Quiz, learner: User | None, rng: random.Random) -> tuple[list[Drawn], list[str]]:
    """The questions of a new attempt in the order they are shown, and notes on rules that had to be widened."""
    items = ITEMS_OF(quiz=quiz)
    asked = {pk: [(version, bloom)] if version else [] for pk, _points, _question, bloom, version in items}
    notes: list[str] = []
    fixed = {question for _pk, _points, question, _bloom, _version in items if question}
    if len(fixed) < len(items):
        rules = RULES_OF(quiz=quiz)
        candidates, met = pool(), times_met(learner)
        rng.shuffle(candidates)
        candidates.sort(key=lambda candidate: met[candidate.question])
        chosen = [candidate for candidate in candidates if candidate.question in fixed]
        for rule in sorted(rules, key=lambda rule: len(fitting(rule, candidates))):
            found, note = take(rule, candidates, chosen)
            chosen.extend(found)
            asked[rule.pk] = [(candidate.version, candidate.bloom) for candidate in found]
            notes.extend(note)
    versions = kept.versions({version for found in asked.values() for version, _bloom in found})
    drawn = [Drawn(versions[version], points, bloom) for pk, points, *_rest in items for version, bloom in asked[pk]]
    if not drawn:
        raise NotOpen(_("This quiz has no questions yet. Tell your instructor."))
    if quiz.shuffle_questions:
        rng.shuffle(drawn)
    return drawn, notes


def take(
    rule: QuizItem, candidates: Sequence[Candidate], chosen: Sequence[Candidate]
) -> tuple[list[Candidate], list[str]]:
    """As many candidates as the rule wants, none chosen before, none resting on a phrase that is asked already."""
    wanted = rule.draw_count or 0
    used = {candidate.question for candidate in chosen}
    phrases = {phrase for candidate in chosen for phrase in candidate.evidence}
    found: list[Candidate] = []
    notes: list[str] = []
    for step in range(len(WIDENING) + 1):
        fits = fitting(rule, candidates, WIDENING[:step])
        for avoid_phrases in (True, False):
            for candidate in fits:
                if len(found) == wanted:
                    break
                repeats = avoid_phrases and candidate.evidence & phrases
                if candidate.question in used or repeats:
                    continue
                found.append(candidate)
                used.add(candidate.question)
                phrases |= candidate.evidence
        if step == 0 and len(found) < wanted:
            notes.append(
                _(
                    "Item %(position)d wants %(wanted)d questions and found %(found)d; the rest came from the nearest cell."
                )
                % {"position": rule.position, "wanted": wanted, "found": len(found)}
            )
        if len(found) == wanted:
            break
    return found, notes
