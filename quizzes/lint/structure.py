"""Structure: every part is there, and the places in the sources exist."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import ERROR, WARNING, Context, item_rule
from quizzes.lint.fingerprints import OMISSION, holds_phrase
from quizzes.lint.items import Citation, Item, clipped
from quizzes.lint.text import words

STEM_WORDS = (5, 45)
EVIDENCE_WORDS = (2, 12)
BARE_STEM = re.compile(
    r"^\W*which (?:one )?(?:of (?:the following|these|those)(?: \w+)?|statements?|sentences?)"
    r" (?:is|are) (?:true|correct|right|false|wrong|accurate)\W*$",
    re.IGNORECASE,
)
SELECT_ALL = re.compile(
    r"\b(?:select|choose|mark|tick|pick) (?:all|every|each|two|three|four|five|[2-9])\b", re.IGNORECASE
)
OPTION_COUNTS = {"single_choice": (3, 4), "multiple_choice": (5, 6)}
KEY_COUNT = (2, 4)


@item_rule(
    "source-missing",
    WARNING,
    why=gettext_lazy("Without a source no one can check the key, and a student cannot look the answer up."),
    how=gettext_lazy("Add the document and the number of the paragraph that the key rests on."),
)
def source_missing(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    if not item.places:
        yield _("sources"), _("No source is named.")


@item_rule(
    "place-missing",
    ERROR,
    why=gettext_lazy("A place that does not exist sends the reader nowhere, and the key may be wrong."),
    how=gettext_lazy("Look the paragraph up again; paragraphs are counted from 1, headings included."),
)
def place_missing(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for place in item.places:
        if place.document not in context.documents:
            if context.documents:
                yield in_words(place), _("There is no source “%(slug)s”.") % {"slug": place.document}
        elif context.documents[place.document] and context.paragraph(place) is None:
            yield in_words(place), _("This source has no paragraph %(number)d.") % {"number": place.paragraph}


@item_rule(
    "evidence-length",
    WARNING,
    why=gettext_lazy("One word proves little and cannot be checked; a whole sentence is copied text."),
    how=gettext_lazy("Quote 2 to 12 words of the paragraph: a figure, a name, a term. Parts may be joined by “…”."),
)
def evidence_length(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    least, most = EVIDENCE_WORDS
    for place in item.places:
        counts = [len(words(part)) for part in place.evidence.split(OMISSION)]
        if not place.evidence.strip():
            yield in_words(place), _("No evidence phrase is given.")
        elif not all(least <= count <= most for count in counts):
            what = _("“%(phrase)s” has %(count)d words.")
            yield in_words(place), what % {"phrase": clipped(place.evidence), "count": sum(counts)}


@item_rule(
    "evidence-missing",
    ERROR,
    why=gettext_lazy("The phrase is what shows that the paragraph says so; either the phrase or the place is wrong."),
    how=gettext_lazy("Copy the phrase word for word from the paragraph, or correct the number of the paragraph."),
)
def evidence_missing(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for place in item.places:
        paragraph = context.paragraph(place)
        if (
            paragraph is not None
            and len(words(place.evidence)) > 1
            and not holds_phrase(paragraph.pairs, place.evidence)
        ):
            what = _("“%(phrase)s” does not stand in this paragraph.")
            yield in_words(place), what % {"phrase": clipped(place.evidence)}


@item_rule(
    "explanation-missing",
    ERROR,
    why=gettext_lazy("A student who only hears “wrong” learns little; an explanation has about ten times the effect."),
    how=gettext_lazy("Add a sentence that says why the answer is right."),
)
def explanation_missing(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    if not words(item.explanation):
        yield _("explanation"), _("There is no explanation.")


@item_rule(
    "stem-length",
    WARNING,
    why=gettext_lazy("Very short stems leave the question to the options; long ones test reading."),
    how=gettext_lazy("Put the whole question into the stem, in 5 to 45 words."),
)
def stem_length(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    count = len(words(item.stem))
    if not STEM_WORDS[0] <= count <= STEM_WORDS[1]:
        yield _("stem"), _("It has %(count)d words.") % {"count": count}


@item_rule(
    "stem-bare",
    WARNING,
    why=gettext_lazy("Such a stem asks nothing; each option becomes a true-or-false question of its own."),
    how=gettext_lazy("Ask a question that can be answered with the options covered."),
)
def stem_bare(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    if BARE_STEM.match(item.stem):
        yield _("stem"), _("It does not say what is asked.")


@item_rule(
    "option-count",
    WARNING,
    why=gettext_lazy("Further distractors are rarely chosen; too few make guessing pay."),
    how=gettext_lazy("Give a single choice 3 or 4 options, a multiple choice 5 or 6 with 2 to 4 right ones."),
)
def option_count(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    if item.type not in OPTION_COUNTS or not item.groups:
        return
    least, most = OPTION_COUNTS[item.type]
    group = item.groups[0]
    if not least <= len(group.options) <= most:
        yield _("options"), _("There are %(count)d.") % {"count": len(group.options)}
    if item.type == "multiple_choice" and not KEY_COUNT[0] <= len(group.keys) <= KEY_COUNT[1]:
        yield _("options"), _("%(count)d of them are right.") % {"count": len(group.keys)}


@item_rule(
    "select-all-missing",
    WARNING,
    why=gettext_lazy("A student who expects one answer stops at the first right one."),
    how=gettext_lazy("End the stem with “Select all that apply.”"),
)
def select_all_missing(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    if item.type == "multiple_choice" and not SELECT_ALL.search(item.stem):
        yield _("stem"), _("It does not say that several options may be right.")


def in_words(place: Citation) -> str:
    """Return “seoul-ministerial, paragraph 5”."""
    return _("%(slug)s, paragraph %(number)d") % {"slug": place.document, "number": place.paragraph}
