"""Shares of a whole bank: how many questions may have a flaw that is no fault of a single one."""

from collections.abc import Iterator, Sequence
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import WARNING, Context, bank_rule
from quizzes.lint.cues import key_too_long, stem_word_in_key
from quizzes.lint.items import Item
from quizzes.lint.key_patterns import choices
from quizzes.lint.stats import FEW, percent
from quizzes.lint.text import grade
from quizzes.lint.wording import HIGHEST_GRADE, negative_word

FEW_FOR_MEDIAN = 50
MEDIAN_GRADE = 13
Found = Iterator[tuple[str, str, str]]


def too_many(names: Sequence[str], items: Sequence[Item], limit: float) -> str:
    """Return a sentence when more than `limit` (0…1) of the items are found; empty otherwise, and for few items."""
    if len(items) < FEW or len(names) <= limit * len(items):
        return ""
    share = percent(len(names) / len(items))
    what = _("%(share)d%% of the questions; at most %(limit)d%% are wanted: %(ids)s.")
    return what % {"share": share, "limit": percent(limit), "ids": ", ".join(names)}


@bank_rule(
    "negative-share",
    WARNING,
    why=gettext_lazy("Emphasised or not, negative stems are answered wrong by students who know the fact."),
    how=gettext_lazy("Turn some of them round."),
)
def negative_share(items: Sequence[Item], context: Context) -> Found:
    what = too_many([item.id for item in items if negative_word(item)], items, 0.05)
    if what:
        yield "", _("negative stems"), what


@bank_rule(
    "long-key-share",
    WARNING,
    why=gettext_lazy("Students notice when the right answer is the one with the detail."),
    how=gettext_lazy("Shorten keys, or give distractors the same detail."),
)
def long_key_share(items: Sequence[Item], context: Context) -> Found:
    offered = [item for item in items if item.groups]
    what = too_many([item.id for item in offered if any(key_too_long.check(item, context))], offered, 0.05)
    if what:
        yield "", _("keys far longer than their distractors"), what


@bank_rule(
    "echo-share",
    WARNING,
    why=gettext_lazy("Students notice when the right answer repeats the question."),
    how=gettext_lazy("Use other words in keys, or the same in distractors."),
)
def echo_share(items: Sequence[Item], context: Context) -> Found:
    offered = [item for item, _group in choices(items)]
    what = too_many([item.id for item in offered if any(stem_word_in_key.check(item, context))], offered, 0.15)
    if what:
        yield "", _("words of the stem in the key alone"), what


@bank_rule(
    "grade-share",
    WARNING,
    why=gettext_lazy("A bank that is hard to read sorts students by reading."),
    how=gettext_lazy("Shorten the hardest stems first."),
)
def grade_share(items: Sequence[Item], context: Context) -> Found:
    grades = {item.id: grade(item.stem) for item in items}
    what = too_many([name for name, found in grades.items() if found > HIGHEST_GRADE], items, 0.12)
    if what:
        yield "", _("reading grade above 18"), what
    if len(items) >= FEW_FOR_MEDIAN and median(grades.values()) > MEDIAN_GRADE:
        said = _("Half of the stems have a grade above %(grade).1f; at most %(most)d is wanted.")
        yield "", _("reading grade"), said % {"grade": median(grades.values()), "most": MEDIAN_GRADE}
