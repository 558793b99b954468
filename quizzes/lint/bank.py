"""The bank as a whole: what no single question shows. Repetition, patterns of the keys, coverage."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, groupby
from statistics import mean, median

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import ERROR, WARNING, Context, Group, Item, bank_rule, clipped
from quizzes.lint.cues import ABSOLUTE, key_too_long, odd_one_out, stem_word_in_key
from quizzes.lint.stats import chi_square, chi_square_tail, margin
from quizzes.lint.text import content_words, grade, words
from quizzes.lint.wording import HIGHEST_GRADE, negative_word

FEW = 20  # below this number of items a share says nothing
FEW_FOR_MEDIAN = 50
OVERLAPS = ((0.8, 0.5), (0.6, 0.8))  # stem and key overlap that make a near-duplicate
EVIDENCE_USES = 3
RUN = 6
COVERED_WORDS, COVERED_SHARE = 15, 0.8
MEDIAN_GRADE = 13
HEDGE = re.compile(
    r"\b(?:may|might|can|could|often|usually|generally|typically|normally|mostly|mainly|sometimes|some|partly|likely|"
    r"tends?|relatively|in part|as a rule)\b",
    re.IGNORECASE,
)
Found = Iterator[tuple[str, str, str]]


def overlap(one: set[str], other: set[str]) -> float:
    """The share of all their members that two sets have in common."""
    return len(one & other) / len(one | other) if one | other else 0.0


def percent(share: float) -> int:
    return round(100 * share)


# Repetition -----------------------------------------------------------------------------------------------------------


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
            what = _("%(other)s asks nearly the same (%(stem)d %% of the stem's words, %(key)d %% of the key's).")
            yield other.id, _("stem"), what % {"other": one.id, "stem": percent(stems), "key": percent(keys)}


def _key_words(item: Item) -> set[str]:
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


# Patterns of the keys -------------------------------------------------------------------------------------------------


def choices(items: Sequence[Item]) -> list[tuple[Item, Group]]:
    """The questions with one right option, with their options."""
    return [(item, item.choice) for item in items if item.choice]


def place_of_key(group: Group) -> int:
    return next(place for place, option in enumerate(group.options) if option.correct)


@bank_rule(
    "key-positions",
    WARNING,
    why=gettext_lazy("Writers prefer the middle and guessers know it; not every page shuffles."),
    how=gettext_lazy("Put each key in a random place; do not deal them out by a pattern."),
)
def key_positions(items: Sequence[Item], context: Context) -> Found:
    sizes = defaultdict(list)
    for _item, group in choices(items):
        sizes[len(group.options)].append(place_of_key(group))
    for size, places in sizes.items():
        if len(places) < FEW:
            continue
        counts = [places.count(place) for place in range(size)]
        chance = chi_square_tail(chi_square(counts, [len(places) / size] * size), size - 1)
        allowed = margin(1 / size, len(places), points=0.10)
        if chance < 0.05 or any(abs(count / len(places) - 1 / size) > allowed for count in counts):
            what = _("Of %(size)d options the key stands %(counts)s times in each place (p = %(chance).3f).")
            shown = " – ".join(map(str, counts))
            yield "", _("single choice"), what % {"size": size, "counts": shown, "chance": chance}


@bank_rule(
    "key-run",
    WARNING,
    why=gettext_lazy("A long run of one letter makes students doubt what they know."),
    how=gettext_lazy("Move the key of one of them."),
)
def key_run(items: Sequence[Item], context: Context) -> Found:
    for place, run in groupby(choices(items), key=lambda row: place_of_key(row[1])):
        ids = [item.id for item, _group in run]
        if len(ids) > RUN:
            what = _("From here on the key stands in place %(place)d in %(count)d questions in a row.")
            yield ids[0], _("options"), what % {"place": place + 1, "count": len(ids)}


@bank_rule(
    "key-longest",
    WARNING,
    why=gettext_lazy("Students who always take the longest option must not gain by it."),
    how=gettext_lazy("Lengthen distractors or shorten keys until the key is the longest as often as chance has it."),
)
def key_longest(items: Sequence[Item], context: Context) -> Found:
    rows = choices(items)
    if len(rows) < FEW:
        return
    chance = mean(1 / len(group.options) for _item, group in rows)
    found = [item.id for item, group in rows if _longest(group) == [place_of_key(group)]]
    if len(found) / len(rows) > chance + margin(chance, len(rows), points=0.05):
        what = _("The key is the longest option in %(share)d %% (chance: %(chance)d %%): %(ids)s.")
        share = percent(len(found) / len(rows))
        yield "", _("single choice"), what % {"share": share, "chance": percent(chance), "ids": ", ".join(found)}


def _longest(group: Group) -> list[int]:
    most = max(len(option.text) for option in group.options)
    return [place for place, option in enumerate(group.options) if len(option.text) == most]


@bank_rule(
    "guesser",
    WARNING,
    why=gettext_lazy(
        "A student who knows the tricks of tests, and nothing of the subject, must do no better than chance."
    ),
    how=gettext_lazy("Look through the questions it gets right for the longest option, hedges, echoes and absolutes."),
)
def guesser(items: Sequence[Item], context: Context) -> Found:
    rows = choices(items)
    if len(rows) < FEW:
        return
    chance = mean(1 / len(group.options) for _item, group in rows)
    gains = {item.id: guessed(item, group) for item, group in rows}
    gained = mean(gains.values())
    if gained > chance + margin(chance, len(rows), points=0.10):
        what = _("Guessing by cues alone earns %(share)d %% (chance: %(chance)d %%), surely in: %(ids)s.")
        ids = ", ".join(name for name, gain in gains.items() if gain == 1)
        yield "", _("single choice"), what % {"share": percent(gained), "chance": percent(chance), "ids": ids}


def guessed(item: Item, group: Group) -> float:
    """What a guesser by cues earns: the longest option, a hedge, an echo of the stem and no absolute count one each."""
    stem = content_words(item.stem)
    echoes = [len(content_words(option.text) & stem) for option in group.options]
    longest = _longest(group)
    scores = [
        (longest == [place])
        + bool(HEDGE.search(option.text))
        + (echoes[place] == max(echoes) and echoes.count(max(echoes)) == 1)
        - bool(ABSOLUTE.search(option.text))
        for place, option in enumerate(group.options)
    ]
    best = [place for place, score in enumerate(scores) if score == max(scores)]
    return (place_of_key(group) in best) / len(best)


@bank_rule(
    "odd-one-out-share",
    WARNING,
    why=gettext_lazy("If the option that looks different is often the key, students choose by looks."),
    how=gettext_lazy("Give the options of one question the same form."),
)
def odd_one_out_share(items: Sequence[Item], context: Context) -> Found:
    rows = []
    for item, group in choices(items):
        odd = odd_one_out([option.text for option in group.options])
        if odd:
            rows.append((item, len(group.options), group.options[odd[0]].correct))
    if len(rows) < FEW:
        return
    chance = mean(1 / size for _item, size, _right in rows)
    found = [item.id for item, _size, right in rows if right]
    if len(found) / len(rows) > chance + margin(chance, len(rows), points=0.10):
        what = _("Where one option differs in form it is the key in %(share)d %% (chance: %(chance)d %%): %(ids)s.")
        share = percent(len(found) / len(rows))
        yield "", _("single choice"), what % {"share": share, "chance": percent(chance), "ids": ", ".join(found)}


@bank_rule(
    "absolutes-share",
    WARNING,
    why=gettext_lazy("If distractors say “always” and keys do not, the word gives them away."),
    how=gettext_lazy("Take the absolute words out of distractors."),
)
def absolutes_share(items: Sequence[Item], context: Context) -> Found:
    groups = [group for item in items for group in item.groups]
    wrong = [bool(ABSOLUTE.search(option.text)) for group in groups for option in group.distractors]
    right = [bool(ABSOLUTE.search(option.text)) for group in groups for option in group.keys]
    if len(wrong) >= FEW and right and mean(wrong) > max(0.05, 2 * mean(right)):
        what = _("%(wrong)d %% of the distractors have an absolute word, and %(right)d %% of the keys.")
        yield "", _("options"), what % {"wrong": percent(mean(wrong)), "right": percent(mean(right))}


@bank_rule(
    "true-share",
    WARNING,
    why=gettext_lazy("Students who always answer “true” must not gain by it."),
    how=gettext_lazy("Make between 40 and 60 % of the statements true."),
)
def true_share(items: Sequence[Item], context: Context) -> Found:
    answers = [bool(item.content["answer"]) for item in items if item.type == "true_false"]
    if not answers:
        return
    allowed = max(0.1, 0.5 / len(answers)) if len(answers) >= FEW else margin(0.5, len(answers), points=0.1)
    if abs(mean(answers) - 0.5) > allowed:
        what = _("%(count)d of %(all)d statements are true.")
        yield "", _("true or false"), what % {"count": sum(answers), "all": len(answers)}


# Shares of items with a flaw ------------------------------------------------------------------------------------------


def too_many(found: Sequence[str], items: Sequence[Item], limit: float) -> str:
    """A sentence when more than `limit` (0…1) of the items are found; empty otherwise, and for few items."""
    if len(items) < FEW or len(found) <= limit * len(items):
        return ""
    share = percent(len(found) / len(items))
    what = _("%(share)d %% of the questions; at most %(limit)d %% are wanted: %(ids)s.")
    return what % {"share": share, "limit": percent(limit), "ids": ", ".join(found)}


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


# Coverage and mix -----------------------------------------------------------------------------------------------------


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
