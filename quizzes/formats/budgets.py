"""What reading one file may cost. Code that reads it spends from one `Budget`; what goes beyond it is refused with a sentence.

    budget = Budget()
    for row in rows:
        budget.spend(ROWS)      # ImportRejected after so many of them
        budget.check()          # ImportRejected after SECONDS, or when nobody waits for the reply

The limits of number keep every file that is read at all far below the limit of time: that one is the net under them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import ImportRejected, Text

SECONDS = 5.0  # a full roster takes 0.3; where all threads are busy, some times that


@dataclass(frozen=True, eq=False)  # each is itself: equal numbers are not the same limit
class Limit:
    """How many of something a file may have, and the sentence for one with more."""

    most: int
    sentence: Text


# Of a list
ROWS = Limit(20_000, gettext_lazy("The list goes on for more than %(most)s rows, empty ones included."))
COLUMNS = 50  # of one row
CELLS = Limit(
    40_000, gettext_lazy("The list has more than %(most)s cells, empty ones included. Split it, or save it as CSV.")
)
CHARACTERS = Limit(1_000_000, gettext_lazy("The list holds more than %(most)s characters."))
# Of a table of questions
TEXTS = Limit(10_000_000, gettext_lazy("The table holds more than %(most)s characters."))
# Of a workbook, in all its parts
PARTS = Limit(200, gettext_lazy("This workbook has more than %(most)s parts. Copy the list into a new one."))
UNPACKED = Limit(20_000_000, gettext_lazy("Unpacked, this file is far too large for a list: more than %(most)s bytes."))
STRINGS = Limit(25_000, gettext_lazy("This workbook has more than %(most)s texts. Copy the list into a new one."))
MARKUP = Limit(
    30_000,
    gettext_lazy(
        "This workbook has more than %(most)s styles and other marks. Copy the list into a new one, or save it as CSV."
    ),
)
# Of a package of questions
PACKAGE = Limit(50_000_000, gettext_lazy("Unpacked, this archive is far too large: more than %(most)s bytes."))
# Of JSON
VALUES = Limit(250_000, gettext_lazy("It has more than %(most)s values."))
# Of XML: each of them takes some 230 bytes
ATTRIBUTES = Limit(400_000, gettext_lazy("It has more than %(most)s attributes."))


class Slice:
    """Which items of a file are read now: those after the first `since`, for so many seconds, one at least.

    `reached` is how many are read by then; None where the file was read to its end. Half of the time at least goes to items,
    however long it took to open the file: on a busy machine each slice would read one item otherwise.
    """

    def __init__(self, since: int = 0, *, seconds: float | None = None) -> None:
        self.since = since
        self.reached: int | None = None
        self._place = 0
        self._seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    def takes_next(self) -> bool:
        """Return whether the next item is read now, and not before or later."""
        self._place += 1
        if self._end is not None and self._place == self.since + 1:
            self._end = max(self._end, time.monotonic() + (self._seconds or 0) / 2)
        if self.reached is None and self._end is not None and self._place > self.since + 1:
            self.reached = self._place - 1 if time.monotonic() > self._end else None
        return self._place > self.since and self.reached is None


class Budget:
    """Counts what one file has cost so far. `is_gone` tells whether the client has hung up; `clock` gives seconds."""

    def __init__(
        self,
        *,
        is_gone: Callable[[], bool] | None = None,
        clock: Callable[[], float] = time.monotonic,
        slice: Slice | None = None,
    ) -> None:
        self.slice = slice or Slice()
        self._is_gone = is_gone
        self._clock = clock
        self._end = clock() + SECONDS
        self._spent: Counter[Limit] = Counter()

    def spend(self, limit: Limit, count: int = 1) -> None:
        """Count so many more; raise ImportRejected when they are too many in all."""
        self._spent[limit] += count
        if self._spent[limit] > limit.most:
            raise ImportRejected(limit.sentence % {"most": number_format(limit.most, force_grouping=True)})

    def check(self) -> None:
        """Raise ImportRejected when the time is over, or the client has gone."""
        if self._clock() > self._end:
            raise ImportRejected(
                _("Reading this file took longer than %(seconds)d seconds. Try again later, or with a smaller file.")
                % {"seconds": SECONDS}
            )
        if self._is_gone is not None and self._is_gone():
            raise ImportRejected(_("The upload was broken off."))
