"""Points, items and draw counts of a quiz that were edited after attempts: what is said, and what can be done about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import clock
from quizzes.admin.quiz_part import QuizPart
from quizzes.admin.scope import person
from quizzes.errors import QuizError
from quizzes.forms.points import PointsForm
from quizzes.models import Attempt, Quiz
from quizzes.services import points


class QuizPoints(QuizPart):
    """Mixed into the quiz's ModelAdmin, before its pages."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [path("<int:pk>/points/", view(self.points_view), name="quizzes_quiz_points")]
        return own + super().get_urls()

    def points_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show which attempts have other points than the quiz gives today, then what becomes of them by assignment."""
        quiz = self.fetched(request, pk)
        effect = points.effect(quiz, Attempt.objects.managed_by(person(request)))
        data = request.POST if request.method == "POST" else None
        form = PointsForm(effect.groups, data, initial={"revision": quiz.revision})
        if form.is_valid() and self.remarked(request, quiz, form):
            return redirect("admin:quizzes_quiz_points", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": quiz,
            "title": _("Points of attempts at “%(quiz)s”") % {"quiz": quiz.title},
            "effect": effect,
            "form": form,
            "at_once": points.AT_ONCE,
            "is_long": sum(len(group.attempts) for group in effect.groups) > points.AT_ONCE,
        }
        return TemplateResponse(request, "admin/quizzes/quiz/points.html", context)

    def remarked(self, request: HttpRequest, quiz: Quiz, form: PointsForm) -> bool:
        """Re-mark what was chosen and say what came of it; whether it was done."""
        attempts, data = Attempt.objects.managed_by(person(request)), form.cleaned_data
        if not form.chosen:
            messages.info(request, _("All attempts keep their points."))
            return True
        facts = {"seen": data["revision"], "reason": data["reason"], "actor": person(request), "now": clock.now()}
        try:
            done = points.remark(quiz, form.chosen, attempts, **facts)
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return False
        text = ngettext("%(n)d attempt re-marked.", "%(n)d attempts re-marked.", done) % {"n": done}
        self.log_change(request, quiz, f"{text} {data['reason']}")
        messages.success(request, text)
        return True
