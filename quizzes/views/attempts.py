"""Taking an attempt, page by page; every page works as a plain form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quizzes import clock, entitlements
from quizzes.entitlements import lateness
from quizzes.errors import NotFound
from quizzes.models import Attempt, AttemptEvent, Quiz, User, papers
from quizzes.models.papers import Paper
from quizzes.question_types.fields import MAX_ANSWER
from quizzes.reports import attempts as report
from quizzes.reports import cards, mark_changes, onward, results
from quizzes.services import attempts
from quizzes.views.asked import cards_to_answer
from quizzes.views.deadlines import act_on
from quizzes.views.posted_answers import Posted, save_form
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import own_attempt, readable_attempt


def where_it_stands(attempt: Attempt) -> str:
    """The page on which an attempt goes on."""
    if not attempt.is_in_progress:
        return reverse("quizzes:attempt_result", args=[attempt.pk])
    if attempt.quiz.layout == Quiz.Layout.ALL and not attempt.reached_slot:
        return reverse("quizzes:attempt_all", args=[attempt.pk])
    return reverse("quizzes:attempt_question", args=[attempt.pk, attempt.reached_slot or 1])


@never_cache
@require_GET
def attempt(request: LoggedInRequest, pk: int) -> HttpResponse:
    return redirect(where_it_stands(own_attempt(request.user, pk, now=clock.now())))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attempt_question(request: LoggedInRequest, pk: int, slot: int) -> HttpResponse:
    now = clock.now()
    mine = own_attempt(request.user, pk, now=now)
    if not mine.is_in_progress:
        return redirect("quizzes:attempt_result", pk=pk)
    paper = papers.of_attempt(pk, request.user.pk)
    if slot not in paper:
        raise NotFound
    if mine.reached_slot not in (0, slot):
        return redirect(where_it_stands(mine))
    posted = Posted()
    if request.method == "POST":
        posted = save_form(request, paper, [slot], now=now)
        if not _is_shown_again(request, posted):
            return redirect(_next_page(request, mine, paper, slot, now=now))
    answers = report.answer_states(mine)
    here = next(answer for answer in answers if answer.slot == slot)
    context = {
        **page_context(mine, answers, slot, now=now),
        "card": cards_to_answer(mine, paper, [here], request.user, posted.refused, now=now)[0],
        "slot": slot,
        "previous": slot - 1 if slot > 1 and not mine.reached_slot else None,
        "next": slot + 1 if slot < len(answers) else None,
        "conflict": posted.refused.get(slot),
        "unread": posted.unread,
    }
    return render(request, "quizzes/attempts/question.jinja", context, status=409 if posted.refused else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attempt_all(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    mine = own_attempt(request.user, pk, now=now)
    if not mine.is_in_progress:
        return redirect("quizzes:attempt_result", pk=pk)
    if mine.reached_slot:
        return redirect(where_it_stands(mine))
    paper = papers.of_attempt(pk, request.user.pk)
    posted = Posted()
    if request.method == "POST":
        posted = save_form(request, paper, paper.questions, now=now)
        if not _is_shown_again(request, posted):
            return redirect(_next_page(request, mine, paper, 0, now=now))
    answers = report.answer_states(mine)
    shown = cards_to_answer(mine, paper, answers, request.user, posted.refused, now=now)
    context = {
        **page_context(mine, answers, 0, now=now),
        "cards": [(card, posted.refused.get(card.slot)) for card in shown],
        "unread": posted.unread,
    }
    return render(request, "quizzes/attempts/all.jinja", context, status=409 if posted.refused else 200)


def _is_shown_again(request: LoggedInRequest, posted: Posted) -> bool:
    """Whether the page comes back with remarks before it goes on: a second press, which changes nothing, goes on."""
    returns_anyway = request.POST.get("go", "stay").partition(":")[0] in ("stay", "flag", "unflag")
    return bool(posted.refused or (posted.unread and not returns_anyway))


def page_context(mine: Attempt, answers: list[report.AnswerState], here: int, *, now: datetime) -> dict[str, Any]:
    """What every page of a running attempt shows around the questions."""
    return {
        "attempt": mine,
        "quiz": mine.quiz,
        "overview": report.overview(mine, answers, here=here),
        "seconds_left": mine.seconds_left(now),
        "is_practice": mine.preset == "practice",
        "has_marks": mine.preset != "survey",
        "may_switch": not mine.reached_slot,
        "longest": MAX_ANSWER,
    }


def _next_page(request: LoggedInRequest, mine: Attempt, paper: Paper, slot: int, *, now: datetime) -> str:
    """Where the pressed button leads; flags and practice checks are done on the way."""
    last = len(paper)
    go = request.POST.get("go", "stay")
    verb, _colon, argument = go.partition(":")
    target = int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 6 else slot
    here = reverse(f"quizzes:attempt_{'question' if slot else 'all'}", args=[mine.pk, slot] if slot else [mine.pk])
    if verb in ("flag", "unflag"):
        attempts.flag(mine, slot=target, is_flagged=verb == "flag", now=now)
    elif verb == "check":
        attempts.check(paper, slot=target, now=now)
    elif verb == "show":
        attempts.show(paper, slot=target, now=now)
    elif verb == "again":
        attempts.try_again(paper, slot=target, now=now)
    elif verb == "summary":
        return reverse("quizzes:attempt_summary", args=[mine.pk])
    elif verb == "all" and not mine.reached_slot:
        return reverse("quizzes:attempt_all", args=[mine.pk])
    elif verb == "next" and mine.reached_slot:
        reached = attempts.advance(mine, from_slot=slot, now=now)
        if slot == last:
            return reverse("quizzes:attempt_summary", args=[mine.pk])
        return reverse("quizzes:attempt_question", args=[mine.pk, reached])
    elif verb in ("next", "back", "to") and slot:
        target = {"next": slot + 1, "back": slot - 1, "to": target}[verb]
        if target > last:
            return reverse("quizzes:attempt_summary", args=[mine.pk])
        return reverse("quizzes:attempt_question", args=[mine.pk, max(1, target)])
    elif verb == "to":
        return reverse("quizzes:attempt_question", args=[mine.pk, max(1, target)])
    place = "verdict" if verb in ("check", "show") else "question"
    return f"{here}#{place}-{target}" if target and not slot else here


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
        return redirect(where_it_stands(found))
    revealed = entitlements.revealed(found, request.user, now=now)
    may_manage = not is_own and manages(request.user, found)
    secrecy = None if may_manage else entitlements.secrecy_in(found, request.user, shown=revealed, now=now)
    shown = cards.result_cards(found, revealed, secrecy=secrecy)
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
    limit = entitlements.limits_of([found])[found.pk]
    agreed = entitlements.terms_for(found.learner, found.quiz, found.assignment, limit=limit)
    changes = found.events.filter(kind__in=AttemptEvent.MOVES_END).select_related("actor").order_by("at", "pk")
    is_own = found.learner_id == request.user.pk
    may_manage = not is_own and manages(request.user, found)
    context = {
        "attempt": found,
        "terms": agreed,
        "due_at": lateness.due(found, agreed, was_given_time=any(change.gives_time for change in changes)),
        "changes": changes,
        "is_own": is_own,
        "sees_reasons": is_own or may_manage,
        "act": act_on(found) if may_manage else None,
    }
    return render(request, "quizzes/attempts/deadline.jinja", context)
