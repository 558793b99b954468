"""The bank as a whole: what no single question shows. Repetition and coverage."""

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from itertools import combinations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import ERROR, WARNING, Context, bank_rule
from quizzes.lint.items import Item, clipped
from quizzes.lint.stats import percent
from quizzes.lint.text import content_words, words

OVERLAPS = ((0.8, 0.5), (0.6, 0.8))  # stem and key overlap that make a near-duplicate
EVIDENCE_USES = 3
COVERED_WORDS, COVERED_SHARE = 15, 0.8
Found = Iterator[tuple[str, str, str]]


def overlap(one: Set[str], other: Set[str]) -> float:
    """Return the share of all their members that two sets have in common."""
    return len(one & other) / len(one | other) if one | other else 0.0


@bank_rule(
    "stem-duplicate",
    ERROR,
    why=gettext_lazy("The same question twice counts one fact twice, and the second answer is a gift."),
    how=gettext_lazy("Delete one of the two, or ask for something else."),
)
def stem_duplicate(items: Sequence[Item], context: Context) -> Found:
    seen: dict[str, str] = {}
    for item in items:
        asked = " ".join(words(f"{item.stem} {item.content.get('text', '')}"))
        if asked in seen:
            yield item.id, _("stem"), _("%(other)s has the same stem.") % {"other": seen[asked]}
        seen.setdefault(asked, item.id)


@bank_rule(
    "near-duplicate",
    WARNING,
    why=gettext_lazy("Two questions on one fact count it twice, and either may give the other away."),
    how=gettext_lazy("Keep the better one, or let the second ask for another fact."),
)
def near_duplicate(items: Sequence[Item], context: Context) -> Found:
    rows = [(item, set(words(item.stem)), _key_words(item)) for item in items]
    for (one, stem, key), (other, other_stem, other_key) in combinations(rows, 2):
        stems, keys = overlap(stem, other_stem), overlap(key, other_key)
        if stems < 1 and any(stems >= least and keys >= least_key for least, least_key in OVERLAPS):
            what = _("%(other)s asks nearly the same (%(stem)d%% of the stem's words, %(key)d%% of the key's).")
            yield other.id, _("stem"), what % {"other": one.id, "stem": percent(stems), "key": percent(keys)}


def _key_words(item: Item) -> Set[str]:
    if item.type == "true_false":
        return content_words(item.stem)
    return {word for text in item.keys for word in words(text)}


@bank_rule(
    "evidence-reused",
    WARNING,
    why=gettext_lazy(
        "Many questions on one phrase test it again and again and leave the rest of the document untested."
    ),
    how=gettext_lazy("Let one phrase carry at most 3 questions."),
)
def evidence_reused(items: Sequence[Item], context: Context) -> Found:
    users: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for item in items:
        for place in item.places:
            users[place.document, place.paragraph, " ".join(words(place.evidence))].append(item.id)
    for (slug, number, phrase), ids in users.items():
        if phrase and len(ids) > EVIDENCE_USES:
            what = _("%(count)d questions rest on “%(phrase)s”: %(ids)s.")
            where = _("%(slug)s, paragraph %(number)d") % {"slug": slug, "number": number}
            yield "", where, what % {"count": len(ids), "phrase": clipped(phrase), "ids": ", ".join(ids)}


@bank_rule(
    "coverage",
    WARNING,
    why=gettext_lazy("What no question asks for is not tested, however much of the rest is."),
    how=gettext_lazy("Write questions on these paragraphs, or leave them out knowingly."),
)
def coverage(items: Sequence[Item], context: Context) -> Found:
    if not context.is_whole:
        return
    used = {(place.document, place.paragraph) for item in items for place in item.places}
    for slug, paragraphs in context.documents.items():
        long = [paragraph.number for paragraph in paragraphs if paragraph.words >= COVERED_WORDS]
        without = [number for number in long if (slug, number) not in used]
        if long and len(without) > (1 - COVERED_SHARE) * len(long):
            what = _("%(count)d of %(all)d longer paragraphs have no question: %(numbers)s.")
            numbers = ", ".join(map(str, without))
            yield "", slug, what % {"count": len(without), "all": len(long), "numbers": numbers}
