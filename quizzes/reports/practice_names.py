"""What practice is called that a learner put together: by what it is of. “Practice: UN organs, questions you missed”.

The log of its start keeps what was wanted. Practice from before that is named by the topics of its questions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from quizzes.entitlements import pools
from quizzes.models import Answer, Attempt, AttemptEvent, Source, StudyNote, Topic, Unit
from quizzes.models.classification import Difficulty

Given = Mapping[str, Any]
MOST_TOPICS = 2  # in a name
NAMES: tuple[tuple[str, type[Any], str, str], ...] = (
    ("topic", Topic, "slug", "name"),
    ("source", Source, "slug", "title"),
    ("unit", Unit, "slug", "title"),
    ("note", StudyNote, "slug", "title"),
    ("attempt", Attempt, "pk", "quiz__title"),
)


def name(attempts: Iterable[Attempt]) -> None:
    """Give those of these attempts that are practice of one's own their names, as `about` (up to 7 queries, none where
    there are none)."""
    practice = [attempt for attempt in attempts if attempt.quiz.is_built_in]
    if not practice:
        return
    wishes = _wishes(practice)
    known = _known(wishes.values())
    topics = _topics([attempt for attempt in practice if attempt.pk not in wishes])
    for attempt in practice:
        wish = wishes.get(attempt.pk)
        parts = topics[attempt.pk] if wish is None else _parts(wish, known)
        words = {"what": ", ".join(parts)}
        attempt.about = _("Practice: %(what)s") % words if parts else _("Mixed practice")


def _wishes(attempts: Sequence[Attempt]) -> dict[int, Given]:
    """Return what was wanted of each, by key; nothing of those whose start says nothing (1 query)."""
    started = AttemptEvent.objects.filter(attempt__in=attempts, kind=AttemptEvent.Kind.STARTED).order_by()
    return {pk: details["wish"] for pk, details in started.values_list("attempt", "details") if "wish" in details}


def _known(wishes: Iterable[Given]) -> dict[str, dict[Any, str]]:
    """Return the names of what the wishes name (a query for each kind that is named)."""
    wanted = list(wishes)
    known: dict[str, dict[Any, str]] = {}
    for kind, model, key, words in NAMES:
        keys = {wish[kind] for wish in wanted if wish.get(kind)}
        rows = model._default_manager.filter(**{f"{key}__in": keys}).values_list(key, words) if keys else ()
        known[kind] = dict(rows)
    return known


def _parts(wish: Given, known: Mapping[str, Mapping[Any, str]]) -> list[str]:
    only = {
        pools.MISSED: _("questions you missed"),
        pools.UNSEEN: _("questions new to you"),
        pools.FLAGGED: _("questions you flagged"),
    }
    places = [known[kind].get(wish.get(kind), "") for kind, *_more in NAMES[:-1]]
    quiz = known["attempt"].get(wish.get("attempt"), "")
    missed = _("what you missed in “%(quiz)s”") % {"quiz": quiz} if quiz else ""
    difficulty = str(dict(Difficulty.choices).get(wish.get("difficulty", ""), ""))
    return [part for part in (*places, missed, only.get(wish.get("only", ""), ""), difficulty) if part]


def _topics(attempts: Sequence[Attempt]) -> dict[int, list[str]]:
    """Return the topics of their questions, where they are few (1 query, none for no attempts)."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    if attempts:
        rows = Answer.objects.filter(attempt__in=attempts, version__question__topic__isnull=False).order_by()
        for pk, topic in rows.values_list("attempt", "version__question__topic__name").distinct():
            names[pk].append(topic)
    few = {pk: sorted(topics) for pk, topics in names.items() if len(topics) <= MOST_TOPICS}
    return {attempt.pk: few.get(attempt.pk, []) for attempt in attempts}
