"""Trying the site without an account: a question, what was right and why, five more, and the way to an account.

A guest is a number in the session, never a user who is logged in: every other page sees a stranger.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock, limits
from quizzes.errors import BadAnswer, NotFound
from quizzes.models import papers, tickets
from quizzes.models.papers import PaperQuestion
from quizzes.models.tickets import Ticket
from quizzes.reports import guests as report
from quizzes.reports.cards import Card
from quizzes.reports.guests import Trial
from quizzes.services import guests
from quizzes.views.posted_answers import form_fields
from quizzes.views.requests import device_of, guest_of
from quizzes.views.shortcuts import READ_WRITE

# The first question ---------------------------------------------------------------------------------------------------


@never_cache
@login_not_required
@READ_WRITE
def try_first(request: HttpRequest) -> HttpResponse:
    """Show the first question; its answer makes a guest."""
    if request.user.is_authenticated:
        return redirect("quizzes:practice")
    if guest := guest_of(request):
        return _go_on(guest.trial)
    now = clock.now()
    if request.method == "POST":
        ticket = tickets.read(request.POST.get("ticket", ""))
        if ticket is not None and guests.may_try(ticket.question, now=now):
            return _begin(request, ticket, now=now)
        messages.info(request, _("That question isn't asked any more. Here is another one."))
    ticket = report.offer(now=now)
    return redirect("quizzes:home") if ticket is None else _ask_first(request, ticket)


def _ask_first(request: HttpRequest, ticket: Ticket, response: object = None, problem: str = "") -> HttpResponse:
    return _page(
        request,
        "first",
        ticket.question,
        report.to_answer(ticket.question, response),
        total=guests.QUESTIONS,
        ticket=ticket.text,
        problem=problem,
    )


def _begin(request: HttpRequest, ticket: Ticket, *, now: datetime) -> HttpResponse:
    response, problem = _read(request, ticket.question)
    if problem:
        return _ask_first(request, ticket, response, problem)
    network = limits.network_of(get_adapter().get_client_ip(request))
    limits.take_from(network, "try_without_account")
    attempt = guests.start(ticket.question, response, now=now, device=device_of(request))
    request.session.cycle_key()
    request.session[guests.KEY] = attempt.learner_id
    return redirect("quizzes:try_question", slot=1)


# Those after it -------------------------------------------------------------------------------------------------------


@never_cache
@login_not_required
@READ_WRITE
def try_question(request: HttpRequest, slot: int) -> HttpResponse:
    """Show one question of a guest: the next one to answer, or how one was answered."""
    now, guest = clock.now(), guest_of(request)
    if guest is None:
        return redirect("quizzes:try_first")
    trial = guest.trial
    paper = papers.of_attempt(trial.attempt.pk, guest.user.pk)
    if slot not in paper:
        raise NotFound
    if slot == trial.next_slot:
        return _next(request, trial, paper[slot], now=now)
    if not trial.verdicts[slot - 1]:
        return _go_on(trial)
    shown = report.answered_cards(trial, guest.user, now=now)
    card = next(card for card in shown if card.slot == slot)
    return _page(request, "answered", paper[slot], card, total=trial.total, next_slot=trial.next_slot)


def _next(request: HttpRequest, trial: Trial, question: PaperQuestion, *, now: datetime) -> HttpResponse:
    """Ask it, or take the answer to it; where an exam asks it by now, that was all."""
    if not guests.may_try(question, now=now):
        guests.finish(trial.attempt, now=now)
        return redirect("quizzes:try_end")
    response, problem = _read(request, question) if request.method == "POST" else (None, "")
    if request.method == "POST" and not problem:
        device = device_of(request)
        is_kept = guests.answer(trial.attempt, slot=question.slot, response=response, now=now, device=device)
        return redirect("quizzes:try_question", slot=question.slot) if is_kept else redirect("quizzes:try_first")
    card = report.to_answer(question, response)
    return _page(request, "ask", question, card, total=trial.total, problem=problem)


def _page(
    request: HttpRequest, name: str, question: PaperQuestion, card: Card, *, problem: str = "", **more: object
) -> HttpResponse:
    context = {"card": card, "slot": question.slot, "topic": question.version.question.topic, "problem": problem}
    return render(request, f"quizzes/guests/{name}.jinja", context | more, status=400 if problem else 200)


def _read(request: HttpRequest, question: PaperQuestion) -> tuple[Any, str]:
    """Return the response that is posted, and what to say of it instead of checking it."""
    try:
        response = question.parse(form_fields(request.POST, question.slot))
    except BadAnswer as error:
        return None, str(error.message)
    if question.version.kind.is_blank(question.version.parsed, response):
        return response, _("Choose an answer first.")
    return response, ""


def _go_on(trial: Trial) -> HttpResponse:
    if trial.next_slot is None:
        return redirect("quizzes:try_end")
    return redirect("quizzes:try_question", slot=trial.next_slot)


# The end --------------------------------------------------------------------------------------------------------------


@never_cache
@login_not_required
@require_GET
def try_end(request: HttpRequest) -> HttpResponse:
    """Show how it went, and how to keep it."""
    guest = guest_of(request)
    if guest is None:
        return redirect("quizzes:try_first")
    if guest.trial.next_slot is not None:
        return _go_on(guest.trial)
    shown = report.answered_cards(guest.trial, guest.user, now=clock.now())
    return render(request, "quizzes/guests/end.jinja", {"trial": guest.trial, "cards": shown})


@login_not_required
@require_POST
def try_forget(request: HttpRequest) -> HttpResponse:
    """Delete what was tried in this browser, for the next person at it."""
    if guest := guest_of(request):
        guests.forget([guest.user.pk])
        del request.session[guests.KEY]
        messages.success(request, _("Your answers are deleted."))
    return redirect("quizzes:home")
