"""The answer API that the attempt page's script talks to; JSON in, JSON out."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock
from quizzes.errors import AttemptClosed, StaleAnswer
from quizzes.models import Answer, Attempt
from quizzes.reports import attempts as report
from quizzes.services import attempts, saving
from quizzes.templatetags.quizzes_cards import card_body
from quizzes.views import payloads
from quizzes.views.requests import LoggedInRequest, device_of


@never_cache
@require_POST
def attempt_save(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    payload = payloads.save_payload(request, slots=len(saving.layout_of(pk, request.user.pk)))
    try:
        saved = saving.save(
            pk,
            request.user,
            slot=payload.slot,
            fields=payload.answer,
            revision=payload.revision,
            now=now,
            device=device_of(request),
        )
    except (StaleAnswer, AttemptClosed) as refusal:
        refusal.details = _stored(pk, request, payload.slot)
        raise
    body = {
        "slot": saved.slot,
        "revision": saved.revision,
        "saved": _clock_words(saved.saved_at),
        "late_by_ms": saved.late_by_ms,
        "seconds_left": None if saved.due_at is None else max(0.0, (saved.due_at - now).total_seconds()),
    }
    return JsonResponse(body)


def _stored(pk: int, request: LoggedInRequest, slot: int) -> dict[str, Any]:
    """What is stored for a slot, as the page shows it: the card with the stored answer, and its revision."""
    version, layout = saving.layout_of(pk, request.user.pk)[slot]
    answer = Answer.objects.get(attempt_id=pk, slot=slot)
    card = report.ask_card(answer, version, layout)
    return {
        "revision": answer.revision,
        "saved": _clock_words(answer.saved_at) if answer.saved_at else "",
        "answer": version.kind.response_words(version.parsed, answer.response) if answer.is_answered else "",
        "html": card_body(card),
        "result": reverse("quizzes:attempt_result", args=[pk]),
    }


def _clock_words(instant: Any) -> str:
    local = timezone.localtime(instant)
    return f"{local.hour:02}:{local.minute:02}"


@never_cache
@require_GET
def attempt_state(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Where an attempt stands: for the countdown, after waking up, and to see other devices' saves.

    Every page of an attempt asks this three times a minute: it makes up most of what an attempt costs.
    """
    now = clock.now()
    attempt = report.own(request.user, pk)
    attempts.close_if_overdue(attempt, now=now)
    body = {
        "status": attempt.status,
        "is_open": attempt.is_in_progress,
        "seconds_left": None if attempt.due_at is None else max(0.0, (attempt.due_at - now).total_seconds()),
        "revisions": dict(report.REVISIONS(attempt=attempt)) if attempt.is_in_progress else {},
        "csrf": get_token(request),
        "message": "" if attempt.is_in_progress else _closed_words(attempt),
        "result": reverse("quizzes:attempt_result", args=[pk]),
    }
    return JsonResponse(body)


def _closed_words(attempt: Attempt) -> str:
    at = _clock_words(attempt.submitted_at)
    if attempt.closed_by == Attempt.ClosedBy.DEADLINE:
        return _("Time was over at %(at)s. What was saved counts.") % {"at": at}
    return _("This attempt was submitted at %(at)s.") % {"at": at}


@never_cache
@require_POST
def attempt_flag(request: LoggedInRequest, pk: int) -> HttpResponse:
    body = payloads.json_object(request, allowed={"slot", "flagged"})
    slot = payloads.whole_number(body, "slot", 1, len(saving.layout_of(pk, request.user.pk)))
    is_flagged = payloads.truth(body, "flagged")
    attempts.flag(pk, request.user, slot=slot, is_flagged=is_flagged, now=clock.now())
    return JsonResponse({"slot": slot, "flagged": is_flagged})
