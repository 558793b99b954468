"""The review deck: its page, one card after the other, what the answer was, and how one wants to review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quizzes import clock, entitlements
from quizzes.errors import BadAnswer
from quizzes.forms.posted import number_in
from quizzes.forms.reviews import ReviewSettingsForm
from quizzes.models import ReviewCard, ReviewLog, User
from quizzes.models.papers import PaperQuestion
from quizzes.models.reviews import settings_of
from quizzes.reports import review_cards
from quizzes.reports import reviews as report
from quizzes.scheduling import Grade
from quizzes.services import missed, reviews
from quizzes.views.posted_answers import form_fields
from quizzes.views.requests import LoggedInRequest

READ_WRITE = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@require_GET
def review_deck(request: LoggedInRequest) -> HttpResponse:
    """What is due, and the deck at a glance."""
    now = clock.now()
    missed.collect(request.user, now=now)
    secrecy = entitlements.secrecy_of(request.user, now=now)
    context = {
        "session": report.session(request.user, secrecy, now=now),
        "deck": report.deck(request.user, now=now),
    }
    return render(request, "quizzes/reviews/deck.jinja", context)


@never_cache
@READ_WRITE
def review_ask(request: LoggedInRequest) -> HttpResponse:
    """The next card, or the one that the address names; a post is its answer."""
    now = clock.now()
    if request.method == "POST":
        return _answer(request, now)
    secrecy = entitlements.secrecy_of(request.user, now=now)
    session = report.session(request.user, secrecy, now=now)
    due = session.card(number_in(request.GET.get("card", "")))
    if due is None:
        return _end(request, session, now)
    question = review_cards.asked(due.pk, due.reviews + 1, due.version)
    return _ask(request, session, due, question, now=now)


def _ask(
    request: LoggedInRequest,
    session: report.Session,
    due: report.Due,
    question: PaperQuestion,
    *,
    response: Any = None,
    problem: str = "",
    now: datetime,
) -> HttpResponse:
    context = {
        "session": session,
        "due": due,
        "card": review_cards.to_answer(question, response, now=now),
        "problem": problem,
        "is_sure": request.POST.get("sure") != "no",
    }
    return render(request, "quizzes/reviews/ask.jinja", context, status=400 if problem else 200)


def _end(request: LoggedInRequest, session: report.Session, now: datetime) -> HttpResponse:
    """The end of today's reviews; a deck that has asked nothing today has a page of its own."""
    if not session.answered:
        return redirect("quizzes:review_deck")
    context = {
        "session": session,
        "answers": review_cards.answers_today(request.user, now=now),
        "next_due": report.next_due(request.user, now=now),
    }
    return render(request, "quizzes/reviews/done.jinja", context)


def _answer(request: LoggedInRequest, now: datetime) -> HttpResponse:
    user, post = request.user, request.POST
    card = get_object_or_404(ReviewCard.objects.of(user), pk=number_in(post.get("card", ""), 0))
    number = number_in(post.get("number", ""), 0)
    if log := card.logs.filter(number=number).first():  # sent twice, or from another tab
        return redirect("quizzes:review_answer", pk=log.pk)
    session = report.session(user, entitlements.secrecy_of(user, now=now), now=now)
    due = next((row for row in session.queue if row.pk == card.pk), None)
    if due is None or (number, post.get("version")) != (card.reviews + 1, str(due.version)):
        messages.info(request, _("That question has changed or is not due any more. Here is the next one."))
        return redirect("quizzes:review_ask")
    question = review_cards.asked(card.pk, number, due.version)
    response, problem = _read(request, question)
    if problem:
        return _ask(request, session, due, question, response=response, problem=problem, now=now)
    log = reviews.answer(
        card,
        question.version,
        question.layout,
        response,
        number=number,
        is_sure=post.get("sure") != "no",
        now=now,
    )
    return redirect("quizzes:review_answer", pk=log.pk)


def _read(request: LoggedInRequest, question: PaperQuestion) -> tuple[Any, str]:
    """The response that is posted, and what to say of it instead of checking it."""
    if request.POST.get("go") == "unknown":
        return None, ""
    try:
        response = question.parse(form_fields(request.POST, review_cards.SLOT))
    except BadAnswer as error:
        return None, str(error.message)
    if question.version.kind.is_blank(question.version.parsed, response):
        return response, _("Give an answer first, or choose “I don't know”.")
    return response, ""


# What the answer was --------------------------------------------------------------------------------------------------


@never_cache
@READ_WRITE
def review_answer(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The verdict and the reason; a post is another grade, or the same, and goes on."""
    now, user = clock.now(), request.user
    log = get_object_or_404(ReviewLog.objects.filter(learner=user).select_related("card__question__topic"), pk=pk)
    secrecy = entitlements.secrecy_of(user, now=now)
    question = log.card.question
    if secrecy.held_back({question.pk: question.is_kept_for_exams}):
        return redirect("quizzes:review_ask")
    if request.method == "POST":
        grade = number_in(request.POST.get("grade", ""), 0)
        if grade in set(Grade):
            reviews.regrade(log, Grade(grade))
        return redirect("quizzes:review_ask")
    context = {
        "session": report.session(user, secrecy, now=now),
        "log": log,
        "topic": question.topic,
        "card": review_cards.answered(log),
        "right_answer": review_cards.right_answer(log),
        "grades": review_cards.grades(log, user) if log.card.reviews == log.number else [],
    }
    return render(request, "quizzes/reviews/answer.jinja", context)


@require_POST
def review_undo(request: LoggedInRequest) -> HttpResponse:
    """Take back the last answer of today, and ask it again."""
    card = reviews.undo(request.user, now=clock.now())
    if card is None:
        messages.info(request, _("There is nothing to undo."))
        return redirect("quizzes:review_ask")
    messages.success(request, _("Your last answer is taken back. Here is the question again."))
    return redirect(f"{reverse('quizzes:review_ask')}?card={card.pk}")


@require_POST
def review_card(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Suspend a card, put it off until tomorrow, or take it back."""
    card = get_object_or_404(ReviewCard.objects.of(request.user).select_related("learner"), pk=pk)
    act = request.POST.get("do", "")
    if act == "bury":
        reviews.bury(card, now=clock.now())
        messages.success(request, _("Put off until tomorrow."))
    elif act == "suspend":
        reviews.suspend(card)
        messages.success(request, _("You won't be asked this again. It waits among your suspended questions."))
    elif act == "resume":
        reviews.resume(card)
        messages.success(request, _("It is back in your deck."))
        return redirect("quizzes:review_suspended")
    return redirect("quizzes:review_ask")


# The deck -------------------------------------------------------------------------------------------------------------


@require_GET
def review_suspended(request: LoggedInRequest) -> HttpResponse:
    """What one does not want to be asked, to take it back."""
    rows = report.suspended(request.user, entitlements.secrecy_of(request.user, now=clock.now()))
    return render(request, "quizzes/reviews/suspended.jinja", {"rows": rows})


@READ_WRITE
def review_settings(request: LoggedInRequest) -> HttpResponse:
    user: User = request.user
    form = ReviewSettingsForm(request.POST or None, instance=settings_of(user))
    if form.is_valid():
        reviews.change_settings(user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("quizzes:review_deck")
    return render(request, "quizzes/reviews/settings.html", {"form": form})
