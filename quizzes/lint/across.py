"""What an author of many questions no longer sees: stock distractors, answers that stand elsewhere, many names for one text."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import WARNING, Context, bank_rule, item_rule
from quizzes.lint.items import Item, clipped, in_group
from quizzes.lint.text import content_words, sentences, words

STOCK_USES = 3
OFTEN_RIGHT = 4  # times wrong for each time right, as among five names
KEY_WORDS = 2  # of meaning: a shorter key, such as a name, stands in many stems without giving anything away
SHARED = 0.5  # of the words of a stem that another text must have to be about the same
NAMED = re.compile(
    r"\b[Tt]he ((?:(?!(?:of|on|the|a|an|in)\b)[\w&'’-]+ ){0,3}?(?:report|article|essay|overview|page|chronicle|document))\b"
    r"( (?:on|of|about) (?!it\b|this\b|them\b)[\w&'’-]+(?: [\w&'’-]+)?)?"
)
POINTS_ELSEWHERE = re.compile(
    r"\b(?:(?:this|that|it|the (?:phrase|words?|name|figure|number|date)) belongs? to|"
    r"(?:is|are) not (?:named|mentioned|listed|in the)|(?:comes?|taken) from another|stands? (?:in|under) another|"
    r"(?:is|are) (?:named|mentioned|listed) (?:elsewhere|in another)|see (?:the )?paragraph)\b",
    re.IGNORECASE,
)
REASONS = re.compile(r"\b(?:because|but|so|since|while|although|if|when|would|cannot|without)\b|[;:]", re.IGNORECASE)
LONGEST_POINTER = 14
NEGATED = re.compile(
    r"\b(?:no|not|never|without|neither|nor|refus\w+|cannot|lacks?|nobody|none)\b([^.;:?!—–]*)", re.IGNORECASE
)
RULED_OUT = 0.6  # of the words of an option
Found = Iterator[tuple[str, str, str]]


@bank_rule(
    "stock-distractor",
    WARNING,
    why=gettext_lazy("A wrong answer that comes again and again is known as wrong before the question is read."),
    how=gettext_lazy("Use it at most 3 times; write what a student could believe about this very thing."),
)
def stock_distractor(items: Sequence[Item], context: Context) -> Found:
    users: dict[str, list[tuple[Item, str]]] = defaultdict(list)
    keys = Counter(" ".join(words(text)) for item in items for text in item.keys)
    for item in items:
        for text in dict.fromkeys(item.distractors):
            users[" ".join(words(text))].append((item, text))
    for plain, rows in users.items():
        # A name that is right now and then is one that these questions choose among, and no stock.
        if plain and len(rows) > max(STOCK_USES, OFTEN_RIGHT * keys[plain]) and item_types(rows):
            for item, text in rows[STOCK_USES:]:
                what = _("“%(text)s” is a wrong answer in %(count)d questions.")
                yield item.id, _("options"), what % {"text": clipped(text), "count": len(rows)}


def item_types(rows: Sequence[tuple[Item, str]]) -> bool:
    """Return whether these are options of a choice; the words of a true-or-false question are no author's."""
    return all(item.type != "true_false" for item, _text in rows)


@bank_rule(
    "given-away",
    WARNING,
    why=gettext_lazy("Who meets the other question first reads the answer in its stem."),
    how=gettext_lazy("Reword one of the two, or name them as questions that never stand in one paper."),
)
def given_away(items: Sequence[Item], context: Context) -> Found:
    stems = [(item, f" {' '.join(words(item.stem))} ", content_words(item.stem)) for item in items]
    for item in items:
        key = long_key(item)
        if key is None:
            continue
        asked = content_words(item.stem)
        for other, stem, about in stems:
            if other.id != item.id and other.id not in item.enemies and f" {key} " in stem and is_about(asked, about):
                what = _("The stem of %(other)s says “%(key)s”.")
                yield item.id, _("answer"), what % {"other": other.id, "key": clipped(key)}


@bank_rule(
    "told-by-description",
    WARNING,
    why=gettext_lazy("The description of a quiz is read just before it begins."),
    how=gettext_lazy("Make curious in the description, and leave the answer to the question."),
)
def told_by_description(items: Sequence[Item], context: Context) -> Found:
    texts = {title: (f" {' '.join(words(text))} ", content_words(text)) for title, text in context.quizzes.items()}
    for item in items:
        key = long_key(item)
        for title, (text, about) in texts.items() if key else ():
            if f" {key} " in text and is_about(content_words(item.stem), about):
                what = _("The description of “%(quiz)s” says “%(key)s”.")
                yield item.id, _("answer"), what % {"quiz": title, "key": clipped(key or "")}


def long_key(item: Item) -> str | None:
    """Return the one right answer, where it is one and has words enough to be recognized."""
    keys = list(dict.fromkeys(" ".join(words(text)) for text in item.keys))
    is_one = item.type in ("single_choice", "short_answer") and keys
    return keys[0] if is_one and len(content_words(keys[0])) >= KEY_WORDS else None


def is_about(asked: Set[str], told: Set[str]) -> bool:
    return bool(asked) and len(asked & told) / len(asked) >= SHARED


@bank_rule(
    "document-names",
    WARNING,
    why=gettext_lazy("A text with two names is taken for two texts."),
    how=gettext_lazy("Call each text by one short name everywhere."),
)
def document_names(items: Sequence[Item], context: Context) -> Found:
    """In stems: of the names with one last word that questions on one document use, the commonest counts."""
    used: dict[tuple[str, str], list[tuple[str, Item]]] = defaultdict(list)
    for item in items:
        documents = {place.document for place in item.places}
        for match in NAMED.finditer(item.stem) if len(documents) == 1 else ():
            if " " in match[1] or match[2]:  # “the essay” alone takes a name up again
                last = match[1].rsplit(" ", 1)[-1].casefold()
                used[next(iter(documents)), last].append((match.group().casefold(), item))
    for (slug, _last), rows in used.items():
        common, _count = Counter(name for name, _item in rows).most_common(1)[0]
        for name, item in rows:
            if name != common:
                what = _("“%(slug)s” is called “%(name)s” here and “%(common)s” elsewhere.")
                yield item.id, _("stem"), what % {"slug": slug, "name": name, "common": common}


@item_rule(
    "feedback-points",
    WARNING,
    why=gettext_lazy("Where a phrase belongs does not tell why it is wrong here."),
    how=gettext_lazy("Name the misconception, and say why it fails in this question."),
)
def feedback_points(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for prose in item.prose:
        if prose.is_feedback and only_points(prose.text):
            yield prose.where, _("It only points elsewhere: “%(text)s”") % {"text": clipped(prose.text, 100)}


def only_points(text: str) -> bool:
    """Return whether a feedback is one short sentence that says where something belongs and gives no reason."""
    is_short = len(words(text)) <= LONGEST_POINTER and len(sentences(text)) == 1
    return is_short and bool(POINTS_ELSEWHERE.search(text)) and not REASONS.search(text)


@item_rule(
    "ruled-out",
    WARNING,
    why=gettext_lazy("A stem that says what is not so leaves one answer: nothing is left to think about."),
    how=gettext_lazy("Leave at least two answers open until the reader has thought."),
)
def ruled_out(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    denied = {word for match in NEGATED.finditer(item.stem) for word in content_words(match[1])}
    for group in item.groups if denied else ():
        wrong = group.distractors
        if group.is_single and len(wrong) >= 2 and all(is_denied(one.text, denied) for one in wrong):
            yield in_group(group, group.keys[0].text), _("The stem rules out every other option.")


def is_denied(text: str, denied: Set[str]) -> bool:
    meant = content_words(text)
    return bool(meant) and len(meant & denied) / len(meant) >= RULED_OUT
