"""Strict JSON: what the standard library lets pass, and where a fault is.

Refused: repeated keys (a list of paths tells where), NaN and Infinity, figures beyond all bounds, nesting deeper than
MAX_DEPTH, characters that no database keeps, and more values than a budget allows: those are counted before anything is built.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import NoReturn

from django.utils.translation import gettext as _

from quizzes.formats import budgets
from quizzes.formats.base import MAX_DEPTH, Unreadable
from quizzes.formats.budgets import Budget

Path = tuple[str | int, ...]
MAX_VALUES = 10_000  # of one question; a cloze text with twenty full gaps has half of them


class JsonObject(dict[str, object]):
    """An object that remembers which keys stood in it twice."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.repeated: tuple[str, ...] = ()


def load(text: str, budget: Budget) -> object:
    """Return the value of a JSON text; raises Unreadable with line and column, ImportRejected when it has too many values."""
    budget.spend(budgets.VALUES, sum(map(text.count, "[{,")))  # those inside texts count as well, which are few
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
    except json.JSONDecodeError as error:
        where = _("line %(line)d, column %(column)d") % {"line": error.lineno, "column": error.colno}
        raise Unreadable(where, _("This is not valid JSON: %(why)s.") % {"why": error.msg}) from error
    except RecursionError as error:
        raise Unreadable(_("file"), _("Its lists and objects are nested too deeply.")) from error
    except ValueError as error:  # a whole number of thousands of digits
        raise Unreadable(
            _("file"), str(error) if isinstance(error, BadFigure) else _("A number is too long.")
        ) from error


class BadFigure(ValueError):
    """A figure that is no number."""


def _object(pairs: list[tuple[str, object]]) -> JsonObject:
    made = JsonObject(pairs)
    if len(made) < len(pairs):
        counts = Counter(key for key, _value in pairs)
        made.repeated = tuple(key for key, count in counts.items() if count > 1)
    return made


def _constant(word: str) -> NoReturn:
    raise BadFigure(_("“%(word)s” is not a number in JSON.") % {"word": word})


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise BadFigure(_("“%(digits)s” is too large a number.") % {"digits": digits[:20]})
    return value


def faults(value: object) -> Iterator[tuple[Path, str]]:
    """Yield what strict JSON refuses inside a question, each with its path."""
    if _size(value) > MAX_VALUES:
        yield (), _("It has more than %(most)d values.") % {"most": MAX_VALUES}
    else:
        yield from _faults(value, ())


def _size(value: object) -> int:
    """Return how many values there are in a value, however deep."""
    count, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        count += len(inner)
        waiting.extend(inner)
    return count


def _faults(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if len(path) > MAX_DEPTH:
        yield path, _("It is nested too deeply.")
    elif isinstance(value, dict):
        for key in getattr(value, "repeated", ()):
            yield path, _("“%(key)s” stands there twice.") % {"key": key[:40]}
        for key, inner in value.items():
            if not is_storable(key):
                yield path, _("A name contains characters that cannot be stored.")
            yield from _faults(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _faults(inner, (*path, index))
    elif isinstance(value, str) and not is_storable(value):
        yield path, _("It contains characters that cannot be stored.")


def is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
