"""What a reader has found so far: drafts, what was refused, and what is kept without a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from quizzes import question_types
from quizzes.errors import ImportRejected
from quizzes.formats.base import MAX_ISSUES, MAX_QUESTIONS, Issue, Parsed, QuestionDraft, Unreadable
from quizzes.formats.budgets import Budget
from quizzes.formats.texts import one_line, slug_of
from quizzes.question_types.faults import InvalidSpec

T = TypeVar("T")
Fields = dict[str, object]  # of a type, as they are read

LONGEST = 100_000  # characters of one question
MOST_TAGS = 20


class Reading:
    """Collects what one file holds. `check` is called for each question: it ends a file that costs too much."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        self.drafts: list[QuestionDraft] = []
        self.issues: list[Issue] = []
        self._noted: set[Issue] = set()
        self._faults = 0

    def check(self) -> None:
        """Raise ImportRejected when the time is over, Unreadable when there are too many questions or faults."""
        self.budget.check()
        if len(self.drafts) > MAX_QUESTIONS:
            raise Unreadable(_("file"), _("It may have at most %(limit)d questions.") % {"limit": MAX_QUESTIONS})
        if self._faults >= MAX_ISSUES:
            raise Unreadable(_("file"), _("There are too many faults; what follows was not read."))

    def turns(self, items: Iterable[T]) -> Iterator[T]:
        """Yield the items of a file that are read now: all of them, but for a long file that is read a slice at a time."""
        for item in items:
            if self.budget.slice.takes_next():
                self.check()
                yield item
            elif self.is_paused:
                return

    def refuse_if_long(self, where: str, characters: int) -> None:
        """Raise Unreadable where one question of a text goes on without end: what reads it may take the square of that."""
        if characters > LONGEST:
            message = _("This question has more than %(most)s characters.")
            raise Unreadable(where, message % {"most": number_format(LONGEST, force_grouping=True)})

    @property
    def is_paused(self) -> bool:
        """Whether the rest of the file is for the next slice."""
        return self.budget.slice.reached is not None

    @property
    def is_whole(self) -> bool:
        """Whether the file was read from its beginning to its end at once."""
        return self.budget.slice.since == 0 and not self.is_paused

    def refuse(self, where: str, message: str) -> None:
        """Say why something is not taken."""
        self.issues.append(Issue(where, message))
        self._faults += 1

    def note(self, where: str, message: str) -> None:
        """Say what a question that is taken comes without; the same is said once of a place."""
        issue = Issue(where, message, is_note=True)
        if issue not in self._noted:
            self._noted.add(issue)
            self.issues.append(issue)

    def take(self, type: str, fields: Mapping[str, object], where: str, **envelope: Any) -> None:
        """Keep a question whose content its type accepts; else say what is wrong with it."""
        try:
            spec = question_types.get(type).written(fields)
        except InvalidSpec as error:
            for fault in error.faults:
                place = ", ".join(part for part in (where, fault.where) if part)
                self.refuse(place, fault.what if fault.what.endswith((".", "!", "?")) else f"{fault.what}.")
            return
        self.drafts.append(QuestionDraft(type=type, spec=spec, where=where, **envelope))

    def tags(self, where: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return tags as they are stored, at most 20; those without a letter that can be are noted."""
        slugs: dict[str, None] = {}
        for name in map(one_line, names):
            if tag := slug_of(name):
                slugs[tag] = None
            elif name:
                self.note(where, _("The tag “%(name)s” is left out: tags are of Latin letters.") % {"name": name[:40]})
        return tuple(slugs)[:MOST_TAGS]

    @property
    def parsed(self) -> Parsed:
        return self.drafts, self.issues


def read_with(read: Callable[[Reading], None], budget: Budget | None) -> Parsed:
    """Return what `read` finds; what ends it early stands last among the issues. A file without a question is refused."""
    reading = Reading(budget)
    try:
        read(reading)
    except Unreadable as error:
        reading.issues.append(error.issue)
    except ImportRejected as refusal:  # of the budget
        reading.refuse(_("file"), str(refusal.message))
    if reading.is_whole and not reading.drafts and not reading.issues:
        reading.refuse(_("file"), _("No questions found."))
    return reading.parsed
