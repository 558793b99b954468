"""The pages of an attempt; every page works as a plain form. What its buttons do is in `attempt_actions`."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock, entitlements
from quizzes.entitlements import lateness
from quizzes.errors import NotFound
from quizzes.models import Attempt, User, papers
from quizzes.reports import attempts as report
from quizzes.reports import (
    cards,
    deadlines,
    judged_cards,
    mark_changes,
    mastery,
    onward,
    practice_names,
    results,
    review_cards,
)
from quizzes.services import attempts, missed
from quizzes.views.asked import all_page, page_context, question_page
from quizzes.views.posted_answers import Posted, save_form
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE, act_on, own_attempt, readable_attempt


@never_cache
@require_GET
def attempt(request: LoggedInRequest, pk: int) -> HttpResponse:
    return redirect(own_attempt(request.user, pk, now=clock.now()))


@never_cache
@READ_WRITE
def attempt_question(request: LoggedInRequest, pk: int, slot: int) -> HttpResponse:
    """Show one question; POST saves its answer and stays."""
    now = clock.now()
    attempt = own_attempt(request.user, pk, now=now)
    if not attempt.is_in_progress:
        return redirect(attempt)
    paper = papers.of_attempt(pk, request.user.pk)
    if slot not in paper:
        raise NotFound
    if attempt.reached_slot not in (0, slot):
        return redirect(attempt)
    posted = Posted()
    if request.method == "POST":
        posted = save_form(request, paper, [slot], now=now)
        if not posted.refused:
            return redirect("quizzes:attempt_question", pk=pk, slot=slot)
    return question_page(request, attempt, paper, slot, posted, now=now)


@never_cache
@READ_WRITE
def attempt_all(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show all questions; POST saves their answers and stays."""
    now = clock.now()
    attempt = own_attempt(request.user, pk, now=now)
    if not attempt.is_in_progress or attempt.reached_slot:
        return redirect(attempt)
    paper = papers.of_attempt(pk, request.user.pk)
    posted = Posted()
    if request.method == "POST":
        posted = save_form(request, paper, paper.questions, now=now)
        if not posted.refused:
            return redirect("quizzes:attempt_all", pk=pk)
    return all_page(request, attempt, paper, posted, now=now)


@never_cache
@require_GET
def attempt_summary(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    attempt = own_attempt(request.user, pk, now=now)
    if not attempt.is_in_progress:
        return redirect("quizzes:attempt_result", pk=pk)
    answers = report.answer_states(attempt)
    paper = papers.of_attempt(pk, request.user.pk)
    unread = [answer.slot for answer in answers if paper[answer.slot].is_unread(answer.response)]
    context = {**page_context(attempt, answers, 0, now=now), "unread": unread}
    return render(request, "quizzes/attempts/summary.jinja", context)


@require_POST
def attempt_submit(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Submit; with questions unanswered only when that was confirmed: a slip would cost an attempt."""
    now = clock.now()
    attempt = report.own(request.user, pk)
    is_running = attempt.is_in_progress and not attempt.is_overdue_at(now)
    if is_running and "confirmed" not in request.POST and report.has_unanswered(attempt):
        return redirect("quizzes:attempt_unanswered", pk=pk)
    attempts.submit(attempt, now=now)
    return redirect("quizzes:attempt_result", pk=pk)


@never_cache
@require_GET
def attempt_unanswered(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Ask once more; a page of its own, so that one can go back to it."""
    now = clock.now()
    attempt = own_attempt(request.user, pk, now=now)
    if not attempt.is_in_progress or not report.has_unanswered(attempt):
        return redirect("quizzes:attempt_summary", pk=pk)
    context = {
        **page_context(attempt, report.answer_states(attempt), 0, now=now),
        "left": report.attempts_left(attempt),
    }
    return render(request, "quizzes/attempts/unanswered.jinja", context)


@never_cache
@require_GET
def attempt_result(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    attempt = readable_attempt(request.user, pk, now=now)
    is_own = attempt.learner_id == request.user.pk
    if is_own and attempt.is_in_progress:
        return redirect(attempt)
    if is_own:
        missed.collect(request.user, now=now)
        practice_names.name([attempt])
    revealed = entitlements.revealed(attempt, request.user, now=now)
    may_manage = not is_own and manages(request.user, attempt)
    secrecy = None if may_manage else entitlements.secrecy_in(attempt, request.user, shown=revealed, now=now)
    shown = cards.with_cases(judged_cards.result_cards(attempt, revealed, secrecy=secrecy), at=attempt.started_at)
    context = {
        "attempt": attempt,
        "quiz": attempt.quiz,
        "is_own": is_own,
        "is_late": attempt.submitted_at is not None and lateness.is_late(attempt),
        "revealed": revealed,
        "reveal_at": None if revealed.anything else entitlements.reveal_at(attempt),
        "preset": attempt.preset,
        "result": report.result(attempt, revealed),
        "changes": mark_changes.of_attempt(attempt, revealed),
        "cards": shown,
        "parts": results.parts_of(shown, is_over=not attempt.is_in_progress),
        "may_manage": may_manage,
        "act": act_on(attempt) if may_manage else None,
        "in_deck": review_cards.in_deck(attempt) if is_own and revealed.right_answer else {},
        "unit_outcome": mastery.outcome(attempt) if is_own and revealed.marks and attempt.is_graded else None,
        "onward": onward.after(attempt, shown, revealed, now=now) if is_own else None,
    }
    return render(request, "quizzes/attempts/result.jinja", context)


def manages(user: User, attempt: Attempt) -> bool:
    """Return whether the person may change marks and deadlines of the attempt (1 query)."""
    return Attempt.objects.managed_by(user).filter(pk=attempt.pk).exists()


@require_GET
def attempt_list(request: LoggedInRequest) -> HttpResponse:
    now = clock.now()
    attempts.close_overdue(now=now, among=Attempt.objects.taken_by(request.user))
    page = report.history(request.user, request.GET.get("page"))
    rows = entitlements.revealed_each(list(page.object_list), request.user, now=now)
    return render(request, "quizzes/attempts/list.jinja", {"rows": rows, "page": page})


@never_cache
@require_GET
def attempt_timeline(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    attempt = readable_attempt(request.user, pk, now=now)
    is_own = attempt.learner_id == request.user.pk
    may_manage = not is_own and manages(request.user, attempt)
    context = {
        "attempt": attempt,
        "events": attempt.events.select_related("actor").order_by("at", "pk"),
        "is_own": is_own,
        "may_see_marks": entitlements.revealed(attempt, request.user, now=now).marks,
        "sees_reasons": is_own or may_manage,
        "act": act_on(attempt) if may_manage else None,
    }
    return render(request, "quizzes/attempts/timeline.jinja", context)


@never_cache
@require_GET
def attempt_deadline(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show why the deadline is what it is, by the function that computed it."""
    attempt = readable_attempt(request.user, pk, now=clock.now())
    explained = deadlines.explained(attempt)
    is_own = attempt.learner_id == request.user.pk
    may_manage = not is_own and manages(request.user, attempt)
    context = {
        "attempt": attempt,
        "terms": explained.terms,
        "due_at": explained.due_at,
        "changes": explained.changes,
        "is_own": is_own,
        "sees_reasons": is_own or may_manage,
        "act": act_on(attempt) if may_manage else None,
    }
    return render(request, "quizzes/attempts/deadline.jinja", context)
