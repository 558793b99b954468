"""A quiz as a student would take it, for those who write it: page by page, as `attempts` has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quizzes import clock
from quizzes.errors import NotFound, NotOpen
from quizzes.models.previews import PreviewAnswer
from quizzes.reports import attempts as attempt_report
from quizzes.reports import previews as report
from quizzes.reports import quizzes as quiz_report
from quizzes.reports.cards import Card
from quizzes.reports.results import parts_of
from quizzes.services import previews, ways
from quizzes.views.kept_previews import HIDES_ANSWERS, Running, author_of, frame, keep, page, running
from quizzes.views.posted_answers import Posted, read_form
from quizzes.views.requests import LoggedInRequest


@never_cache
@require_GET
def quiz_preview(request: LoggedInRequest, slug: str) -> HttpResponse:
    """The page of the quiz with its rules, as a student has it before the start."""
    quiz = quiz_report.previewed(author_of(request), slug)
    context = {
        "size": quiz_report.size_of(quiz),
        "ways": [ways.of_preview(request.user, quiz, now=clock.now())],
        "reveal": attempt_report.reveal_sentence,
        "open_attempt": None,
        "history": [],
        "manage": None,
    }
    return page(request, "quizzes/detail", quiz, context)


@require_POST
def quiz_preview_start(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    quiz = quiz_report.previewed(author_of(request), slug)
    try:
        keep(request, quiz, previews.start(quiz, request.user, now=now))
    except NotOpen as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:quiz_preview", slug=slug)
    return redirect("quizzes:quiz_preview_go_on", slug=slug)


@never_cache
@require_GET
def quiz_preview_go_on(request: LoggedInRequest, slug: str) -> HttpResponse:
    found = running(request, slug, now=clock.now())
    return redirect(found.where if found else reverse("quizzes:quiz_preview", args=[slug]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def quiz_preview_question(request: LoggedInRequest, slug: str, slot: int) -> HttpResponse:
    now = clock.now()
    found = running(request, slug, now=now)
    if found is None or not found.attempt.is_in_progress or found.preview.reached_slot not in (0, slot):
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    here = found.preview.answer(slot)
    if here is None:
        raise NotFound
    posted = save(request, found, [here], now=now)
    if request.method == "POST" and not stays(request, posted):
        return go(request, found, slot)
    [card] = cards_of(found, [here], posted)
    context = {
        **frame(found, slot, now=now),
        "card": card,
        "keys": report.key_cards([here], found.paper) if found.shows_answers and not here.is_checked else [],
        "slot": slot,
        "previous": slot - 1 if slot > 1 and not found.preview.reached_slot else None,
        "next": slot + 1 if slot < len(found.paper) else None,
        "conflict": posted.refused.get(slot),
        "unread": posted.unread,
    }
    return page(request, "attempts/question", found.quiz, context, status=409 if posted.refused else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def quiz_preview_all(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    found = running(request, slug, now=now)
    if found is None or not found.attempt.is_in_progress or found.preview.reached_slot:
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    answers = found.preview.answers
    posted = save(request, found, answers, now=now)
    if request.method == "POST" and not stays(request, posted):
        return go(request, found, 0)
    context = {
        **frame(found, 0, now=now),
        "cards": [(card, posted.refused.get(card.slot)) for card in cards_of(found, answers, posted)],
        "keys": report.key_cards(answers, found.paper) if found.shows_answers else [],
        "unread": posted.unread,
    }
    return page(request, "attempts/all", found.quiz, context, status=409 if posted.refused else 200)


def save(request: LoggedInRequest, found: Running, answers: list[PreviewAnswer], *, now: datetime) -> Posted:
    """Keep what a form posts; what may be wrong with it is told as in an attempt."""
    if request.method != "POST":
        return Posted()

    def keep_one(answer: PreviewAnswer, response: Any, _revision: int) -> None:
        previews.save(answer, response, now=now)

    posted = read_form(request.POST, found.paper, answers, keep_one)
    keep(request, found.quiz, found.preview)
    return posted


def stays(request: LoggedInRequest, posted: Posted) -> bool:
    """Whether the page comes back with remarks before it goes on."""
    returns_anyway = request.POST.get("go", "stay").partition(":")[0] in ("stay", "flag", "unflag")
    return bool(posted.refused or (posted.unread and not returns_anyway))


def cards_of(found: Running, answers: list[PreviewAnswer], posted: Posted) -> list[Card]:
    texts = {slot: conflict.texts for slot, conflict in posted.refused.items()}
    earned = previews.marked(found.preview, found.paper, found.quiz)
    return report.ask_cards(answers, found.paper, earned, texts, shows_answers=found.shows_answers)


def go(request: LoggedInRequest, found: Running, slot: int) -> HttpResponse:
    """Where the pressed button leads; flags and practice checks are done on the way."""
    verb, _colon, argument = request.POST.get("go", "stay").partition(":")
    target = int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 6 else slot
    act(found, verb, target, slot)
    keep(request, found.quiz, found.preview)
    return redirect(next_page(found, verb, target, slot))


def act(found: Running, verb: str, target: int, slot: int) -> None:
    """What a button does besides turning the page."""
    preview = found.preview
    if verb in ("flag", "unflag"):
        previews.flag(preview, slot=target, is_flagged=verb == "flag")
    elif verb == "check":
        previews.check(preview, found.paper, found.quiz, slot=target)
    elif verb == "show":
        previews.show(preview, slot=target)
    elif verb == "again":
        previews.try_again(preview, slot=target)
    elif verb == "next" and preview.reached_slot:
        previews.advance(preview, from_slot=slot)


def next_page(found: Running, verb: str, target: int, slot: int) -> str:
    last, is_sequential = len(found.paper), bool(found.preview.reached_slot)
    if verb == "summary" or (verb == "next" and slot == last):
        return found.at("attempt_summary")
    if is_sequential:
        return found.at("attempt_question", 0, found.preview.reached_slot)
    if verb == "all":
        return found.at("attempt_all")
    if verb in ("next", "back") and slot:
        target = slot + 1 if verb == "next" else slot - 1
    elif verb != "to":
        here = found.at("attempt_question", 0, slot) if slot else found.at("attempt_all")
        return f"{here}#question-{target}" if target and not slot else here
    return found.at("attempt_question", 0, min(max(1, target), last))


@never_cache
@require_GET
def quiz_preview_summary(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    found = running(request, slug, now=now)
    if found is None or not found.attempt.is_in_progress:
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    unread = [answer.slot for answer in found.preview.answers if found.paper[answer.slot].is_unread(answer.response)]
    return page(request, "attempts/summary", found.quiz, {**frame(found, 0, now=now), "unread": unread})


@require_POST
def quiz_preview_submit(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    found = running(request, slug, now=now)
    if found is not None and found.attempt.is_in_progress:
        if "confirmed" not in request.POST and has_unanswered(found):
            return redirect("quizzes:quiz_preview_unanswered", slug=slug)
        found.preview.submitted_at = now
        keep(request, found.quiz, found.preview)
    return redirect("quizzes:quiz_preview_go_on", slug=slug)


def has_unanswered(found: Running) -> bool:
    return any(answer.response is None for answer in found.preview.answers)


@never_cache
@require_GET
def quiz_preview_unanswered(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    found = running(request, slug, now=now)
    if found is None or not found.attempt.is_in_progress or not has_unanswered(found):
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    allowed = found.quiz.attempts_allowed
    context = {**frame(found, 0, now=now), "left": None if allowed is None else allowed - 1}
    return page(request, "attempts/unanswered", found.quiz, context)


@never_cache
@require_GET
def quiz_preview_result(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    found = running(request, slug, now=now)
    if found is None or found.attempt.is_in_progress:
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    shown = report.revealed(found.preview.preset, shows_answers=found.shows_answers)
    earned = previews.marked(found.preview, found.paper, found.quiz)
    answers = [answer for answer in found.preview.answers if found.attempt.has_reached(answer.slot)]
    result = report.result_cards(answers, found.paper, earned, shown)
    context = {
        "attempt": found.attempt,
        "is_own": True,
        "is_late": False,
        "revealed": shown,
        "reveal_at": None,
        "preset": found.preview.preset,
        "result": attempt_report.result(found.attempt, shown),
        "changes": [],
        "cards": result,
        "parts": parts_of(result, is_over=True),
        "may_manage": False,
        "act": None,
        "notes": [_("Students are told: “%(when)s”") % {"when": attempt_report.reveal_sentence(found.preview.preset)}],
    }
    return page(request, "attempts/result", found.quiz, context)


@require_POST
def quiz_preview_end(request: LoggedInRequest, slug: str) -> HttpResponse:
    """Throw the preview away."""
    quiz = quiz_report.previewed(author_of(request), slug)
    keep(request, quiz, None)
    return redirect("quizzes:quiz_detail", slug=slug)


@require_POST
def preview_answers(request: LoggedInRequest) -> HttpResponse:
    """Show or hide the answers in every preview, and go back to the page."""
    author_of(request)
    request.session[HIDES_ANSWERS] = request.POST.get("answers") == "hide"
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_ours else "quizzes:quiz_list")
