"""What must always hold over the whole database, each with its name; read only. `check` yields what does not.

I1  an acknowledged save is never lost           I6  overdue attempts are closed, and recorded at the deadline
I2  one open attempt, numbers without a gap,     I8  a leaderboard's points are what the rows add up to
    no more attempts than allowed                I9  no question came in without its content
I3  no answer after deadline and grace           I11 a deadline is the one that the log gives
I4  nothing changes in a closed attempt but by   I12 every change of state, and every mark by hand, is in the log
    what the log tells
I5  marks are what grading the rows gives        I13 a nickname's key is the one that the nickname gives
                                                 I14 a review card knows as many answers as are kept of it
                                                 I15 who reached the mark of a unit's check mastered it
                                                 I16 a guest practices on their own, and is in no class

Each module has those of one subject; this one is the register.

How many attempts were allowed, and which deadline was given, is what the start wrote into the log: an instructor may
change the terms afterwards. I7 (what a page must not say) and I10 (no error without a sentence) are not in the rows;
tests ask the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from quizzes.reports.invariants.attempts import ends, late_answers, numbers, open_attempts, overdue
from quizzes.reports.invariants.bank import empty, mastered
from quizzes.reports.invariants.board_points import boards
from quizzes.reports.invariants.events import agreed, log, lost_saves, saved_after_the_end
from quizzes.reports.invariants.grading import marks
from quizzes.reports.invariants.people import guests, nicknames, reviews
from quizzes.reports.invariants.violations import Violation


def check(*, now: datetime, is_swept: bool = True) -> Iterator[Violation]:
    """Yield every violation in the database, one invariant after the other.

    Where it is not swept, as a copy is not, attempts may be open long after their deadline.
    """
    for part in (mastered, lost_saves, open_attempts, numbers, late_answers, saved_after_the_end, ends, empty, log):
        yield from part(now)
    if is_swept:
        yield from overdue(now)
    yield from agreed()
    yield from marks()
    yield from boards(now)
    yield from nicknames()
    yield from reviews()
    yield from guests()
