"""Previews between two requests: kept in the session, fetched through permission, shown in the pages of students.

The templates ask `url` for the pages of an attempt; here it gives those of the preview instead, so that nothing has to be
written twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from quizzes.errors import NotFound
from quizzes.models import Attempt, Quiz, User
from quizzes.models.papers import Paper
from quizzes.models.previews import Preview
from quizzes.question_types.fields import MAX_ANSWER
from quizzes.reports import attempts as attempt_report
from quizzes.reports import previews as report
from quizzes.reports import quizzes as quiz_report
from quizzes.services import previews
from quizzes.views.requests import LoggedInRequest

KEPT, HIDES_ANSWERS = "previews", "preview_hides_answers"  # in the session
MOST_KEPT = 3  # an essay may be long, and a session is read with every page
PAGES = {  # what the templates ask for, and what they get; all other pages of an attempt have the same name here
    "attempt": "quiz_preview_go_on",
    "attempt_deadline": "quiz_preview",
    "quiz_start": "quiz_preview_start",
}
NOWHERE = ("attempt_save", "attempt_state", "attempt_flag", "attempt_timeline")  # for the script of an attempt


def addresses(quiz: Quiz) -> Callable[..., str]:
    """Return what stands in for `url` on the pages of a preview."""

    def address(name: str, *arguments: object) -> str:
        noun = name.removeprefix("quizzes:")
        if noun in NOWHERE:
            return ""
        if noun in PAGES:
            return reverse(f"quizzes:{PAGES[noun]}", args=[quiz.slug])
        if noun.startswith("attempt_") and arguments:
            own = noun.replace("attempt_", "quiz_preview_", 1)
            return reverse(f"quizzes:{own}", args=[quiz.slug, *arguments[1:]])
        return reverse(name, args=arguments)

    return address


@dataclass
class OpenPreview:
    """A preview with its quiz and its paper, at one instant."""

    preview: Preview
    quiz: Quiz
    paper: Paper
    attempt: Attempt
    shows_answers: bool

    @property
    def where(self) -> str:
        """The page on which it goes on."""
        if not self.attempt.is_in_progress:
            return self.at("attempt_result")
        if self.quiz.layout == Quiz.Layout.ALL and not self.preview.reached_slot:
            return self.at("attempt_all")
        return self.at("attempt_question", self.preview.reached_slot or 1)

    def at(self, name: str, *arguments: object) -> str:
        return addresses(self.quiz)(f"quizzes:{name}", 0, *arguments)  # 0: it has no number


def author_of(request: LoggedInRequest) -> User:
    """Return the user, if they teach; others get 404."""
    if not request.user.is_instructor:
        raise NotFound
    return request.user


def shows_answers(request: HttpRequest) -> bool:
    """Return the switch of all previews; it stays as it was set until the person logs out."""
    return not request.session.get(HIDES_ANSWERS, False)


def kept(request: LoggedInRequest, quiz: Quiz) -> Preview | None:
    row = request.session.get(KEPT, {}).get(str(quiz.pk))
    return None if row is None else Preview.restored(row)


def keep(request: LoggedInRequest, quiz: Quiz, preview: Preview | None) -> None:
    """Keep a preview in the session in place of the one before; None forgets it. The oldest go first."""
    others = {key: row for key, row in request.session.get(KEPT, {}).items() if key != str(quiz.pk)}
    mine = {} if preview is None else {str(quiz.pk): preview.stored()}
    newest = list({**others, **mine}.items())[-MOST_KEPT:]
    request.session[KEPT] = dict(newest)


def open_preview(request: LoggedInRequest, slug: str, *, now: datetime) -> OpenPreview | None:
    """Return the preview of a quiz that the person may preview; None where there is none, or it cannot go on."""
    quiz = quiz_report.previewed(author_of(request), slug)
    preview = kept(request, quiz)
    if preview is None:
        return None
    try:
        paper = previews.paper_of(preview, quiz, request.user, now=now)
    except NotFound:
        messages.info(request, _("A question was changed meanwhile. Start the preview again."))
        return None
    earned = previews.marked(preview, paper, quiz) if preview.ended_at(now) else None
    attempt = report.attempt_of(preview, quiz, request.user, now=now, earned=earned)
    return OpenPreview(preview, quiz, paper, attempt, shows_answers(request))


def page(
    request: LoggedInRequest, name: str, quiz: Quiz, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """Show a page of students, with the band above it."""
    context = {
        "quiz": quiz,
        "url": addresses(quiz),
        "is_preview": True,
        "student_page": f"quizzes/{name}.jinja",
        "shows_answers": shows_answers(request),
        "back": request.path,
        "keys": [],
        "scripts": [],
        "notes": [],
        **context,
    }
    return render(request, "quizzes/previews/page.jinja", context, status=status)


def frame(opened: OpenPreview, here: int, *, now: datetime) -> dict[str, object]:
    """Return what every page of a running preview shows around the questions, as `attempts.page_context` does."""
    return {
        "attempt": opened.attempt,
        "overview": attempt_report.overview(opened.preview, opened.preview.answers, here=here),
        "seconds_left": opened.attempt.seconds_left(now),
        "is_practice": opened.preview.preset == "practice" and opened.shows_answers,
        "has_marks": opened.preview.preset != "survey",
        "may_switch": not opened.preview.reached_slot,
        "longest": MAX_ANSWER,
        "notes": opened.preview.notes,
    }
