"""Versions of one question: side by side, the way back to an earlier one, and drafts that go for good."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes import clock
from quizzes.admin.confirming import confirmation, is_confirmed
from quizzes.admin.question_part import QuestionPart
from quizzes.admin.scope import person
from quizzes.errors import NotFound, QuizError
from quizzes.forms.posted import number_in
from quizzes.models import Question
from quizzes.reports import versions
from quizzes.services import bank, question_use


class QuestionVersions(QuestionPart):
    """Mixed into the question's ModelAdmin, before `QuestionPages`."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/versions/", view(self.versions_view), name="quizzes_question_versions"),
            path("<int:pk>/versions/compare/", view(self.compare_view), name="quizzes_question_compare"),
            path(
                "<int:pk>/versions/<int:number>/go-back/",
                view(require_POST(self.go_back_view)),
                name="quizzes_question_go_back",
            ),
            path("<int:pk>/delete-draft/", view(require_POST(self.delete_draft_view)), name="quizzes_question_drop"),
        ]
        return own + super().get_urls()

    def versions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        question = self.fetched(request, pk)
        counts = question_use.attempts_by_version(question)
        versions_shown = list(question.versions.select_related("edited_by").order_by("-number"))
        rows = [
            {
                "version": version,
                "attempts": counts.get(version.number, 0),
                "before": older.number if older else None,
                "is_earlier": version is not versions_shown[0] and not version.is_draft,
            }
            for version, older in zip(versions_shown, [*versions_shown[1:], None], strict=True)
        ]
        context = {"title": _("Versions"), "question": question, "rows": rows, "original": question}
        return self.page(request, "versions", context)

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what changed between two versions, in plain words; without a choice between the two newest."""
        question = self.fetched(request, pk)
        rows = {version.number: version for version in question.versions.order_by("-number")}
        newest = [*rows, *rows][:2]
        numbers = [number_in(request.GET.get(name, ""), 0) for name in ("old", "new")]
        old, new = rows.get(numbers[0], rows[newest[-1]]), rows.get(numbers[1], rows[newest[0]])
        context = {
            "title": _("Version %(old)d and version %(new)d") % {"old": old.number, "new": new.number},
            "question": question,
            "rows": rows.values(),
            "old": old,
            "new": new,
            "changes": versions.between(old, new),
            "original": question,
        }
        return self.page(request, "compare", context)

    def go_back_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Make a new draft that says what an earlier version says."""
        question = self.fetched(request, pk)
        try:
            draft = bank.go_back(question, number, actor=person(request), now=clock.now())
        except NotFound:
            raise Http404 from None
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return redirect("admin:quizzes_question_versions", question.pk)
        words = {"n": draft.number, "old": number}
        self.log_change(request, question, _("Version %(n)d made from version %(old)d.") % words)
        messages.success(
            request, _("Version %(n)d is a draft that says what version %(old)d says. Publish it to ask it.") % words
        )
        return redirect("admin:quizzes_question_change", question.pk)

    def delete_draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete a question that was never published; names what goes before."""
        question = self.fetched(request, pk)
        here = reverse("admin:quizzes_question_change", args=[question.pk])
        if not question_use.has_only_been_drafted(question):
            messages.error(
                request, _("Only a draft that no quiz and no attempt has can be deleted. Archive it instead.")
            )
            return redirect(here)
        draft = question.draft
        stem = draft.stem if draft else str(question)
        if not is_confirmed(request):
            context = {
                "title": _("Delete this draft"),
                "lead": _("This question was never published and is in no quiz. It goes for good:"),
                "names": [stem],
                "button": _("Delete it"),
                "back": here,
            }
            return confirmation(self.admin_site, self.opts, request, context)
        self.log_deletions(request, Question.objects.filter(pk=question.pk))
        bank.delete(question, actor=person(request))
        messages.success(request, _("Deleted: %(stem)s") % {"stem": stem})
        return redirect("admin:quizzes_question_changelist")
