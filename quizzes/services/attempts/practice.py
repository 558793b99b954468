"""Practice: answers that are checked and explained one by one, and tried again. Practice never touches grades."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from quizzes import entitlements
from quizzes.errors import NotFound, NotOpen, QuizError
from quizzes.models import Answer, Attempt, AttemptEvent, Question, User
from quizzes.models.papers import Paper
from quizzes.services import events, grading
from quizzes.services.attempts.close import refuse_if_closed


def check(paper: Paper, *, slot: int, now: datetime) -> Answer:
    """Mark one answer and say how it did; a right one, or one that only a person can mark, is explained and closed.

    Raises NotOpen for a question that is secret now: an exam of the learner's asks it, or it is kept for exams.
    """
    return _hand_in(paper, slot, now, is_shown=False)


def show(paper: Paper, *, slot: int, now: datetime) -> Answer:
    """Close one answer as it stands, marked, and explain it; raises NotOpen as `check` does."""
    return _hand_in(paper, slot, now, is_shown=True)


def _hand_in(paper: Paper, slot: int, now: datetime, *, is_shown: bool) -> Answer:
    _refuse_if_secret(paper, slot, now)
    version = paper[slot].version
    while not (answer := _answer(paper, slot, now)).is_checked:
        grading.grade_answer(answer, version, penalty=answer.attempt.quiz.wrong_penalty)
        closes = is_shown or answer.exact_fraction in (1, None)
        is_blank = version.kind.is_blank(version.parsed, answer.response)
        if _store_check(answer, now=now) if closes else _note_check(answer, is_blank=is_blank, now=now):
            break
    return answer


def _refuse_if_secret(paper: Paper, slot: int, now: datetime) -> None:
    question = Question.objects.get(versions=paper[slot].version)
    secrecy = entitlements.secrecy_of(User.everyone.get(pk=paper.learner_id), now=now)
    held = secrecy.held_back({question.pk: question.is_kept_for_exams})
    if question.pk not in held:
        return
    exam = held[question.pk]
    if exam is None:
        raise NotOpen(_("This question is kept for exams now. It is not checked."))
    raise NotOpen(_("This question is held back until after %(end)s. Then you can check it.") % {"end": exam.end_words})


@transaction.atomic
def _store_check(answer: Answer, *, now: datetime) -> bool:
    """Store the marks of a check unless the answer changed since it was read: what is marked is what is stored."""
    unchanged = _open_answer(answer).filter(is_checked=False, revision=answer.revision)
    if not unchanged.update(is_checked=True, **{name: getattr(answer, name) for name in grading.MARKS}):
        return False
    answer.is_checked = True
    _record_check(answer, now)
    return True


def _note_check(answer: Answer, *, is_blank: bool, now: datetime) -> bool:
    """Log how an answer did that stays open; False where it changed since it was read.

    The revision in the log says which answer is meant: another answer, or one tried again, is unchecked by itself. A press
    without an answer is logged as blank: nothing was tried.
    """
    if not _open_answer(answer).filter(is_checked=False, revision=answer.revision).exists():
        return False
    if not _checks(answer).exists():
        _record_check(answer, now, is_blank=is_blank)
    return True


def _record_check(answer: Answer, now: datetime, *, is_blank: bool = False) -> None:
    events.record(
        answer.attempt_id,
        AttemptEvent.Kind.CHECKED,
        at=now,
        actor_id=answer.attempt.learner_id,
        slot=answer.slot,
        revision=answer.revision,
        details={"fraction": answer.fraction} | ({"is_blank": True} if is_blank else {}),
    )


def _checks(answer: Answer) -> QuerySet[AttemptEvent]:
    """Return the checks of the answer as it stands."""
    logged = AttemptEvent.objects.filter(attempt=answer.attempt_id, kind=AttemptEvent.Kind.CHECKED)
    return logged.filter(slot=answer.slot, revision=answer.revision)


def try_again(paper: Paper, *, slot: int, now: datetime) -> Answer:
    """Open a checked answer again: empty where the right one was shown, else as it was."""
    answer = _answer(paper, slot, now)
    if answer.is_checked:
        _open_answer(answer).filter(is_checked=True).update(
            is_checked=False, response=None, revision=F("revision") + 1, **grading.NOT_MARKED
        )
    elif _checks(answer).exists():
        _open_answer(answer).filter(is_checked=False, revision=answer.revision).update(revision=F("revision") + 1)
    answer.refresh_from_db()
    return answer


def _open_answer(answer: Answer) -> QuerySet[Answer]:
    return Answer.objects.filter(pk=answer.pk, attempt__status=Attempt.Status.IN_PROGRESS)


def _answer(paper: Paper, slot: int, now: datetime) -> Answer:
    answers = Answer.objects.select_related("attempt__quiz", "attempt__assignment")
    answer = answers.filter(attempt=paper.attempt_id, slot=slot).first()
    if answer is None:
        raise NotFound
    refuse_if_closed(answer.attempt, now=now)
    if answer.attempt.preset != "practice":
        raise QuizError(_("Answers are checked one by one in practice only."))
    return answer
