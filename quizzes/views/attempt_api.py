"""The answer API that the attempt page's script talks to; JSON in, JSON out."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock, entitlements
from quizzes.errors import AnswerRefused
from quizzes.local_time import on_the_clock
from quizzes.models import Answer, Attempt, Question, User, papers
from quizzes.models.papers import PaperQuestion
from quizzes.reports import attempts as report
from quizzes.reports.cards import ask_card
from quizzes.services import attempts
from quizzes.templatetags.quizzes_cards import card_body
from quizzes.views import payloads
from quizzes.views.requests import LoggedInRequest, device_of
from quizzes.views.shortcuts import own_attempt


@never_cache
@require_POST
def attempt_save(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    paper = papers.of_attempt(pk, request.user.pk)
    payload = payloads.save_payload(request, slots=len(paper))
    question = paper[payload.slot]
    response = question.parse(payload.answer)
    try:
        saved = attempts.save(
            paper,
            slot=payload.slot,
            response=response,
            revision=payload.revision,
            now=now,
            device=device_of(request),
        )
    except AnswerRefused as refusal:
        refusal.details = _stored(refusal.stored, question, request.user, now=now)
        raise
    body = {
        "slot": saved.slot,
        "revision": saved.revision,
        "saved": on_the_clock(timezone.localtime(saved.saved_at)),
        "late_by_ms": saved.late_by_ms,
        "remarks": _remarks(question, response),
        "seconds_left": None if saved.due_at is None else max(0.0, (saved.due_at - now).total_seconds()),
    }
    return JsonResponse(body)


def _remarks(question: PaperQuestion, response: object) -> list[dict[str, object]]:
    return [
        {"field": remark.where, "message": remark.message, "is_unread": remark.is_unread}
        for remark in question.remarks(response)
    ]


def _stored(answer: Answer, question: PaperQuestion, learner: User, *, now: datetime) -> dict[str, object]:
    """Return what is stored, as the page shows it: the card with the stored answer, and its revision.

    Of a closed attempt nothing is shown that its result would not show: no question that was not reached, none that is
    secret now.
    """
    version, attempt = question.version, answer.attempt
    is_shown = attempt.is_in_progress or _is_shown_after(attempt, question, learner, now=now)
    is_answered = is_shown and answer.is_answered
    return {
        "revision": answer.revision,
        "saved": on_the_clock(timezone.localtime(answer.saved_at)) if answer.saved_at else "",
        "answer": version.kind.response_words(version.parsed, answer.response) if is_answered else "",
        "remarks": _remarks(question, answer.response) if is_answered else [],
        "html": card_body(ask_card(answer, question)) if is_shown else "",
        "result": reverse("quizzes:attempt_result", args=[answer.attempt_id]),
    }


def _is_shown_after(attempt: Attempt, question: PaperQuestion, learner: User, *, now: datetime) -> bool:
    if not attempt.has_reached(question.slot):
        return False
    shown = entitlements.revealed(attempt, learner, now=now)
    secrecy = entitlements.secrecy_in(attempt, learner, shown=shown, now=now)
    return not secrecy.held_back(Question.objects.kept_flags([question.version.question_id]))


@never_cache
@require_GET
def attempt_state(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Return where an attempt stands: for the countdown, after waking up, and to see other devices' saves.

    Every page of an attempt asks this three times a minute: it makes up most of what an attempt costs.
    """
    now = clock.now()
    attempt = own_attempt(request.user, pk, now=now)
    body = {
        "status": attempt.status,
        "is_open": attempt.is_in_progress,
        "seconds_left": None if attempt.due_at is None else max(0.0, (attempt.due_at - now).total_seconds()),
        "revisions": report.revisions(attempt) if attempt.is_in_progress else {},
        "csrf": get_token(request),
        "message": "" if attempt.is_in_progress else _closed_words(attempt),
        "result": reverse("quizzes:attempt_result", args=[pk]),
    }
    return JsonResponse(body)


def _closed_words(attempt: Attempt) -> str:
    at = on_the_clock(timezone.localtime(attempt.submitted_at))
    if attempt.closed_by == Attempt.ClosedBy.DEADLINE:
        return _("Time ran out at %(at)s, and your saved answers were submitted.") % {"at": at}
    return _("This attempt was submitted at %(at)s and is closed.") % {"at": at}


@never_cache
@require_POST
def attempt_flag(request: LoggedInRequest, pk: int) -> HttpResponse:
    body = payloads.json_object(request, allowed={"slot", "flagged"})
    now = clock.now()
    attempt = own_attempt(request.user, pk, now=now)
    slot = payloads.whole_number(body, "slot", 1, attempt.answers.count())
    is_flagged = payloads.truth(body, "flagged")
    attempts.flag(attempt, slot=slot, is_flagged=is_flagged, now=now)
    return JsonResponse({"slot": slot, "flagged": is_flagged})
