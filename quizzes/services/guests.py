"""Guests: people who try the site without an account. Their first answer makes a row, which nobody can log in to: the
session of their browser knows it by `KEY`. To all pages but those of the trial they are strangers.

Race, and what decides it: an answer, a sign-up, a log-in and the sweep all lock the guest's row before they look at what
hangs on it; who has the lock finds a guest, the others find none, or the account it has become.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quizzes import entitlements
from quizzes.errors import NotOpen
from quizzes.models import Attempt, AttemptEvent, Question, User, papers
from quizzes.models.papers import PaperQuestion
from quizzes.services import attempts, missed, reviews
from quizzes.services.retrying import retried

KEY = "guest"  # of a session: the number of its guest
QUESTIONS = 6
KEPT = timedelta(days=7)
AT_ONCE = 20  # guests in one transaction of the sweep, for which everybody's saves wait
MOST_SWEPT = 500


def find(number: int | None) -> User | None:
    """Return the guest of this number (1 query, none without a number); who has an account is a guest no more."""
    return _guests([number]).first() if number else None


def _guests(numbers: Collection[int]) -> QuerySet[User]:
    return User.everyone.filter(pk__in=numbers, is_guest=True)


def may_try(question: PaperQuestion, *, now: datetime) -> bool:
    """Return whether a guest may be asked it now (2 queries at most)."""
    return bool(settings.GUESTS) and entitlements.pool_of_guests(now=now).filter(versions=question.version.pk).exists()


@transaction.atomic
def start(first: PaperQuestion, response: object, *, now: datetime, device: str = "") -> Attempt:
    """Make a guest who has answered the question they were shown, and is asked five others; return their attempt.

    Raises NotOpen where as many guests are kept as the site keeps at a time.
    """
    if User.everyone.filter(is_guest=True).count() >= settings.GUESTS:
        raise NotOpen(_("Too many people are trying this right now. Sign up to go on; it's free."))
    guest = User(username=f"@guest-{secrets.token_hex(8)}", is_guest=True, is_active=False, date_joined=now)
    guest.set_unusable_password()
    guest.save()
    attempt = attempts.start_trial(guest, first, number=QUESTIONS, now=now, device=device)
    _record(attempt, slot=1, response=response, now=now, device=device)
    return attempt


@retried
@transaction.atomic
def answer(attempt: Attempt, *, slot: int, response: object, now: datetime, device: str = "") -> bool:
    """Record a guest's answer and show how it was; the last one hands in. A second one to a question changes nothing.

    False where the guest is forgotten by now, or what they tried has moved to an account. Where they signed up meanwhile
    the answer counts for the account.
    """
    if not _lock_learner(attempt):
        return False
    _record(attempt, slot=slot, response=response, now=now, device=device)
    return True


@retried
@transaction.atomic
def finish(attempt: Attempt, *, now: datetime) -> None:
    """Hand in what is answered, where an exam asks the rest by now."""
    if _lock_learner(attempt):
        attempts.submit(attempt, now=now)


def _lock_learner(attempt: Attempt) -> bool:
    """Lock the row of whose attempt it was when it was read; whether it is theirs still."""
    learner = User.everyone.select_for_update(no_key=True).filter(pk=attempt.learner_id).first()
    return learner is not None and Attempt.objects.taken_by(learner).filter(pk=attempt.pk).exists()


def _record(attempt: Attempt, *, slot: int, response: object, now: datetime, device: str) -> None:
    if not Attempt.objects.in_progress().filter(pk=attempt.pk, answers__slot=slot, answers__is_checked=False).exists():
        return
    paper = papers.of_attempt(attempt.pk, attempt.learner_id)
    attempts.save(paper, slot=slot, response=response, revision=1, now=now, device=device)
    attempts.show(paper, slot=slot, now=now)
    missed.of_practice(attempt, now=now)
    if not attempt.answers.filter(is_checked=False).exists():
        attempts.submit(attempt, now=now)


# What becomes of them -------------------------------------------------------------------------------------------------


def give_row(number: int | None, account: User) -> User | None:
    """Let a new account, which is not saved yet, take over the row of a guest with all that hangs on it.

    Call it in the transaction that saves the account. Returns the account that has taken the row already, if there is one:
    then the same browser has signed up a moment ago.
    """
    row = User.everyone.select_for_update().filter(pk=number).first() if number else None
    is_guest = row is not None and row.is_guest
    account.pk = row.pk if row and is_guest else None
    account._state.adding = not is_guest
    return None if is_guest else row


@retried
@transaction.atomic
def move(number: int, *, to: User, now: datetime) -> bool:
    """Give what a guest did to an account, numbered after its own, and forget the guest; whether there was one."""
    guest = _guests([number]).select_for_update().first()
    if guest is None:
        return False
    for attempt in Attempt.objects.taken_by(guest).select_related("quiz").order_by("number"):
        _move_attempt(attempt, to=to, now=now)
    reviews.move(guest, to=to)
    guest.delete()
    return True


def _move_attempt(attempt: Attempt, *, to: User, now: datetime) -> None:
    """Give the attempt to the account; hand it in where the account has one in progress at the quiz already."""
    history = attempts.lock_history(to, attempt.quiz)
    if attempt.is_in_progress and any(status == Attempt.Status.IN_PROGRESS for _pk, _n, status, _a in history):
        attempts.submit(attempt, now=now)
    AttemptEvent.objects.filter(attempt=attempt, actor=attempt.learner_id).update(actor=to)
    number = max((taken for _pk, taken, _status, _a in history), default=0) + 1
    Attempt.objects.filter(pk=attempt.pk).update(learner=to, number=number)


@retried
@transaction.atomic
def forget(numbers: Collection[int]) -> int:
    """Delete guests with all they did; how many."""
    guests = list(_guests(numbers).select_for_update().order_by("pk").values_list("pk", flat=True))
    Attempt.objects.filter(learner__in=guests).delete()
    _guests(guests).delete()
    return len(guests)


def asked(question: Question) -> list[int]:
    """Return the guests whose attempts ask it: seven days of them would keep it from being deleted."""
    those = User.everyone.filter(is_guest=True, attempts__answers__version__question=question)
    return list(those.distinct().values_list("pk", flat=True))


def sweep(*, now: datetime) -> int:
    """Forget those who came seven days ago or more; how many."""
    old = User.everyone.filter(is_guest=True, date_joined__lte=now - KEPT).order_by("date_joined")
    numbers = list(old.values_list("pk", flat=True)[:MOST_SWEPT])
    batches = (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))
    return sum(forget(batch) for batch in batches)
