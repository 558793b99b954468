"""What a part of one's own data is: a table out of one model, with the fields that it shows and those that it leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import entitlements
from quizzes.entitlements import HeldExam, Secrecy
from quizzes.models import User

Row = dict[str, Any]
Thing = TypeVar("Thing")
AT_ONCE = 500  # rows that are in memory together

# Why a field is left out.
NUMBER, WHOSE = gettext_lazy("a number of the database"), gettext_lazy("it is you")
SECRET = gettext_lazy("a secret that only the site needs")
OTHERS = gettext_lazy("the name of someone else")
DERIVED = gettext_lazy("made from what is in the file")


@dataclass(frozen=True)
class Reader:
    """Whose data is read, and at which instant it may be seen."""

    person: User
    now: datetime

    @cached_property
    def secrecy(self) -> Secrecy:
        return entitlements.secrecy_of(self.person, now=self.now)


@dataclass(frozen=True)
class Part:
    """One table. `columns` are the keys of its rows in order; `fields` and `left_out` (with the reason) name each field of
    the model once, so that a new one has to be decided on. `is_single` for the one row of an account."""

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    fields: frozenset[str]
    left_out: Mapping[str, str | Promise]
    rows: Callable[[Reader], Iterable[Row]]
    is_single: bool = False

    @property
    def label(self) -> str:
        return self.model._meta.label


def plain(
    name: str,
    model: type[Model],
    *,
    own: str,
    columns: Mapping[str, str],
    left_out: Mapping[str, str | Promise],
    is_single: bool = False,
) -> Part:
    """Return a part whose rows are read as they stand: `columns` are names with lookups, `own` leads to the person."""

    def rows(reader: Reader) -> Iterator[Row]:
        queryset = model._default_manager.filter(**{own: reader.person.pk}).order_by("pk")
        for values in queryset.values_list(*columns.values()).iterator(chunk_size=AT_ONCE):
            yield dict(zip(columns, values, strict=True))

    fields = frozenset(lookup.partition("__")[0] for lookup in columns.values())
    return Part(name, model, tuple(columns), fields, left_out, rows, is_single)


def same(*names: str) -> dict[str, str]:
    """Return columns that are called as their fields are."""
    return {name: name for name in names}


def batches(rows: Iterable[Thing], size: int = AT_ONCE) -> Iterator[list[Thing]]:
    """Return the rows in lists of at most `size`."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def held_words(exam: HeldExam | None) -> str:
    """Return why a question is not in the file: an exam asks it, or it is kept for exams (None)."""
    if exam is None:
        return _("held back: this question is kept for exams")
    if exam.until is None:
        return _("held back until the results of “%(exam)s” are out") % {"exam": exam.title}
    until = exam.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")  # as all times in the files
    return _("held back until %(until)s: “%(exam)s” asks it") % {"until": until, "exam": exam.title}
