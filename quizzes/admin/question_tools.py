"""What one does with published questions: put them into a quiz, and regrade attempts after a correction."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import clock
from quizzes.admin.scope import person
from quizzes.forms.bank import AddToQuizForm, RegradeForm
from quizzes.models import Attempt, Question
from quizzes.services import bank, quizzes

MAX_ADDED = 200


class QuestionTools:
    """Mixed into the question's ModelAdmin, after its pages."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("to-quiz/", view(self.to_quiz_view), name="quizzes_question_to_quiz"),
            path("<int:pk>/regrade/", view(self.regrade_view), name="quizzes_question_regrade"),
        ]
        return own + super().get_urls()  # type: ignore[misc]

    def to_quiz_view(self, request: HttpRequest) -> HttpResponse:
        """Append questions to a quiz; the ids come from the list's action or the question's page."""
        pks = [int(pk) for pk in request.GET.get("questions", "").split(",") if pk.isdigit() and len(pk) < 12]
        chosen: list[Question] = list(
            self.get_queryset(request)  # type: ignore[attr-defined]
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
        return self.page(request, "to_quiz", context)  # type: ignore[attr-defined]

    def regrade_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """First what would change, then the change, with a reason that is logged with every attempt."""
        question = self.fetched(request, pk)  # type: ignore[attr-defined]
        attempts = bank.on_older_versions(question, Attempt.objects.managed_by(person(request)))
        form = RegradeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            done = bank.regrade(attempts, reason=reason, actor=person(request), now=clock.now())
            text = ngettext("%(n)d attempt regraded.", "%(n)d attempts regraded.", done) % {"n": done}
            self.log_change(request, question, f"{text} {reason}")  # type: ignore[attr-defined]
            messages.success(request, text)
            return redirect("admin:quizzes_question_regrade", pk)
        context = {
            "title": _("Regrade by the published version"),
            "form": form,
            "question": question,
            "ready": question.ready_version,
            "effect": bank.regrade_effect(attempts),
            "at_once": bank.REGRADE_AT_ONCE,
            "original": question,
        }
        return self.page(request, "regrade", context)  # type: ignore[attr-defined]
