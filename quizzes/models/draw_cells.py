"""Cells: which questions a draw rule may take, and which the rules of several quizzes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from quizzes.models.bank import MARKED_BY_HAND, Question, QuestionQuerySet, QuestionSource, open_to_quizzes_of
from quizzes.models.quiz_items import QuizItem


def drawn_by(rule: QuizItem, *, ignoring: Collection[str] = ()) -> QuestionQuerySet:
    """Return the questions that a draw rule (a QuizItem without a question) may take, `ignoring` some conditions.

    Asks nothing where the rule comes with its quiz, as out of `quiz.items`.
    """
    columns = {"topic": rule.topic_id, "type": rule.type, "difficulty": rule.difficulty, "bloom": rule.bloom}
    conditions = {name: Q((name, value)) for name, value in columns.items() if value}
    if rule.source_id:
        conditions["source"] = Q(pk__in=QuestionSource.objects.filter(source=rule.source_id).values("question"))
    if rule.tag_id:
        conditions["tag"] = Q(tags=rule.tag_id)
    quiz = getattr(rule, "quiz", None)  # a rule that is in no quiz yet draws as the site's do
    questions = Question.objects.ready().for_quizzes_of(quiz and quiz.owner_id)
    for name, condition in conditions.items():
        if name not in ignoring:
            questions = questions.filter(condition)
    if rule.type in MARKED_BY_HAND:
        return questions
    return questions.exclude(type__in=MARKED_BY_HAND)  # a rule takes essays only where it asks for them


def in_cells_of(rules: Iterable[QuizItem]) -> Q:
    """Return the condition on a question that one of these rules may take it once it is published; of none without rules."""
    # Rules with the same source and tag share their subqueries: an exam has many rules over few sources.
    by_place: defaultdict[tuple[int | None, ...], list[Q]] = defaultdict(list)
    for rule in rules:
        columns = {name: getattr(rule, name) for name in ("topic_id", "type", "difficulty", "bloom")}
        cell = Q(**{name: value for name, value in columns.items() if value})
        by_place[rule.source_id, rule.tag_id, rule.quiz.owner_id].append(cell)
    condition = Q(pk__in=[])
    for (source, tag, owner), cells in by_place.items():
        place = Q(is_archived=False) & open_to_quizzes_of(owner)
        if source:
            place &= Q(pk__in=QuestionSource.objects.filter(source=source).order_by().values("question"))
        if tag:
            place &= Q(pk__in=Question.tags.through.objects.filter(tag=tag).order_by().values("question"))
        condition |= place & Q(*cells, _connector=Q.OR) if all(cells) else place
    return condition
