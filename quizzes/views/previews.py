"""A quiz as a student would take it, for those who write it: page by page, as `attempts` has them.

What the buttons do is in `preview_actions`.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock
from quizzes.errors import NotFound, NotOpen
from quizzes.reports import attempts as attempt_report
from quizzes.reports import previews as report
from quizzes.reports import quizzes as quiz_report
from quizzes.reports.cards import with_cases
from quizzes.reports.results import parts_of
from quizzes.services import previews, ways
from quizzes.views.asked_previews import all_page, question_page, save_answers
from quizzes.views.kept_previews import HIDES_ANSWERS, OpenPreview, author_of, frame, keep, open_preview, page
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE


@never_cache
@require_GET
def quiz_preview(request: LoggedInRequest, slug: str) -> HttpResponse:
    """Show the page of the quiz with its rules, as a student has it before the start."""
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
    opened = open_preview(request, slug, now=clock.now())
    return redirect(opened.where if opened else reverse("quizzes:quiz_preview", args=[slug]))


@never_cache
@READ_WRITE
def quiz_preview_question(request: LoggedInRequest, slug: str, slot: int) -> HttpResponse:
    """Show one question; POST keeps its answer and stays."""
    now = clock.now()
    opened = open_preview(request, slug, now=now)
    if opened is None or not opened.attempt.is_in_progress or opened.preview.reached_slot not in (0, slot):
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    if slot not in opened.paper:
        raise NotFound
    posted = save_answers(request, opened, slot, now=now)
    if request.method == "POST" and not posted.refused:
        return redirect("quizzes:quiz_preview_question", slug=slug, slot=slot)
    return question_page(request, opened, slot, posted, now=now)


@never_cache
@READ_WRITE
def quiz_preview_all(request: LoggedInRequest, slug: str) -> HttpResponse:
    """Show all questions; POST keeps their answers and stays."""
    now = clock.now()
    opened = open_preview(request, slug, now=now)
    if opened is None or not opened.attempt.is_in_progress or opened.preview.reached_slot:
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    posted = save_answers(request, opened, 0, now=now)
    if request.method == "POST" and not posted.refused:
        return redirect("quizzes:quiz_preview_all", slug=slug)
    return all_page(request, opened, posted, now=now)


@never_cache
@require_GET
def quiz_preview_summary(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    opened = open_preview(request, slug, now=now)
    if opened is None or not opened.attempt.is_in_progress:
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    unread = [answer.slot for answer in opened.preview.answers if opened.paper[answer.slot].is_unread(answer.response)]
    return page(request, "attempts/summary", opened.quiz, {**frame(opened, 0, now=now), "unread": unread})


@require_POST
def quiz_preview_submit(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    opened = open_preview(request, slug, now=now)
    if opened is not None and opened.attempt.is_in_progress:
        if "confirmed" not in request.POST and has_unanswered(opened):
            return redirect("quizzes:quiz_preview_unanswered", slug=slug)
        opened.preview.submitted_at = now
        keep(request, opened.quiz, opened.preview)
    return redirect("quizzes:quiz_preview_go_on", slug=slug)


def has_unanswered(opened: OpenPreview) -> bool:
    return any(answer.response is None for answer in opened.preview.answers)


@never_cache
@require_GET
def quiz_preview_unanswered(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    opened = open_preview(request, slug, now=now)
    if opened is None or not opened.attempt.is_in_progress or not has_unanswered(opened):
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    allowed = opened.quiz.attempts_allowed
    context = {**frame(opened, 0, now=now), "left": None if allowed is None else allowed - 1}
    return page(request, "attempts/unanswered", opened.quiz, context)


@never_cache
@require_GET
def quiz_preview_result(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    opened = open_preview(request, slug, now=now)
    if opened is None or opened.attempt.is_in_progress:
        return redirect("quizzes:quiz_preview_go_on", slug=slug)
    shown = report.revealed(opened.preview.preset, shows_answers=opened.shows_answers)
    earned = previews.marked(opened.preview, opened.paper, opened.quiz)
    answers = [answer for answer in opened.preview.answers if opened.attempt.has_reached(answer.slot)]
    result = with_cases(report.result_cards(answers, opened.paper, earned, shown), at=opened.preview.started_at)
    context = {
        "attempt": opened.attempt,
        "is_own": True,
        "is_late": False,
        "revealed": shown,
        "reveal_at": None,
        "preset": opened.preview.preset,
        "result": attempt_report.result(opened.attempt, shown),
        "changes": [],
        "cards": result,
        "parts": parts_of(result, is_over=True),
        "may_manage": False,
        "act": None,
        "notes": [_("Students are told: “%(when)s”") % {"when": attempt_report.reveal_sentence(opened.preview.preset)}],
    }
    return page(request, "attempts/result", opened.quiz, context)


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
