"""What one does with published questions: put them into a quiz, and regrade attempts after a correction."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import clock
from quizzes.admin.question_part import QuestionPart
from quizzes.admin.scope import person
from quizzes.errors import QuizError
from quizzes.forms.question_errands import AddToQuizForm, RegradeForm
from quizzes.models import Attempt, Question, QuestionVersion
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import quizzes, regrading

MAX_ADDED = 200
ROWS = 50  # of the table that says whose marks a regrade would change


class QuestionTools(QuestionPart):
    """Mixed into the question's ModelAdmin, after its pages."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("to-quiz/", view(self.to_quiz_view), name="quizzes_question_to_quiz"),
            path("<int:pk>/regrade/", view(self.regrade_view), name="quizzes_question_regrade"),
        ]
        return own + super().get_urls()

    def to_quiz_view(self, request: HttpRequest) -> HttpResponse:
        """Append questions to a quiz; the ids come from the list's action or the question's page."""
        pks = [int(pk) for pk in request.GET.get("questions", "").split(",") if pk.isdigit() and len(pk) < 12]
        chosen: list[Question] = list(
            self.get_queryset(request)
            .filter(pk__in=Question.objects.usable_by(person(request)).filter(pk__in=pks[:MAX_ADDED]).values("pk"))
            .order_by("pk")
        )
        if not chosen:
            messages.error(request, _("Choose at least one question that you may use; of others you can make a copy."))
            return redirect("admin:quizzes_question_changelist")
        form = AddToQuizForm(person(request), request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            quiz = form.cleaned_data["quiz"]
            added, skipped = quizzes.add_questions(
                quiz,
                chosen,
                points=form.cleaned_data["points"],
                actor=person(request),
                now=clock.now(),
            )
            text = ngettext("%(n)d question added.", "%(n)d questions added.", added) % {"n": added}
            if skipped:
                text += " " + ngettext("%(n)d was in it already.", "%(n)d were in it already.", skipped) % {
                    "n": skipped
                }
            messages.success(request, text)
            return redirect("admin:quizzes_quiz_change", quiz.pk)
        context = {"title": _("Add to a quiz"), "form": form, "questions": chosen}
        return self.page(request, "to_quiz", context)

    def regrade_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show first what would change, then make the change, with a reason that is logged with every attempt."""
        question = self.fetched(request, pk)
        form = RegradeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self.regrade(request, question, form):
            return redirect("admin:quizzes_question_regrade", pk)
        effect = regrading.effect(question, Attempt.objects.managed_by(person(request)))
        context = {
            "title": _("Regrade by the published version"),
            "form": form,
            "question": question,
            "effect": effect,
            "versions": [{"version": version, "right": right_answer(version)} for version in effect.versions],
            "rows": effect.changes[:ROWS],
            "more_rows": max(0, len(effect.changes) - ROWS),
            "unchanged": len(effect.remarks) - len(effect.changes),
            "at_once": regrading.AT_ONCE,
            "original": question,
        }
        return self.page(request, "regrade", context)

    def regrade(self, request: HttpRequest, question: Question, form: RegradeForm) -> bool:
        """Regrade and say what came of it; whether it was done."""
        attempts, data = Attempt.objects.managed_by(person(request)), form.cleaned_data
        facts = {"seen": data["version"], "reason": data["reason"], "actor": person(request), "now": clock.now()}
        try:
            done = regrading.regrade(question, attempts, **facts)
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return False
        text = ngettext("%(n)d attempt re-marked.", "%(n)d attempts re-marked.", done) % {"n": done}
        self.log_change(request, question, f"{text} {data['reason']}")
        messages.success(request, text)
        return True


def right_answer(version: QuestionVersion) -> str:
    """Return the key in words; empty for content that is no longer valid."""
    try:
        return version.kind.model_answer(version.parsed)
    except InvalidSpec:
        return ""
