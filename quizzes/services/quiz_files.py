"""A quiz as a part of a file, and a quiz made of that part once its questions are in the bank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from quizzes.formats.base import stable_id
from quizzes.formats.native_quiz import ItemPart, QuizPart
from quizzes.models import FeedbackBand, Quiz, QuizItem, Source, Tag, Topic, User
from quizzes.services import quizzes
from quizzes.services.copies import NOT_COPIED

SETTINGS = [field.name for field in Quiz._meta.concrete_fields if field.name not in NOT_COPIED]
RULE = ("type", "difficulty", "bloom", "fills_up")


def part_of(quiz: Quiz, ids: Iterable[str | None]) -> dict[str, Any]:
    """Return a quiz as it stands in a file: the items of the questions with these ids, and its rules."""
    known = set(ids)
    rows = quiz.items.select_related("question", "topic", "source", "tag")
    items = [_item_part(item) for item in rows if item.question is None or str(item.question.uuid) in known]
    settings = {name: getattr(quiz, name) for name in SETTINGS}
    return {
        "title": quiz.title,
        "settings": {name: str(one) if isinstance(one, Decimal) else one for name, one in settings.items()},
        "items": items,
        "bands": list(quiz.bands.values("from_percent", "text")),
    }


def _item_part(item: QuizItem) -> dict[str, Any]:
    points = {"points": str(item.points)}
    if item.question is not None:
        return {"question": str(item.question.uuid)} | points
    places = {name: row.slug for name in ("topic", "source", "tag") if (row := getattr(item, name))}
    rule = {name: value for name in RULE if (value := getattr(item, name))}
    return {"draw": item.draw_count} | places | rule | points


def make(
    part: QuizPart, pks: Mapping[str, int], *, title: str, slug: str, owner: User, now: datetime
) -> tuple[Quiz, list[str]]:
    """Make the quiz of a file; `pks` are its questions by their ids. Returns it, and what of it could not be made."""
    faults: list[str] = []
    made = Quiz(title=title, slug=slug, owner=owner)
    for name, value in part.settings.items():
        if name in SETTINGS:
            faults += _set(made, name, value)
    try:
        made.clean()
    except ValidationError as error:
        faults += error.messages
        made.time_rule, made.time_limit = Quiz.TimeRule.UNTIMED, None
    saved = quizzes.save(made, actor=owner, now=now)
    places = _Places(part, owner)
    rows = []
    for number, item in enumerate(part.items, start=1):
        row = places.row(item, pks)
        if row is None:
            faults.append(_("Item %(n)d was left out: what it asks for is not here.") % {"n": number})
            continue
        row.quiz, row.position, row.points = saved, number, Decimal(item.points)
        rows.append(row)
    QuizItem.objects.bulk_create(rows)
    bands = {band.from_percent: band.text for band in part.bands}
    FeedbackBand.objects.bulk_create(
        FeedbackBand(quiz=saved, from_percent=percent, text=text) for percent, text in bands.items()
    )
    return saved, faults


def _set(quiz: Quiz, name: str, value: Any) -> list[str]:
    """Give the quiz a setting, if it can have that value; else say so."""
    field: Any = Quiz._meta.get_field(name)
    try:
        setattr(quiz, name, field.clean(value, quiz))
    except ValidationError as error:
        return [f"{field.verbose_name}: {message}" for message in error.messages]
    return []


class _Places:
    """Topics, tags and usable sources by slug (3 queries)."""

    def __init__(self, part: QuizPart, owner: User) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        for name, queryset in (
            ("topic", Topic.objects),
            ("tag", Tag.objects),
            ("source", Source.objects.usable_by(owner)),
        ):
            slugs = {getattr(item, name) for item in part.items}
            self.rows[name] = {row.slug: row for row in queryset.filter(slug__in=slugs)}
        self.taken: set[int] = set()

    def row(self, item: ItemPart, pks: Mapping[str, int]) -> QuizItem | None:
        """Return an item without its quiz; None where what it names is not there, or is there twice."""
        if item.question is not None:
            pk = pks.get(stable_id(item.question))
            if pk is None or pk in self.taken:
                return None
            self.taken.add(pk)
            return QuizItem(question_id=pk)
        named = {name: getattr(item, name) for name in self.rows if getattr(item, name)}
        if any(slug not in self.rows[name] for name, slug in named.items()):
            return None
        rule = QuizItem(draw_count=item.draw, **{name: self.rows[name][slug] for name, slug in named.items()})
        for name in RULE:
            field: Any = QuizItem._meta.get_field(name)
            try:
                setattr(rule, name, field.clean(getattr(item, name), rule))
            except ValidationError:
                return None
        return rule
