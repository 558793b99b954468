"""Feedback: whether a learner who is wrong learns why."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import ERROR, WARNING, Context, bank_rule, item_rule
from quizzes.lint.items import Item, Prose, clipped
from quizzes.lint.text import content_words, words

LEAST_EXPLANATION = 20
EXPLANATION_WORDS = (30, 120)
FEEDBACK_WORDS, NEW_WORDS = 6, 3


@item_rule(
    "explanation-thin",
    WARNING,
    why=gettext_lazy(
        "A few words repeat the key; why it is right, and what the other options belong to, stays unsaid."
    ),
    how=gettext_lazy("Write 30 to 120 words: the answer, the reason, and where each distractor comes from."),
)
def explanation_thin(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    count = len(words(item.explanation))
    if 0 < count < LEAST_EXPLANATION:
        yield _("explanation"), _("It has only %(count)d words.") % {"count": count}


@item_rule(
    "explanation-length",
    WARNING,
    why=gettext_lazy("Short explanations leave distractors unexplained; long ones are not read."),
    how=gettext_lazy("Aim at 30 to 120 words."),
)
def explanation_length(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    count = len(words(item.explanation))
    least, most = EXPLANATION_WORDS
    if count >= LEAST_EXPLANATION and not least <= count <= most:
        yield _("explanation"), _("It has %(count)d words.") % {"count": count}


@item_rule(
    "feedback-missing",
    WARNING,
    why=gettext_lazy("Without a word on the chosen option the student keeps the misconception."),
    how=gettext_lazy("Consider feedback for each option."),
)
def feedback_missing(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for prose in item.prose:
        if prose.is_feedback and not words(prose.text) and not may_be_blank(prose):
            yield prose.where, _("There is no feedback.")


def may_be_blank(prose: Prose) -> bool:
    """Return whether it may: variants share one feedback; next to a single right figure the explanation is enough."""
    return prose.owner in {"answers", "near_misses"} or (prose.field == "feedback" and not prose.owner)


@item_rule(
    "feedback-thin",
    WARNING,
    why=gettext_lazy("“Incorrect” or the option in other words teaches nothing."),
    how=gettext_lazy("Use at least 6 words, with 3 that the option does not have."),
)
def feedback_thin(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    seen = set()
    for prose in item.prose:
        count = len(words(prose.text))
        if not prose.is_feedback or not count or prose.text in seen:
            continue
        seen.add(prose.text)
        new = content_words(prose.text) - content_words(prose.beside or _statement(item))
        if count < FEEDBACK_WORDS:
            yield prose.where, _("It has only %(count)d words.") % {"count": count}
        elif len(new) < NEW_WORDS:
            what = _("It adds only %(count)d words of meaning: “%(text)s”")
            yield prose.where, what % {"count": len(new), "text": clipped(prose.text, 100)}


def _statement(item: Item) -> str:
    """Return what a feedback without an option is about: the statement, where the stem is one."""
    return item.stem if item.type == "true_false" else ""


@bank_rule(
    "explanation-reused",
    ERROR,
    why=gettext_lazy("An explanation that fits two questions explains neither, and one gives the other away."),
    how=gettext_lazy("Write an explanation for each question."),
)
def explanation_reused(items: Sequence[Item], context: Context) -> Iterator[tuple[str, str, str]]:
    seen: dict[str, list[str]] = defaultdict(list)
    for item in items:
        key = " ".join(words(item.explanation))
        if key:
            for other in seen[key][:1]:
                yield item.id, _("explanation"), _("%(other)s has the same explanation.") % {"other": other}
            seen[key].append(item.id)
