"""The bank that ships with the program, and how a site gets its next edition: `shipped.load(shipped.read(), now=now)`."""

from quizzes.services.shipped.files import BANK, Edition, read, write_record
from quizzes.services.shipped.load import load, record
from quizzes.services.shipped.plan import LoadPlan, Skipped, holds_a_part_of, plan

__all__ = [
    "BANK",
    "Edition",
    "LoadPlan",
    "Skipped",
    "holds_a_part_of",
    "load",
    "plan",
    "read",
    "record",
    "write_record",
]
