"""Copying: what a question shares with the documents word for word."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import ERROR, WARNING, Context, item_rule
from quizzes.lint.fingerprints import holds_phrase, longest_shared_run, pairs
from quizzes.lint.items import Item, clipped
from quizzes.lint.structure import in_words
from quizzes.lint.text import words

LONGEST_RUN = 7


@item_rule(
    "copied-run",
    ERROR,
    why=gettext_lazy(
        "It is the document's sentence, not yours; it tests memory for the wording, and may not be yours to use."
    ),
    how=gettext_lazy("Say it in your own words: facts and figures carry over, sentences do not."),
)
def copied_run(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for prose in item.prose:
        if len(words(prose.text)) <= LONGEST_RUN:
            continue
        own_pairs = pairs(prose.text)
        for slug, paragraphs in context.documents.items():
            known = context.pairs_of(slug)
            if sum(pair in known for pair in own_pairs) < LONGEST_RUN:  # as in nearly all
                continue
            run = longest_shared_run(prose.text, paragraphs)
            if run > LONGEST_RUN:
                what = _("%(count)d words in a row stand in “%(slug)s” too.")
                yield prose.where, what % {"count": run, "slug": slug}


@item_rule(
    "distractor-in-paragraph",
    WARNING,
    why=gettext_lazy("What stands in the very paragraph may be true for this stem too."),
    how=gettext_lazy("Read the paragraph again; keep the distractor only when the stem asks for the contrast."),
)
def distractor_in_paragraph(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for place in item.places:
        paragraph = context.paragraph(place)
        for text in item.distractors if paragraph else ():
            if paragraph and len(words(text)) > 1 and holds_phrase(paragraph.pairs, text):
                what = _("The distractor “%(text)s” stands word for word in this paragraph.")
                yield in_words(place), what % {"text": clipped(text)}
