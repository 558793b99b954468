"""Patterns of the keys over a whole bank: where they stand, how long they are, what guessing earns."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import mean

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import WARNING, Context, bank_rule
from quizzes.lint.cues import ABSOLUTE, odd_one_out
from quizzes.lint.items import Group, Item
from quizzes.lint.stats import FEW, chi_square, chi_square_tail, margin, percent
from quizzes.lint.text import content_words

RUN = 6
HEDGE = re.compile(
    r"\b(?:may|might|can|could|often|usually|generally|typically|normally|mostly|mainly|sometimes|some|partly|likely|"
    r"tends?|relatively|in part|as a rule)\b",
    re.IGNORECASE,
)
Found = Iterator[tuple[str, str, str]]


def choices(items: Sequence[Item]) -> list[tuple[Item, Group]]:
    """Return the questions with one right option, with their options."""
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
    longest_keys = [item.id for item, group in rows if _longest(group) == [place_of_key(group)]]
    if len(longest_keys) / len(rows) > chance + margin(chance, len(rows), points=0.05):
        what = _("The key is the longest option in %(share)d%% (chance: %(chance)d%%): %(ids)s.")
        share = percent(len(longest_keys) / len(rows))
        yield "", _("single choice"), what % {"share": share, "chance": percent(chance), "ids": ", ".join(longest_keys)}


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
        what = _("Guessing by cues alone earns %(share)d%% (chance: %(chance)d%%), surely in: %(ids)s.")
        ids = ", ".join(name for name, gain in gains.items() if gain == 1)
        yield "", _("single choice"), what % {"share": percent(gained), "chance": percent(chance), "ids": ids}


def guessed(item: Item, group: Group) -> float:
    """Return what a guesser by cues earns: the longest option, a hedge, an echo of the stem and no absolute count one each."""
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
    guessed_ids = [item.id for item, _size, right in rows if right]
    if len(guessed_ids) / len(rows) > chance + margin(chance, len(rows), points=0.10):
        what = _("Where one option differs in form it is the key in %(share)d%% (chance: %(chance)d%%): %(ids)s.")
        share = percent(len(guessed_ids) / len(rows))
        yield "", _("single choice"), what % {"share": share, "chance": percent(chance), "ids": ", ".join(guessed_ids)}


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
        what = _("%(wrong)d%% of the distractors have an absolute word, and %(right)d%% of the keys.")
        yield "", _("options"), what % {"wrong": percent(mean(wrong)), "right": percent(mean(right))}


@bank_rule(
    "true-share",
    WARNING,
    why=gettext_lazy("Students who always answer “true” must not gain by it."),
    how=gettext_lazy("Make between 40 and 60% of the statements true."),
)
def true_share(items: Sequence[Item], context: Context) -> Found:
    answers = [bool(item.content["answer"]) for item in items if item.type == "true_false"]
    if not answers:
        return
    allowed = max(0.1, 0.5 / len(answers)) if len(answers) >= FEW else margin(0.5, len(answers), points=0.1)
    if abs(mean(answers) - 0.5) > allowed:
        what = _("%(count)d of %(all)d statements are true.")
        yield "", _("true or false"), what % {"count": sum(answers), "all": len(answers)}
