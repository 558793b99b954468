"""What a person is entitled to on a quiz, an attempt, a question. Read only.

Its own layer between models and services, because services and reports alike must ask it: `agreed` has the terms of a
learner, `results` what may be seen of an attempt, `lateness` what was late, `secrecy` which questions a person may not
meet now, `record` what they have shown so far, `pools` what they may practice.
"""

from quizzes.entitlements.agreed import limit_of, limits_of, seconds_and_bloom, terms_for, terms_of
from quizzes.entitlements.pools import Pool, Wish, missed_now, pool, pool_of_guests
from quizzes.entitlements.record import Shown, record_of
from quizzes.entitlements.results import (
    close_of,
    closes_for_all_at,
    know_last_ends,
    marks_are_out,
    marks_come_out,
    reveal_at,
    revealed,
    revealed_each,
    with_last_ends,
)
from quizzes.entitlements.secrecy import HeldExam, Secrecy, last_of, secrecy_in, secrecy_of

__all__ = [
    "HeldExam",
    "Pool",
    "Secrecy",
    "Shown",
    "Wish",
    "close_of",
    "closes_for_all_at",
    "know_last_ends",
    "last_of",
    "limit_of",
    "limits_of",
    "marks_are_out",
    "marks_come_out",
    "missed_now",
    "pool",
    "pool_of_guests",
    "record_of",
    "reveal_at",
    "revealed",
    "revealed_each",
    "seconds_and_bloom",
    "secrecy_in",
    "secrecy_of",
    "terms_for",
    "terms_of",
    "with_last_ends",
]
