"""Wording: what makes a question hard to read, or wrong in a year."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import ERROR, WARNING, Context, item_rule
from quizzes.lint.items import Item, clipped, in_group
from quizzes.lint.text import COMMON, grade, sentences, words

HIGHEST_GRADE = 18
OF_THE_ABOVE = re.compile(
    r"\b(?:all|none|both|neither|any|either) of (?:the )?(?:above|these|those|them|following|other options|options)\b"
    r"|\bnone (?:is|are) (?:correct|right|true)\b|\bboth [A-F] and [A-F]\b|^\W*[A-F] and [A-F]\W*$",
    re.IGNORECASE,
)
ASKS_NEGATIVE = re.compile(
    r"\b(?:which|what|who|whom|whose|where|when|why|how)\b.*?(?<!but )"
    r"\b(not(?! only| just| merely)|never|except|excluding|cannot|\w+n['’]t|least likely|incorrect|untrue)\b"
    r"|\b(except)\b",
    re.IGNORECASE,
)
NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|nothing|nobody|except|without|cannot|\w+n['’]t)\b", re.IGNORECASE
)
UNDATED = re.compile(
    r"\b(?:current|currently|now|nowadays|today|recent|recently|at present|presently|present-day|at the moment|this year|"
    r"last year|so far|latest|newest|these days)\b",
    re.IGNORECASE,
)
SCOPE = re.compile(
    r"\b(?:according|report\w*|article\w*|essay\w*|page|overview|text\w*|document\w*|source\w*|author\w*|written|"
    r"as of|in (?:1[89]|20)\d\d|by (?:1[89]|20)\d\d)\b",
    re.IGNORECASE,
)
DOUBLED = re.compile(r"\b(?!(?:that|had|is|long|very)\b)([^\W\d_]+)\s+\1\b", re.IGNORECASE)


@item_rule(
    "of-the-above",
    ERROR,
    why=gettext_lazy("Under shuffling there is no above, and such an option is solved by knowing two others."),
    how=gettext_lazy("Replace it by a plausible distractor, or make the question a multiple choice."),
)
def of_the_above(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for group in item.groups:
        for option in group.options:
            if OF_THE_ABOVE.search(option.text):
                yield in_group(group, option.text), _("It speaks of the other options.")


@item_rule(
    "negative-stem",
    WARNING,
    why=gettext_lazy("A “not” is overlooked: the student knows the fact and loses the point."),
    how=gettext_lazy("Ask for what is true; if it must be negative, write the word in CAPITALS."),
)
def negative_stem(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    word = negative_word(item)
    if word and not word.isupper():
        yield _("stem"), _("It asks for what does not hold, and “%(word)s” is not emphasised.") % {"word": word}


def negative_word(item: Item) -> str:
    """Return the word that makes the question of an item negative; empty for none. A negative in a scenario before it
    is none."""
    if item.type == "true_false":
        match = re.search(r"\b(?:not(?! only| just| merely)|never|cannot|\w+n['’]t)\b", item.stem, re.IGNORECASE)
        return match.group() if match else ""
    for sentence in sentences(item.stem):
        asks = ASKS_NEGATIVE.search(sentence)
        if asks and (sentence.rstrip().endswith(("?", ":", "…")) or asks.group(2)):
            return asks.group(1) or asks.group(2)
    return ""


@item_rule(
    "double-negative",
    WARNING,
    why=gettext_lazy("Two negatives test logic instead of the subject."),
    how=gettext_lazy("Say it positively."),
)
def double_negative(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for sentence in sentences(item.stem):
        negations = NEGATION.findall(sentence)
        if len(negations) > 1:
            yield _("stem"), _("It has two negatives: %(words)s.") % {"words": ", ".join(negations)}
    if negative_word(item):
        for group in item.groups:
            for option in group.options:
                if NEGATION.search(option.text):
                    yield in_group(group, option.text), _("A negative option answers a negative stem.")


@item_rule(
    "undated",
    WARNING,
    why=gettext_lazy("What is true now will not be true for long; the key turns wrong and no one notices."),
    how=gettext_lazy("Say as of when, or according to whom: “When the article was written, …”."),
)
def undated(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    match = UNDATED.search(item.stem)
    if match and not SCOPE.search(item.stem):
        yield _("stem"), _("“%(word)s” has no date.") % {"word": match.group()}


@item_rule(
    "reading-grade",
    WARNING,
    why=gettext_lazy("The question tests reading before it tests the subject."),
    how=gettext_lazy("Split the sentence, use plain words, and leave out what is not needed for the answer."),
)
def reading_grade(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    level = grade(item.stem)
    if level > HIGHEST_GRADE:
        what = _("Its reading grade is %(grade)d (Flesch–Kincaid); at most %(most)d is wanted.")
        yield _("stem"), what % {"grade": round(level), "most": HIGHEST_GRADE}


@item_rule(
    "answer-in-stem",
    ERROR,
    why=gettext_lazy("The answer can be read off the question."),
    how=gettext_lazy("Take the words of the key out of the stem, or name the alternatives there too."),
)
def answer_in_stem(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    if item.type in {"matching", "ordering"}:
        return  # their parts may be named
    stem = f" {' '.join(words(item.stem))} "
    wrong = [_run(text) for text in item.distractors]
    if any(run.strip() and run in stem for run in wrong):
        return  # the alternatives are named, and the key among them
    for key in item.keys:
        run = _run(key.replace("*", ""))
        if _tells(run) and run in stem and key not in partial_answers(item.content):
            yield _("stem"), _("It has the answer “%(key)s” in it.") % {"key": clipped(key)}


def partial_answers(content: object) -> set[str]:
    """Return accepted texts that earn less than every point; to find them in the stem is little help."""
    if isinstance(content, dict):
        own = {content["text"]} if content.get("fraction", "1") != "1" and "text" in content else set()
        return own.union(*map(partial_answers, content.values()))
    return set().union(*map(partial_answers, content)) if isinstance(content, list) else set()


def _run(text: str) -> str:
    """Return the words of a text between spaces, so that whole words are compared."""
    return f" {' '.join(words(text))} "


def _tells(run: str) -> bool:
    return any(word not in COMMON for word in run.split())


@item_rule(
    "doubled-word",
    WARNING,
    why=gettext_lazy("A slip of the pen makes the reader doubt the rest."),
    how=gettext_lazy("Delete one of the two."),
)
def doubled_word(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for prose in item.prose:
        match = DOUBLED.search(prose.text)
        if match:
            yield prose.where, _("A word stands twice: “%(words)s”.") % {"words": match.group()}
