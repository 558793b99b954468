"""A quiz goes to a colleague by a code: the owner's page with the codes, and the colleague's with what they get."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import clock, limits
from quizzes.admin.quiz_part import QuizPart
from quizzes.admin.scope import person
from quizzes.errors import QuizError
from quizzes.forms.posted import number_in
from quizzes.models import Quiz, QuizShare
from quizzes.services import outlines, shares

TRIES = "open_quiz_share"


class QuizShares(QuizPart):
    """Mixed into the quiz's ModelAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/share/", view(self.share_view), name="quizzes_quiz_share"),
            path("shared/", view(self.code_view), name="quizzes_quiz_code"),
            path("shared/<str:code>/", view(self.shared_view), name="quizzes_quiz_shared"),
        ]
        return own + super().get_urls()

    # The owner's page ------------------------------------------------------------------------------------------------

    def share_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the codes of a quiz; posted, make one more, or take one back."""
        quiz = self.fetched(request, pk)
        if request.method == "POST":
            self.shared_or_revoked(request, quiz)
            return redirect("admin:quizzes_quiz_share", pk)
        rows = QuizShare.objects.managed_by(person(request)).filter(quiz=quiz).open_at(clock.now())
        found = [
            (row, request.build_absolute_uri(reverse("admin:quizzes_quiz_shared", args=[row.code]))) for row in rows
        ]
        context = {"title": _("Share with a colleague"), "quiz": quiz, "rows": found, "days": shares.DAYS}
        return TemplateResponse(request, "admin/quizzes/quiz/share.html", context)

    def shared_or_revoked(self, request: HttpRequest, quiz: Quiz) -> None:
        now, actor = clock.now(), person(request)
        if revoked := number_in(request.POST.get("revoke", ""), 0):
            share = get_object_or_404(QuizShare.objects.managed_by(actor), pk=revoked, quiz=quiz)
            shares.revoke(share, actor=actor, now=now)
            messages.success(request, _("The code no longer works. Copies that were made stay."))
            return
        days = number_in(request.POST.get("days", ""), 7)
        try:
            shares.make(quiz, actor=actor, days=days if days in shares.DAYS else 7, now=now)
        except QuizError as refusal:
            messages.error(request, str(refusal.message))

    # The colleague's pages -------------------------------------------------------------------------------------------

    def code_view(self, request: HttpRequest) -> HttpResponse:
        """Show a field for a code."""
        context: dict[str, object] = {"title": _("Copy a colleague's quiz")}
        if request.method == "POST":
            limits.take(request, TRIES)
            context["code"] = code = request.POST.get("code", "")[:64]
            try:
                share = shares.opened(code, actor=person(request), now=clock.now())
                return redirect("admin:quizzes_quiz_shared", share.code)
            except QuizError as refusal:
                context["error"] = refusal.message
        return TemplateResponse(request, "admin/quizzes/quiz/code.html", context)

    def shared_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show what a code gives; posted, make the copy."""
        limits.take(request, TRIES)
        actor, now = person(request), clock.now()
        try:
            share = shares.opened(code[:64], actor=actor, now=now)
            if request.method == "POST":
                return self.copied(request, *shares.copy(share, actor=actor, now=now))
        except QuizError as refusal:
            told = {"title": _("Copy a colleague's quiz"), "error": refusal.message}
            return TemplateResponse(request, "admin/quizzes/quiz/code.html", told, status=404)
        contents = shares.contents_of(share, actor=actor, now=now)
        context: dict[str, object] = {
            "title": share.quiz.title,
            "share": share,
            "contents": contents,
            "outline": outlines.of_items(contents.items, feedback=share.quiz.feedback),
        }
        return TemplateResponse(request, "admin/quizzes/quiz/shared.html", context)

    def copied(self, request: HttpRequest, quiz: Quiz, behind: int) -> HttpResponse:
        messages.success(request, _("This is your copy, a draft that only you see."))
        if behind:
            words = ngettext("%(n)d question stayed behind.", "%(n)d questions stayed behind.", behind)
            messages.warning(request, words % {"n": behind})
        return redirect("admin:quizzes_quiz_change", quiz.pk)
