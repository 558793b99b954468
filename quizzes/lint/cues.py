"""Cues: what lets a learner find the key without knowing the answer."""

import re
from collections.abc import Callable, Iterator, Sequence
from statistics import mean

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import ERROR, WARNING, Context, item_rule
from quizzes.lint.items import Group, Item, clipped, in_group
from quizzes.lint.text import COMMON, root, sentences, words

LENGTH_RATIO, LENGTH_MARGIN = 1.5, 15  # times the mean distractor, and characters beyond it
ORDINAL = "first|second|third|fourth|fifth|sixth|last|top|bottom|middle|final|upper|lower"
POSITION = re.compile(
    rf"\b(?:[Oo]ption|[Aa]nswer|[Cc]hoice|[Aa]lternative|[Dd]istractor)s? \(?(?:[A-F]|[1-9])\b\)?"
    rf"|\b(?i:the (?:{ORDINAL})) (?:of the )?(?:options?|answers?|choices?|alternatives?|distractors?)\b"
    rf"|\b(?:options?|answers?|choices?) (?:above|below)\b"
    rf"|(?<!\w)\(?[B-F]\)? (?:is|was) (?:correct|right|wrong|incorrect|true|false)\b"
    rf"|\([a-f]\)",
)
ABSOLUTE = re.compile(
    r"\b(?:always|never|only|all|none|every|entire|entirely|solely|completely|exclusively|absolutely|totally|nobody|"
    r"everybody|everyone|nothing|everything|impossible|invariably|without exception|under no circumstances|no one)\b",
    re.IGNORECASE,
)
VERB_AT_END = re.compile(r"\b(is|was|has|are|were|have)\W*$", re.IGNORECASE)
ARTICLE_AT_END = re.compile(r"\b(a|an)[\s:…._]*$", re.IGNORECASE)
ARTICLE_BEFORE_GAP = re.compile(r"\b(a|an) \[\[(\d+)\]\]", re.IGNORECASE)
SOUNDS_LIKE_VOWEL = re.compile(
    r"(?:[aeio]|u(?!n(?:i(?!n|m)|a\b)|s[aeiu]|r[aeiou])|hour|honest|honou?r|heir)", re.IGNORECASE
)
LETTERS_SAID_WITH_VOWEL = frozenset("AEFHILMNORSX")
PREPOSITION = re.compile(
    r"\b(?:of|in|on|at|for|from|to|with|by|between|among|under|over|that|which|who)\b.*$", re.IGNORECASE
)
Form = Callable[[str], bool]


@item_rule(
    "key-too-long",
    WARNING,
    why=gettext_lazy(
        "Authors take care of the right answer, and students know that the longest option is often the key."
    ),
    how=gettext_lazy("Shorten the key or give the distractors the same length and detail."),
)
def key_too_long(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for group in item.groups:
        if not group.distractors:
            continue
        usual = mean(len(option.text) for option in group.distractors)
        for key in group.keys:
            if len(key.text) > LENGTH_RATIO * usual and len(key.text) > usual + LENGTH_MARGIN:
                what = _("It is right and has %(key)d characters; the distractors have %(usual)d on average.")
                yield in_group(group, key.text), what % {"key": len(key.text), "usual": round(usual)}


@item_rule(
    "position-named",
    ERROR,
    why=gettext_lazy(
        "Options are shuffled, so that the letter or place belongs to another option on the student's page."
    ),
    how=gettext_lazy("Name the option by its words."),
)
def position_named(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for prose in item.prose:
        match = POSITION.search(prose.text)
        if match:
            yield prose.where, _("It names a place: “%(words)s”.") % {"words": match.group()}


@item_rule(
    "absolute-in-distractors",
    WARNING,
    why=gettext_lazy("Test-wise students strike out options with “always” or “only” unread."),
    how=gettext_lazy("Drop the absolute word, or make the option wrong by a fact."),
)
def absolute_in_distractors(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for group in item.groups:
        if any(ABSOLUTE.search(key.text) for key in group.keys):
            continue
        for option in group.distractors:
            match = ABSOLUTE.search(option.text)
            if match:
                what = _("It is wrong and has the absolute word “%(word)s”; no right option has one.")
                yield in_group(group, option.text), what % {"word": match.group().lower()}


@item_rule(
    "stem-word-in-key",
    WARNING,
    why=gettext_lazy("An option that echoes the stem is chosen for the echo."),
    how=gettext_lazy("Use another word in the key or in the stem, or the same word in a distractor too."),
)
def stem_word_in_key(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    group = item.choice
    if group is None:
        return
    stem = _telling(item.stem)
    wrong = {place for option in group.distractors for place in _telling(option.text)}
    key = group.keys[0].text
    echoed = [_telling(key)[place] for place in _telling(key) if place in stem and place not in wrong]
    if echoed:
        what = _("Of the options, only the key repeats “%(words)s” from the stem.")
        yield in_group(group, key), what % {"words": ", ".join(echoed)}


def _telling(text: str) -> dict[str, str]:
    """Return roots of the longer words, with the words themselves."""
    return {root(word): word for word in words(text) if len(word) > 4 and word not in COMMON}


@item_rule(
    "article",
    ERROR,
    why=gettext_lazy("“a” or “an” before the options rules out those that it does not fit."),
    how=gettext_lazy("Move the article into the options, or write “a(n)”."),
)
def article(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    match = ARTICLE_AT_END.search(item.stem)
    if match and item.type in {"single_choice", "multiple_choice"} and item.groups:
        yield from _misfits(match.group(1), item.groups[0])
    gaps = {group.where: group for group in item.groups}
    for word, number in ARTICLE_BEFORE_GAP.findall(str(item.content.get("text", ""))):
        group = gaps.get(_("gap %(number)d") % {"number": int(number)})
        if group:
            yield from _misfits(word, group)


def _misfits(word: str, group: Group) -> Iterator[tuple[str, str]]:
    for option in group.options:
        if takes_an(option.text) != (word.lower() == "an"):
            yield in_group(group, option.text), _("“%(word)s” does not fit it.") % {"word": word}


def takes_an(text: str) -> bool:
    """Return whether a text is said with “an” before it: by its first sound, for capitals by the name of the first letter."""
    first = text.lstrip("“\"'(*").split(" ")[0]
    if len(first) > 1 and first.isupper() and first.isalpha() and not _is_said_as_word(first):
        return first[0] in LETTERS_SAID_WITH_VOWEL
    return first.startswith(("8", "11", "18")) or bool(SOUNDS_LIKE_VOWEL.match(first))


def _is_said_as_word(capitals: str) -> bool:
    """Return whether capitals are said as a word, as UNMIL and NATO are; UN and ICRC are said by their letters."""
    return len(capitals) > 3 and bool(re.search(r"[AEIOU]", capitals[1:])) and not re.match(r"[^AEIOU]{3}", capitals)


@item_rule(
    "agreement",
    WARNING,
    why=gettext_lazy("A verb in the singular or plural rules out the options that do not agree with it."),
    how=gettext_lazy("Word the stem so that every option agrees, for example as a question."),
)
def agreement(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    match = VERB_AT_END.search(item.stem)
    if not match or item.type not in {"single_choice", "multiple_choice"} or not item.groups:
        return
    is_plural_verb = match.group(1).lower() in {"are", "were", "have"}
    for option in item.groups[0].options:
        if looks_plural(option.text) != is_plural_verb:
            yield (
                in_group(item.groups[0], option.text),
                _("It does not agree with “%(verb)s”.") % {"verb": match.group(1)},
            )


def looks_plural(text: str) -> bool:
    """Return whether a noun phrase reads as plural: two things joined by “and”, or a head that ends in s."""
    head = PREPOSITION.sub("", text).strip(" .,;")
    last = head.split(" ")[-1].lower() if head else ""
    return " and " in head or (last.endswith("s") and not last.endswith(("ss", "us", "is", "news", "'s", "’s")))


FORMS: dict[str, Form] = {
    "figure": lambda text: any(char.isdigit() for char in text),
    "full stop": lambda text: text.rstrip().endswith("."),
    "quotation": lambda text: any(char in text for char in '“”"'),
    "brackets": lambda text: "(" in text,
    "infinitive": lambda text: text.lower().startswith("to "),
    "by": lambda text: text.lower().startswith("by "),
    "capital": lambda text: text[:1].isupper(),
    "several sentences": lambda text: len(sentences(text)) > 1,
}


def odd_one_out(texts: Sequence[str]) -> tuple[int, str] | None:
    """Return the index of the one text that differs in form from all others, and the form; None when there is none or
    several."""
    odd: dict[int, str] = {}
    for name, has in FORMS.items():
        marks = [has(text) for text in texts]
        for value in (True, False):
            if len(texts) > 2 and marks.count(value) == 1:
                odd.setdefault(marks.index(value), name)
    return next(iter(odd.items())) if len(odd) == 1 else None


@item_rule(
    "odd-one-out",
    WARNING,
    why=gettext_lazy("The eye goes to the option that looks different, and here it is the key."),
    how=gettext_lazy("Give all options the same form, or a second option the form of the key."),
)
def odd_key(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    group = item.choice
    if group is None:
        return
    odd = odd_one_out([option.text for option in group.options])
    if odd and group.options[odd[0]].correct:
        key = group.options[odd[0]].text
        what = _("It is right and differs from all others in form (%(form)s): “%(key)s”.")
        yield in_group(group, key), what % {"form": odd[1], "key": clipped(key)}
