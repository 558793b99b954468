"""Mix: the shares of types, levels, topics and documents against a blueprint. Silent without one."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.lint.base import WARNING, Context, bank_rule
from quizzes.lint.items import Item

POINTS = 6  # percentage points a share may be away from the blueprint
TOPICS = (8, 25)
TOPIC_ITEMS, TOPIC_SHARE = 5, 0.20
READ: dict[str, Callable[[Item], str]] = {
    "type": lambda item: item.type,
    "difficulty": lambda item: item.difficulty,
    "bloom": lambda item: item.bloom,
    "topic": lambda item: item.topic,
    "document": lambda item: item.places[0].document if item.places else "",
}


@bank_rule(
    "blueprint",
    WARNING,
    why=gettext_lazy("Results mean what the blueprint promised only when the bank has its mix."),
    how=gettext_lazy("Write or retire questions until each share is within 6 points, or change the blueprint."),
)
def blueprint(items: Sequence[Item], context: Context) -> Iterator[tuple[str, str, str]]:
    for name, wanted in context.blueprint.items():
        if name not in READ or not items or not sum(wanted.values()):
            continue
        counts = Counter(map(READ[name], items))
        for value in dict.fromkeys([*wanted, *counts]):
            share = 100 * counts[value] / len(items)
            aim = 100 * wanted.get(value, 0) / sum(wanted.values())
            if abs(share - aim) > POINTS:
                what = _("%(value)s has %(share)d%% of the questions; the blueprint wants %(aim)d%%.")
                yield "", name, what % {"value": value or "—", "share": round(share), "aim": round(aim)}


@bank_rule(
    "topics",
    WARNING,
    why=gettext_lazy("A topic with few questions cannot be practised, and one that outweighs the rest hides it."),
    how=gettext_lazy("Keep 8 to 25 topics with 5 questions or more, none above a fifth of the bank."),
)
def topics(items: Sequence[Item], context: Context) -> Iterator[tuple[str, str, str]]:
    if "topic" not in context.blueprint or not items:
        return
    counts = Counter(item.topic for item in items if item.topic)
    if not TOPICS[0] <= len(counts) <= TOPICS[1]:
        yield "", _("topics"), _("There are %(count)d.") % {"count": len(counts)}
    for topic, count in counts.items():
        if count < TOPIC_ITEMS:
            yield "", topic, _("It has only %(count)d questions.") % {"count": count}
        if count > TOPIC_SHARE * len(items):
            yield "", topic, _("It has %(share)d%% of all questions.") % {"share": round(100 * count / len(items))}
