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
from quizzes.reports import cards, deadlines, mark_changes, mastery, onward, results, review_cards
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
    """One question; POST saves its answer and stays."""
    now = clock.now()
    mine = own_attempt(request.user, pk, now=now)
    if not mine.is_in_progress:
        return redirect(mine)
    paper = papers.of_attempt(pk, request.user.pk)
    if slot not in paper:
        raise NotFound
    if mine.reached_slot not in (0, slot):
        return redirect(mine)
    posted = Posted()
    if request.method == "POST":
        posted = save_form(request, paper, [slot], now=now)
        if not posted.refused:
            return redirect("quizzes:attempt_question", pk=pk, slot=slot)
    return question_page(request, mine, paper, slot, posted, now=now)


@never_cache
@READ_WRITE
def attempt_all(request: LoggedInRequest, pk: int) -> HttpResponse:
    """All questions; POST saves their answers and stays."""
    now = clock.now()
    mine = own_attempt(request.user, pk, now=now)
    if not mine.is_in_progress or mine.reached_slot:
        return redirect(mine)
    paper = papers.of_attempt(pk, request.user.pk)
    posted = Posted()
    if request.method == "POST":
        posted = save_form(request, paper, paper.questions, now=now)
        if not posted.refused:
            return redirect("quizzes:attempt_all", pk=pk)
    return all_page(request, mine, paper, posted, now=now)


@never_cache
@require_GET
def attempt_summary(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    mine = own_attempt(request.user, pk, now=now)
    if not mine.is_in_progress:
        return redirect("quizzes:attempt_result", pk=pk)
    answers = report.answer_states(mine)
    paper = papers.of_attempt(pk, request.user.pk)
    unread = [answer.slot for answer in answers if paper[answer.slot].is_unread(answer.response)]
    context = {**page_context(mine, answers, 0, now=now), "unread": unread}
    return render(request, "quizzes/attempts/summary.jinja", context)


@require_POST
def attempt_submit(request: LoggedInRequest, pk: int) -> HttpResponse:
    """With questions unanswered only when that was confirmed: a slip would cost an attempt."""
    now = clock.now()
    mine = report.own(request.user, pk)
    is_running = mine.is_in_progress and not mine.is_overdue_at(now)
    if is_running and "confirmed" not in request.POST and report.has_unanswered(mine):
        return redirect("quizzes:attempt_unanswered", pk=pk)
    attempts.submit(mine, now=now)
    return redirect("quizzes:attempt_result", pk=pk)


@never_cache
@require_GET
def attempt_unanswered(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Ask once more; a page of its own, so that one can go back to it."""
    now = clock.now()
    mine = own_attempt(request.user, pk, now=now)
    if not mine.is_in_progress or not report.has_unanswered(mine):
        return redirect("quizzes:attempt_summary", pk=pk)
    context = {**page_context(mine, report.answer_states(mine), 0, now=now), "left": report.attempts_left(mine)}
    return render(request, "quizzes/attempts/unanswered.jinja", context)


@never_cache
@require_GET
def attempt_result(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    found = readable_attempt(request.user, pk, now=now)
    is_own = found.learner_id == request.user.pk
    if is_own and found.is_in_progress:
        return redirect(found)
    if is_own:
        missed.collect(request.user, now=now)
    revealed = entitlements.revealed(found, request.user, now=now)
    may_manage = not is_own and manages(request.user, found)
    secrecy = None if may_manage else entitlements.secrecy_in(found, request.user, shown=revealed, now=now)
    shown = cards.with_cases(cards.result_cards(found, revealed, secrecy=secrecy), at=found.started_at)
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "is_own": is_own,
        "is_late": found.submitted_at is not None and lateness.is_late(found),
        "revealed": revealed,
        "reveal_at": None if revealed.anything else entitlements.reveal_at(found),
        "preset": found.preset,
        "result": report.result(found, revealed),
        "changes": mark_changes.of_attempt(found, revealed),
        "cards": shown,
        "parts": results.parts_of(shown, is_over=not found.is_in_progress),
        "may_manage": may_manage,
        "act": act_on(found) if may_manage else None,
        "in_deck": review_cards.in_deck(found) if is_own and revealed.right_answer else {},
        "unit_outcome": mastery.outcome(found) if is_own and revealed.marks and found.is_graded else None,
        "onward": onward.after(found, shown, revealed, now=now) if is_own else None,
    }
    return render(request, "quizzes/attempts/result.jinja", context)


def manages(user: User, attempt: Attempt) -> bool:
    """Whether the person may change marks and deadlines of the attempt (1 query)."""
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
    found = readable_attempt(request.user, pk, now=now)
    is_own = found.learner_id == request.user.pk
    may_manage = not is_own and manages(request.user, found)
    context = {
        "attempt": found,
        "events": found.events.select_related("actor").order_by("at", "pk"),
        "is_own": is_own,
        "may_see_marks": entitlements.revealed(found, request.user, now=now).marks,
        "sees_reasons": is_own or may_manage,
        "act": act_on(found) if may_manage else None,
    }
    return render(request, "quizzes/attempts/timeline.jinja", context)


@never_cache
@require_GET
def attempt_deadline(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Why the deadline is what it is, by the function that computed it."""
    found = readable_attempt(request.user, pk, now=clock.now())
    explained = deadlines.explained(found)
    is_own = found.learner_id == request.user.pk
    may_manage = not is_own and manages(request.user, found)
    context = {
        "attempt": found,
        "terms": explained.terms,
        "due_at": explained.due_at,
        "changes": explained.changes,
        "is_own": is_own,
        "sees_reasons": is_own or may_manage,
        "act": act_on(found) if may_manage else None,
    }
    return render(request, "quizzes/attempts/deadline.jinja", context)
