"""Look-alikes: texts of one question that a learner cannot tell apart, or that differ in little; and signs that get lost."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import Text
from quizzes.json_types import JSONObject
from quizzes.lint.base import ERROR, WARNING, Context, item_rule
from quizzes.lint.items import Item, clipped
from quizzes.markup import plain
from quizzes.question_types.folding import folded, visible

Named = tuple[str, str]  # where a text stands, in words, and the text
TWINS = str.maketrans(  # letters of other scripts, and signs, that are drawn like these
    "АВЕЅІЈКМНОРСТХУаеосрхуіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονµºʼ‐‑",
    "ABESIJKMHOPCTXYaeocpxyijshdqwABEZHIKMNOPTYXovμ°’--",
)
EMPHASIS = re.compile(
    r"(?<![\w*_\\])(?P<mark>\*{1,3}|_|`)(?=[^\s_])(?P<text>.{1,300}?)(?<=[^\s\\_])(?P=mark)(?![\w*_])"
)
LINK = re.compile(r"\[(?P<text>[^\]]{0,300})\]\(https://[^)]*\)")


@item_rule(
    "look-alike",
    ERROR,
    why=gettext_lazy("A student sees the same text twice and cannot know which of the two is which."),
    how=gettext_lazy("Reword one of the two. Signs that Markdown swallows can be written in `code`."),
)
def look_alike(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for texts in offered(item):
        for (where, _one), (other_where, other) in alike(texts, look):
            what = _("On the page it looks like %(other)s: “%(text)s”.")
            yield other_where, what % {"other": where, "text": clipped(look(other))}


@item_rule(
    "nearly-same",
    WARNING,
    why=gettext_lazy("A difference this small is overlooked; the two are told apart exactly, to the case of a letter."),
    how=gettext_lazy("Keep it where the difference is what you ask for (mW is not MW); else reword one of the two."),
)
def nearly_same(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for texts in [*offered(item), *rivals(item)]:
        for (where, one), (other_where, other) in alike(texts, folded):
            if look(one) != look(other):
                what = _("“%(one)s” differs from %(where)s, “%(other)s”, in case, accents or signs only.")
                yield other_where, what % {"one": clipped(other), "where": where, "other": clipped(one)}


@item_rule(
    "signs-lost",
    WARNING,
    why=gettext_lazy("Markdown takes signs such as * and _ for its own, so that the student reads something else."),
    how=gettext_lazy("Put the text into `code`, or a \\ before each sign that is to stay."),
)
def signs_lost(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    stem = [(_("stem"), item.stem), (_("text"), str(item.content.get("text", "")))]
    for where, text in [*stem, *(named for texts in offered(item) for named in texts), *answers(item)]:
        shown = visible(plain(text))
        if visible(without_marks(text)) != shown:
            yield where, _("It is shown as “%(text)s”.") % {"text": clipped(shown)}


def alike(texts: Sequence[Named], by: Callable[[str], str]) -> Iterator[tuple[Named, Named]]:
    """Yield the pairs of texts of which `by` makes the same; it is asked once for each."""
    made = [by(text) for _where, text in texts]
    for one, other in combinations(range(len(texts)), 2):
        if made[one] == made[other]:
            yield texts[one], texts[other]


def look(text: str) -> str:
    """Return a text as it is drawn: without marks and invisible signs, letters that are drawn alike as one."""
    return visible(plain(text)).translate(TWINS)


def without_marks(text: str) -> str:
    """Return a text without what is certainly meant as Markdown: emphasis around whole words, code, links."""
    for _depth in range(3 if any(sign in text for sign in "*_`[") else 0):
        text = EMPHASIS.sub(r"\g<text>", LINK.sub(r"\g<text>", text))
    return text


def offered(item: Item) -> list[list[Named]]:
    """Return the texts among which a learner chooses, list by list."""
    option = _("option %(n)d")
    found = [
        [(_in(group.where, option, n), one.text) for n, one in enumerate(group.options, start=1)]
        for group in item.groups
    ]
    pairs, extra = item.content.get("pairs", ()), item.content.get("extra", ())
    rights = dict.fromkeys(pair["right"] for pair in pairs)
    return [
        *found,
        _named(gettext_lazy("element %(n)d"), [row["text"] for row in item.content.get("elements", ())]),
        _named(gettext_lazy("pair %(n)d, left"), [pair["left"] for pair in pairs]),
        [*_named(gettext_lazy("answer %(n)d"), list(rights)), *_named(gettext_lazy("extra answer %(n)d"), extra)],
    ]


def rivals(item: Item) -> Iterator[list[Named]]:
    """Yield pairs of accepted texts that earn different shares."""
    for where, rows in accepted(item):
        named = [(_in(where, _("answer %(n)d"), n), row) for n, row in enumerate(rows, start=1)]
        for (one_where, one), (other_where, other) in combinations(named, 2):
            if one["fraction"] != other["fraction"]:
                yield [(one_where, one["text"]), (other_where, other["text"])]


def answers(item: Item) -> list[Named]:
    """Return accepted texts that a learner is shown afterwards: those without wildcards."""
    return [
        (_in(where, _("answer %(n)d"), n), row["text"])
        for where, rows in accepted(item)
        for n, row in enumerate(rows, start=1)
        if "*" not in row["text"]
    ]


def accepted(item: Item) -> Iterator[tuple[str, Sequence[JSONObject]]]:
    """Yield the lists of accepted texts, each with the gap it belongs to."""
    yield "", item.content.get("answers", ())
    for number, gap in enumerate(item.content.get("gaps", ()), start=1):
        yield _("gap %(number)d") % {"number": number}, gap.get("answers", ())


def _named(place: Text, texts: Sequence[str]) -> list[Named]:
    words = str(place) if texts else ""
    return [(words % {"n": number}, text) for number, text in enumerate(texts, start=1)]


def _in(where: str, words: str, number: int) -> str:
    return ", ".join(part for part in (where, words % {"n": number}) if part)
