"""What someone who tries the site without an account sees: a question to begin with, and how far they are. Read only."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from quizzes import entitlements
from quizzes.models import Answer, Attempt, QuestionVersion, Unit, User, tickets, version_cache
from quizzes.models.classification import Difficulty
from quizzes.models.papers import PaperQuestion
from quizzes.models.previews import PreviewAnswer
from quizzes.models.tickets import Ticket
from quizzes.reports import judged_cards
from quizzes.reports.cards import Card, ask_card

LOOKED_AT = 3  # questions, of which the shortest is offered: the first one is to be read at a glance
SECONDS = 60  # for so long a process keeps which questions may be the first
_known: tuple[float, list[int]] | None = None
_path: tuple[float, list[Unit]] | None = None


def offer(*, now: datetime) -> Ticket | None:
    """Return a question to begin with; None where the site has none for guests (2 queries a minute, 1 more for versions not
    met before). Its answer is taken only if it may be asked then."""
    if not settings.GUESTS:
        return None
    pool = _first_ones(now)
    candidates = random.sample(pool, k=min(LOOKED_AT, len(pool)))
    versions = [version for version in version_cache.get_many(candidates).values() if not version.parsed.case]
    return tickets.issue(min(versions, key=_length)) if versions else None


def _first_ones(now: datetime) -> list[int]:
    """Return the versions to begin with; the first page is everybody's, programs' too, and must cost nothing."""
    global _known
    if _known is None or _known[0] < time.monotonic():
        easy = entitlements.pool_of_guests(now=now).filter(type="single_choice", difficulty=Difficulty.EASY)
        _known = (time.monotonic() + SECONDS, list(easy.order_by().values_list("versions", flat=True)))
    return _known[1]


def path() -> list[Unit]:
    """Return the site's units in their order, which strangers see as stamps (1 query a minute)."""
    global _path
    if _path is None or _path[0] < time.monotonic():
        units = Unit.objects.published().filter(owner=None).only("title", "emblem", "position")
        _path = (time.monotonic() + SECONDS, list(units))
    return _path[1]


def forget() -> None:
    """Look for questions to begin with, and for the units, again at the next look."""
    global _known, _path
    _known = _path = None


def _length(version: QuestionVersion) -> int:
    kind, spec = version.kind, version.parsed
    return len(version.stem) + sum(map(len, (*kind.key_texts(spec), *kind.distractor_texts(spec))))


def to_answer(question: PaperQuestion, response: object = None) -> Card:
    """Return a question as its page asks it, with what was chosen."""
    version = question.version
    answer = PreviewAnswer(question.slot, version.pk, version.revision, Decimal(1), question.layout, response)
    return ask_card(answer, question)


# How far a guest is ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """The questions of a guest: how each answer was, in their order; empty for those to come, or that were left out."""

    attempt: Attempt
    verdicts: tuple[str, ...]

    @property
    def total(self) -> int:
        return len(self.verdicts)

    @property
    def answered(self) -> int:
        return sum(map(bool, self.verdicts))

    @property
    def right(self) -> int:
        return self.verdicts.count("right")

    @property
    def next_slot(self) -> int | None:
        """The question that is asked next; None at the end."""
        is_over = "" not in self.verdicts or not self.attempt.is_in_progress
        return None if is_over else self.verdicts.index("") + 1


def trial_of(guest: User) -> Trial | None:
    """Return how far the guest is (2 queries)."""
    attempt = Attempt.objects.taken_by(guest).select_related("quiz").first()
    if attempt is None:
        return None
    answers = Answer.objects.filter(attempt=attempt).order_by("slot")
    return Trial(attempt, tuple(judged_cards.verdict(answer) if answer.is_checked else "" for answer in answers))


def answered_cards(trial: Trial, guest: User, *, now: datetime) -> list[Card]:
    """Return the questions answered so far with what was right and why, but for those that are secret now."""
    revealed = entitlements.revealed(trial.attempt, guest, now=now, is_checked=True)
    secrecy = entitlements.secrecy_of(guest, now=now)
    slots = [slot for slot, verdict in enumerate(trial.verdicts, start=1) if verdict]
    return judged_cards.result_cards(trial.attempt, revealed, secrecy=secrecy, slots=slots)
