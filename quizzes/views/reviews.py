"""The review deck: its page, one card after the other, what the answer was, and how one wants to review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock, entitlements
from quizzes.errors import BadAnswer
from quizzes.forms.posted import number_in
from quizzes.forms.reviews import ReviewSettingsForm
from quizzes.models import ReviewCard, ReviewLog, User
from quizzes.models.papers import PaperQuestion
from quizzes.models.reviews import settings_of
from quizzes.reports import review_cards, review_decks
from quizzes.reports import reviews as report
from quizzes.scheduling import Grade
from quizzes.services import missed, reviews
from quizzes.views.posted_answers import form_fields
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE, own_attempt


@never_cache
@require_GET
def review_deck(request: LoggedInRequest) -> HttpResponse:
    """Show what is due, and the deck at a glance."""
    now = clock.now()
    missed.collect(request.user, now=now)
    secrecy = entitlements.secrecy_of(request.user, now=now)
    session = report.session(request.user, secrecy, now=now, counts_all=True)
    context = {"session": session, "deck": review_decks.deck(request.user, secrecy, session, now=now)}
    return render(request, "quizzes/reviews/deck.jinja", context)


@never_cache
@require_GET
def review_ask(request: LoggedInRequest) -> HttpResponse:
    """Show the next card, or the one that the address names."""
    now = clock.now()
    secrecy = entitlements.secrecy_of(request.user, now=now)
    session = report.session(request.user, secrecy, now=now)
    due = session.card(number_in(request.GET.get("card", "")))
    if due is None:
        return _end(request, report.session(request.user, secrecy, now=now, counts_all=True), now)
    question = review_cards.asked(due.pk, due.reviews + 1, due.version)
    return _ask(request, session, due, question, now=now)


def _ask(
    request: LoggedInRequest,
    session: report.Session,
    due: report.Due,
    question: PaperQuestion,
    *,
    response: object = None,
    problem: str = "",
    now: datetime,
) -> HttpResponse:
    context = {
        "session": session,
        "due": due,
        "topic": review_cards.topic_of(question),
        "card": review_cards.to_answer(question, response, now=now),
        "problem": problem,
        "is_sure": request.POST.get("sure") != "no",
    }
    return render(request, "quizzes/reviews/ask.jinja", context, status=400 if problem else 200)


def _end(request: LoggedInRequest, session: report.Session, now: datetime) -> HttpResponse:
    """Show the end of today's reviews; a deck that has asked nothing today has a page of its own."""
    if not session.answered:
        return redirect("quizzes:review_deck")
    context = {
        "session": session,
        "answers": review_cards.answers_today(request.user, now=now),
        "next_due": review_decks.next_due(request.user, session, now=now),
    }
    return render(request, "quizzes/reviews/done.jinja", context)


@dataclass(frozen=True)
class Posted:
    """A card as it was asked: which answer to it is posted, within the session of its learner."""

    session: report.Session
    due: report.Due
    question: PaperQuestion

    def answer(self, request: LoggedInRequest, response: object, *, now: datetime) -> HttpResponse:
        """Record the response, and lead on to what it was."""
        log = reviews.answer(
            ReviewCard.objects.get(pk=self.due.pk),
            self.question.version,
            self.question.layout,
            response,
            number=self.due.reviews + 1,
            is_sure=request.POST.get("sure") != "no",
            now=now,
        )
        return redirect("quizzes:review_answer", pk=log.pk)


def _posted(request: LoggedInRequest, now: datetime) -> Posted | HttpResponse:
    """Return the card that a form was about; where it cannot be answered any more, where to go on."""
    user, post = request.user, request.POST
    card = get_object_or_404(ReviewCard.objects.of(user), pk=number_in(post.get("card", ""), 0))
    number = number_in(post.get("number", ""), 0)
    if log := card.logs.filter(number=number).first():  # sent twice, or from another tab
        return redirect("quizzes:review_answer", pk=log.pk)
    session = report.session(user, entitlements.secrecy_of(user, now=now), now=now)
    due = next((row for row in session.queue if row.pk == card.pk), None)
    if due is None or (number, post.get("version")) != (due.reviews + 1, str(due.version)):
        messages.info(request, _("That question has changed or is not due any more. Here is the next one."))
        return redirect("quizzes:review_ask")
    return Posted(session, due, review_cards.asked(card.pk, number, due.version))


@never_cache
@READ_WRITE
def review_check(request: LoggedInRequest) -> HttpResponse:
    """Check the answer; without one, or with one that cannot be read, the page comes back and says so."""
    now = clock.now()
    if request.method != "POST":  # a learner came back to the address of a page with remarks
        return redirect("quizzes:review_ask")
    posted = _posted(request, now)
    if isinstance(posted, HttpResponse):
        return posted
    response, problem = _read(request, posted.question)
    if problem:
        return _ask(request, posted.session, posted.due, posted.question, response=response, problem=problem, now=now)
    return posted.answer(request, response, now=now)


@require_POST
def review_unknown(request: LoggedInRequest) -> HttpResponse:
    """Show the answer to someone who does not know it."""
    now = clock.now()
    posted = _posted(request, now)
    return posted if isinstance(posted, HttpResponse) else posted.answer(request, None, now=now)


def _read(request: LoggedInRequest, question: PaperQuestion) -> tuple[object, str]:
    """Return the response that is posted, and what to say of it instead of checking it."""
    try:
        response = question.parse(form_fields(request.POST, review_cards.SLOT))
    except BadAnswer as error:
        return None, str(error.message)
    kind, spec = question.version.kind, question.version.parsed
    if any(remark.is_unread for remark in kind.remarks(spec, question.layout, response)):
        return response, _("This can't be read as it stands: see the note at the field.")
    if kind.is_blank(spec, response):
        return response, _("Give an answer first, or choose “I don't know”.")
    return response, ""


# What the answer was --------------------------------------------------------------------------------------------------


@never_cache
@READ_WRITE
def review_answer(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show the verdict and the reason; a post is another grade, or the same, and goes on."""
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
        elif "today" in request.POST:
            reviews.regrade(log, Grade.AGAIN, is_today=True)
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
    now = clock.now()
    card = reviews.undo(request.user, now=now)
    if card is None:
        messages.info(request, _("There is nothing to undo."))
        return redirect("quizzes:review_ask")
    session = report.session(request.user, entitlements.secrecy_of(request.user, now=now), now=now)
    if all(due.pk != card.pk for due in session.queue):  # an exam keeps it, or it is out of use
        messages.success(request, _("Your last answer is taken back."))
        return redirect("quizzes:review_ask")
    messages.success(request, _("Your last answer is taken back. Here is the question again."))
    return redirect(f"{reverse('quizzes:review_ask')}?card={card.pk}")


@require_POST
def review_bury(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Put a card off until tomorrow."""
    reviews.bury(_own(request, pk), now=clock.now())
    messages.success(request, _("Put off until tomorrow."))
    return redirect("quizzes:review_ask")


@require_POST
def review_suspend(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Do not ask a card again."""
    reviews.suspend(_own(request, pk))
    messages.success(request, _("You won't be asked this again. It waits among your suspended questions."))
    return redirect("quizzes:review_ask")


@require_POST
def review_resume(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Take a suspended card back."""
    reviews.resume(_own(request, pk))
    messages.success(request, _("It is back in your deck."))
    return redirect("quizzes:review_suspended")


def _own(request: LoggedInRequest, pk: int) -> ReviewCard:
    return get_object_or_404(ReviewCard.objects.of(request.user).select_related("learner"), pk=pk)


@require_POST
def review_add(request: LoggedInRequest, pk: int, slot: int) -> HttpResponse:
    """Add a question of one's own result to the deck."""
    now = clock.now()
    reviews.add_from(own_attempt(request.user, pk, now=now), slot=slot, now=now)
    messages.success(request, _("It is in your review deck."))
    return redirect(f"{reverse('quizzes:attempt_result', args=[pk])}#question-{slot}")


# The deck -------------------------------------------------------------------------------------------------------------


@require_GET
def review_suspended(request: LoggedInRequest) -> HttpResponse:
    """Show what one does not want to be asked, to take it back."""
    rows = review_decks.suspended(request.user, entitlements.secrecy_of(request.user, now=clock.now()))
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
