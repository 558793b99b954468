"""What changed between two versions of a question, in words that need no knowledge of how it is stored. Read only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import question_types
from quizzes.errors import Text
from quizzes.json_types import JSONObject
from quizzes.models import QuestionVersion
from quizzes.question_types.faults import InvalidSpec

LABELS: Mapping[str, Text] = {
    "stem": gettext_lazy("Question"),
    "explanation": gettext_lazy("Explanation"),
    "scheme": gettext_lazy("How partial answers count"),
    "text": gettext_lazy("Text"),
}
CALLED_BY = ("text", "left", "criterion", "value")  # the field that a person would call an entry by
SAID_BY_THE_KEY = frozenset({"correct", "answer"})  # told once, as the right answer


@dataclass(frozen=True)
class Change:
    """One difference; empty `before`: it was added, empty `after`: it was taken out."""

    what: str
    before: str
    after: str


def between(old: QuestionVersion, new: QuestionVersion) -> list[Change]:
    """Return the differences from `old` to `new`, the right answer right behind the question."""
    before, after = _content(old), _content(new)
    changes = [change for name in dict.fromkeys([*before, *after]) for change in _of_field(new, name, before, after)]
    keys = Change(_("Right answer"), _key(old), _key(new))
    if keys.before != keys.after:
        changes.insert(1 if changes and changes[0].what == str(LABELS["stem"]) else 0, keys)
    return changes


def _content(version: QuestionVersion) -> dict[str, object]:
    """Return the content as it would be stored today, so that what is left to a default is no difference."""
    try:
        return question_types.normalized(version.question.type, version.spec)
    except InvalidSpec:
        return dict(version.spec)


def _key(version: QuestionVersion) -> str:
    try:
        return str(version.kind.model_answer(version.parsed))
    except InvalidSpec:
        return ""


def _of_field(version: QuestionVersion, name: str, before: JSONObject, after: JSONObject) -> Iterator[Change]:
    old, new = before.get(name), after.get(name)
    if old == new or name in SAID_BY_THE_KEY:
        return
    if isinstance(old or new, list):
        yield from _of_entries(str(version.kind.places.get(name, name.replace("_", " "))), old or [], new or [])
    else:
        yield Change(str(LABELS.get(name, capfirst(name.replace("_", " ")))), words(old), words(new))


def _of_entries(called: str, old: Sequence[object], new: Sequence[object]) -> Iterator[Change]:
    """Yield changes of a list: entries of the same name are the same; of the rest, those at the same place were reworded."""
    olds, news = {_name(one): one for one in old}, {_name(one): one for one in new}
    for place in range(max(len(old), len(new))):
        gone = old[place] if place < len(old) and _name(old[place]) not in news else None
        come = new[place] if place < len(new) and _name(new[place]) not in olds else None
        if gone is not None or come is not None:
            yield Change(_heading(called, gone, come, place + 1), words(gone), words(come))
    for name in olds.keys() & news.keys():
        yield from _of_same(called, name, olds[name], news[name])
    stay = [
        [_name(entry) for entry in entries if _name(entry) in olds and _name(entry) in news] for entries in (old, new)
    ]
    if stay[0] != stay[1]:
        yield Change(_("Order: %(what)s") % {"what": called}, "\n".join(stay[0]), "\n".join(stay[1]))


def _heading(called: str, gone: object, come: object, place: int) -> str:
    if gone is None:
        return _("%(what)s added") % {"what": capfirst(called)}
    if come is None:
        return _("%(what)s taken out") % {"what": capfirst(called)}
    return _("%(what)s %(n)d changed") % {"what": capfirst(called), "n": place}


def _of_same(called: str, name: str, old: object, new: object) -> Iterator[Change]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    for part in dict.fromkeys([*old, *new]):
        if old.get(part) != new.get(part) and part not in SAID_BY_THE_KEY:
            what = _("%(what)s “%(name)s”: %(part)s") % {"what": capfirst(called), "name": name, "part": part}
            yield Change(what.replace("_", " "), words(old.get(part)), words(new.get(part)))


def _name(entry: object) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    return next((str(entry[name]) for name in CALLED_BY if entry.get(name)), words(entry))


def words(value: object) -> str:
    """Return a stored value as a person would say it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        parts = {name: one for name, one in value.items() if name not in SAID_BY_THE_KEY and one is not False}
        return " · ".join(filter(None, (name if one is True else words(one) for name, one in parts.items())))
    if isinstance(value, list | tuple):
        return "; ".join(map(words, value))
    return str(value)
