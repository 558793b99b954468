"""Bring the shipped bank into a site that may hold an older edition: new versions, new questions, quizzes as they ship.

Everything happens in one transaction, and twice is as good as once. Attempts keep the versions that they were asked.
Race, and what decides it: the site's questions and quizzes are locked before they are compared, so that nobody edits
what is about to be replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from quizzes.errors import NotPublishable
from quizzes.json_types import JSONObject
from quizzes.models import Question, Quiz, QuizItem, Source, Tag, Topic, Visibility
from quizzes.services import bank, exchange, quizzes, time_limits
from quizzes.services.shipped import facts
from quizzes.services.shipped.files import Edition, Paper
from quizzes.services.shipped.plan import LoadPlan, Skipped, plan, questions_of


@transaction.atomic
def load(edition: Edition, *, now: datetime, is_rehearsal: bool = False) -> LoadPlan:
    """Write what the plan says; returns it as it was carried out. A rehearsal is taken back."""
    _lock(edition)
    planned = plan(edition, now=now)
    if not planned.writes:
        return planned
    _write_rows(Source, planned.written("sources"), edition.sources)
    _write_rows(Topic, planned.written("topics"), edition.topics)
    Tag.objects.bulk_create(Tag(slug=slug) for slug in planned.new["tags"])
    refused = [*_write_questions(edition, planned, now=now), *_write_quizzes(edition, planned, now=now)]
    _archive(planned, now=now)
    _store_limits(edition, planned)
    if is_rehearsal:
        transaction.set_rollback(True)
    return _without(planned, refused)


def record(edition: Edition) -> dict[str, dict[str, list[str]]]:
    """Return the record of what ever shipped, with this edition added where it says something new."""
    keys = {kind: dict(rows) for kind, rows in edition.record.items()}
    for kind, rows in facts.of_edition(edition).items():
        known = keys.setdefault(kind, {})
        for key, said in rows.items():
            known[key] = list(dict.fromkeys([*known.get(key, []), facts.digest(said)]))
    return keys


def _lock(edition: Edition) -> None:
    questions = questions_of([*edition.questions, *edition.retired])
    list(questions.select_for_update(no_key=True).values_list("pk", flat=True))
    papers = Quiz.objects.filter(slug__in=[*edition.quizzes, *edition.replaced])
    list(papers.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))


def _write_rows(model: Any, slugs: Iterable[str], shipped: Mapping[str, JSONObject]) -> None:
    for slug in slugs:
        row = model.objects.filter(slug=slug).first() or model(slug=slug)
        _fill(row, shipped[slug])
        if isinstance(row, Topic) and Topic.objects.filter(name=row.name).exclude(slug=slug).exists():
            row.name = slug  # a topic of this site has the name already
        row.save()


def _fill(row: Model, shipped: JSONObject, *, but: str = "") -> None:
    """Set every field that ships; those that the fixture does not name get their default."""
    for field in facts.fields_of(type(row)):
        if field.name == but:
            continue
        value = shipped.get(field.name, field.get_default())
        if field.is_relation and field.name in shipped and value is not None:
            value = field.related_model._default_manager.get_by_natural_key(*value)  # type: ignore[union-attr]
        setattr(row, field.name, value if field.is_relation else field.to_python(value))


# Questions ------------------------------------------------------------------------------------------------------------


def _write_questions(edition: Edition, planned: LoadPlan, *, now: datetime) -> list[Skipped]:
    """Publish new questions and new versions; returns those that this site refuses, as where a source is another."""
    drafts = [edition.questions[key] for key in planned.written("questions")]
    report = exchange.plan_import(drafts, actor=None, publish=True, is_checked=True)
    done = exchange.apply_import(report, actor=None, now=now, skip_refused=True)
    return [Skipped("questions", issue.where, issue.message) for issue in done.refused]


def _archive(planned: LoadPlan, *, now: datetime) -> None:
    for quiz in Quiz.objects.filter(slug__in=planned.archived["quizzes"]):
        quizzes.archive(quiz, actor=None, now=now)
    for question in Question.objects.filter(uuid__in=planned.archived["questions"]):
        bank.archive(question, actor=None, now=now)


# Quizzes --------------------------------------------------------------------------------------------------------------


def _write_quizzes(edition: Edition, planned: LoadPlan, *, now: datetime) -> list[Skipped]:
    """Write quizzes as they ship; returns those that would find too few questions here, which stay as they are."""
    refused = []
    for slug in planned.written("quizzes"):
        quiz = Quiz.objects.filter(slug=slug).first() or Quiz(slug=slug, visibility=Visibility.USE)
        try:
            with transaction.atomic():
                _write_quiz(quiz, edition.quizzes[slug], now=now)
        except NotPublishable as error:
            refused.append(Skipped("quizzes", slug, " ".join([str(error), *error.details["faults"]])))
    return refused


def _write_quiz(quiz: Quiz, paper: Paper, *, now: datetime) -> None:
    _fill(quiz, paper.settings, but="status")
    quizzes.save(quiz, actor=None, now=now)
    quiz.items.all().delete()
    for shipped in paper.items:
        item = QuizItem(quiz=quiz)
        _fill(item, shipped)
        item.save()
    quizzes.items_changed(quiz)
    if paper.settings["status"] != quiz.status:
        become = {"published": quizzes.publish, "draft": quizzes.unpublish, "archived": quizzes.archive}
        become[paper.settings["status"]](quiz, actor=None, now=now)


def _store_limits(edition: Edition, planned: LoadPlan) -> None:
    """Work the limits of the bank's quizzes out again, but of those that stay as they are: a class may be at one."""
    left = [one.key for one in planned.left if one.kind == "quizzes"]
    ours = Quiz.objects.published().filter(slug__in=list(edition.quizzes), owner=None).exclude(slug__in=left)
    for quiz in ours:
        time_limits.store(quiz)


def _without(planned: LoadPlan, refused: list[Skipped]) -> LoadPlan:
    """Return the plan without what was refused."""
    gone = {(one.kind, one.key) for one in refused}

    def kept(rows: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {kind: tuple(key for key in keys if (kind, key) not in gone) for kind, keys in rows.items()}

    return replace(planned, new=kept(planned.new), changed=kept(planned.changed), left=(*planned.left, *refused))
