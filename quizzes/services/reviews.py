"""The review deck: answering a card, and undoing it; suspending, burying, settings. Marks are never touched.

Race, and what decides it: two answers to the same asking of a card, from two tabs or a double click, wait for each other
at the card's row; the second finds the number taken and is given what was answered first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from quizzes import entitlements, scheduling
from quizzes.errors import NotFound, NotOpen, QuizError
from quizzes.models import Attempt, Question, QuestionVersion, ReviewCard, ReviewLog, ReviewSettings, User
from quizzes.models.reviews import reviewable, settings_of, zone_of
from quizzes.scheduling import Grade, Memory, Stage


def add(learner: User, question: Question, *, now: datetime) -> ReviewCard:
    """Put a question into the deck, due now; one that is there and suspended comes back.

    Raises QuizError for what no deck may hold.
    """
    if not reviewable(Question.objects.filter(pk=question.pk)).exists():
        raise QuizError(_("This question can't be reviewed: it is kept for exams, out of use, or marked by a person."))
    card, is_created = ReviewCard.objects.get_or_create(
        learner=learner, question=question, defaults={"due_at": now, "created_at": now}
    )
    if not is_created and card.is_suspended:
        resume(card)
    return card


def add_from(attempt: Attempt, *, slot: int, now: datetime) -> ReviewCard:
    """Put a question of an attempt into the deck of its learner, where they may see its answer.

    Raises NotFound for a slot that is not there, NotOpen for a question that is secret, QuizError as `add` does.
    """
    row = attempt.answers.select_related("version__question").filter(slot=slot).first()
    if row is None or not attempt.has_reached(slot):
        raise NotFound
    question, learner = row.version.question, attempt.learner
    revealed = entitlements.revealed(attempt, learner, now=now, is_checked=row.is_checked)
    held = entitlements.secrecy_of(learner, now=now).held_back({question.pk: question.is_kept_for_exams})
    if held or not revealed.right_answer:
        raise NotOpen(_("You can add this question once you may see its answer."))
    return add(learner, question, now=now)


@transaction.atomic
def answer(
    card: ReviewCard,
    version: QuestionVersion,
    layout: list[object],
    response: object,
    *,
    number: int,
    is_sure: bool,
    now: datetime,
) -> ReviewLog:
    """Record an answer with the grade that it suggests, and plan when the card is asked next."""
    locked = _locked(card.pk)
    if locked.reviews >= number:
        return _given(locked, number)
    fraction = version.kind.grade(version.parsed, response).fraction
    log = ReviewLog(
        card=locked,
        learner_id=locked.learner_id,
        number=locked.reviews + 1,
        version=version,
        at=now,
        layout=layout,
        response=response,
        is_right=fraction == 1,
        is_sure=is_sure,
        **vars(_before(locked)),
    )
    _plan(locked, log, scheduling.suggested(fraction, is_sure=is_sure))
    return log


def _before(card: ReviewCard) -> Memory:
    """Return what is known of the memory before an answer."""
    if card.missed_at is None or not card.is_new:
        return card.memory
    retention = settings_of(card.learner).share
    return scheduling.missed(card.missed_at, due_at=card.due_at, zone=zone_of(card.learner), retention=retention)


def _given(card: ReviewCard, number: int) -> ReviewLog:
    log = card.logs.filter(number=number).first()
    if log is None:
        raise NotFound
    return log


@transaction.atomic
def regrade(log: ReviewLog, grade: Grade, *, is_today: bool = False) -> ReviewLog:
    """Give the last answer to a card another grade: as if it had been this one when it was answered.

    With `is_today` a question that was forgotten is asked once more today. Raises QuizError where the card was answered again since.
    """
    locked = _locked(log.card_id)
    if locked.reviews != log.number:
        raise QuizError(_("This question was answered again since. Grade the newer answer."))
    if log.grade != grade or is_today != locked.memory.stage.is_same_day:
        _plan(locked, log, grade, is_today=is_today)
    return log


def _plan(card: ReviewCard, log: ReviewLog, grade: Grade, *, is_today: bool = False) -> None:
    """Store the answer, and the memory that follows from its grade."""
    zone, retention = zone_of(log.learner), settings_of(log.learner).share
    after = scheduling.reviewed(log.memory, grade, now=log.at, zone=zone, retention=retention, is_today=is_today)
    log.grade = grade.value
    log.save()
    card.remember(after)
    card.reviews, card.buried_until = log.number, None
    card.save()


@transaction.atomic
def undo(learner: User, *, now: datetime) -> ReviewCard | None:
    """Take back the learner's last answer of today; the card is as it was, and in use. None: there is none."""
    since = scheduling.start_of(scheduling.day_of(now, zone_of(learner)), zone_of(learner))
    log = ReviewLog.objects.since(learner, since).order_by("-at", "-pk").first()
    if log is None:
        return None
    locked = _locked(log.card_id)
    if locked.reviews != log.number:
        return None
    log.delete()
    locked.remember(log.memory if log.number > 1 else Memory(Stage.NEW, log.due_at))
    locked.reviews, locked.buried_until, locked.is_suspended = log.number - 1, None, False
    locked.save()
    return locked


def _locked(pk: int) -> ReviewCard:
    return ReviewCard.objects.select_for_update(no_key=True).get(pk=pk)


def bury(card: ReviewCard, *, now: datetime) -> None:
    """Do not ask it again today."""
    zone = zone_of(card.learner)
    tomorrow = scheduling.day_of(now, zone) + timedelta(days=1)
    ReviewCard.objects.filter(pk=card.pk).update(buried_until=scheduling.start_of(tomorrow, zone))


def suspend(card: ReviewCard) -> None:
    """Do not ask it until it is taken back."""
    ReviewCard.objects.filter(pk=card.pk).update(is_suspended=True)


def resume(card: ReviewCard) -> None:
    ReviewCard.objects.filter(pk=card.pk).update(is_suspended=False, buried_until=None)


def change_settings(learner: User, **given: object) -> ReviewSettings:
    """Store how the learner wants to review; it counts for what is planned from now on."""
    row, _created = ReviewSettings.objects.update_or_create(learner=learner, defaults=given)
    return row


def forget(learner: User) -> None:
    """Delete the deck with all that was answered in it, and its settings."""
    ReviewLog.objects.filter(learner=learner).delete()
    ReviewCard.objects.filter(learner=learner).delete()
    ReviewSettings.objects.filter(learner=learner).delete()


@transaction.atomic
def move(learner: User, *, to: User) -> None:
    """Give all cards to another account of the same person; of a question that both have, the one asked more often stays."""
    theirs = {card.question_id: card for card in ReviewCard.objects.of(to)}
    for card in ReviewCard.objects.of(learner):
        other = theirs.get(card.question_id)
        if other is not None and other.reviews >= card.reviews:
            card.delete()
            continue
        if other is not None:
            other.delete()
        ReviewLog.objects.filter(card=card).update(learner=to)
        ReviewCard.objects.filter(pk=card.pk).update(learner=to)
    if not ReviewSettings.objects.filter(learner=to).exists():
        ReviewSettings.objects.filter(learner=learner).update(learner=to)
