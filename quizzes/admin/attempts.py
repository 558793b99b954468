"""Attempts: read only, with answers and everything that happened. Marks change in the marking pages, with a reason."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quizzes import clock
from quizzes.admin.scoped import ScopedAdmin, ScopedFilter
from quizzes.figures import marks
from quizzes.models import Answer, Attempt
from quizzes.services import grading


@admin.register(Attempt)
class AttemptAdmin(ScopedAdmin):
    list_display = ("learner_name", "quiz", "classroom", "number", "status", "result", "started_at", "taken_for")
    list_display_links = ("learner_name",)
    list_filter = (
        "status",
        ("assignment__classroom", ScopedFilter),
        ("quiz", ScopedFilter),
        ("started_at", admin.DateFieldListFilter),
        "closed_by",
    )
    list_select_related = ("learner", "quiz", "assignment__classroom")
    search_fields = ("learner__username", "learner__first_name", "learner__last_name", "quiz__title")
    search_help_text = gettext_lazy("A student's name or a quiz")
    ordering = ("-started_at", "-pk")
    actions = ("grade_again",)
    change_form_template = "admin/quizzes/attempt/change_form.html"

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("learner"), ordering="learner__username")
    def learner_name(self, attempt: Attempt) -> str:
        return attempt.learner.full_name

    @admin.display(description=gettext_lazy("classroom"), ordering="assignment__classroom")
    def classroom(self, attempt: Attempt) -> str:
        return attempt.assignment.classroom.name if attempt.assignment else _("self-study")

    @admin.display(description=gettext_lazy("result"), ordering="fraction")
    def result(self, attempt: Attempt) -> str:
        if attempt.shown_marks is None:
            return "–"
        return _("%(marks)s of %(max)s") % {"marks": marks(attempt.shown_marks), "max": marks(attempt.max_marks)}

    @admin.display(description=gettext_lazy("took"))
    def taken_for(self, attempt: Attempt) -> str:
        if attempt.duration is None:
            return "–"
        minutes, seconds = divmod(int(attempt.duration.total_seconds()), 60)
        return _("%(m)d min %(s)02d s") % {"m": minutes, "s": seconds}

    @admin.display(description=gettext_lazy("notes of the draw"))
    def notes(self, attempt: Attempt) -> str:
        return " ".join(attempt.draw_notes or []) or "–"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        attempt = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if attempt is not None:
            answers = attempt.answers.select_related("version__question", "marked_by")
            context["answers"] = [
                {"answer": answer, "words": _words(answer), "stem": answer.version.stem} for answer in answers
            ]
            context["events"] = list(attempt.events.select_related("actor"))
        return super().change_view(request, object_id, form_url, context)

    def get_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return (
            "learner_name",
            "quiz",
            "classroom",
            "number",
            "status",
            "started_at",
            "due_at",
            "submitted_at",
            "closed_by",
            "result",
            "notes",
        )

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return self.get_fields(request, obj)

    @admin.action(
        description=gettext_lazy("Grade again attempts that were closed but not graded"), permissions=["view"]
    )
    def grade_again(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> None:
        done = left = 0
        for attempt in queryset.awaiting_grading():  # type: ignore[attr-defined]
            graded = grading.grade_or_leave(attempt, now=clock.now())
            still_there = graded.status == Attempt.Status.SUBMITTED
            done, left = done + (not still_there), left + still_there
        self.message_user(request, ngettext("%(n)d attempt graded.", "%(n)d attempts graded.", done) % {"n": done})
        if left:
            text = ngettext("%(n)d could not be graded; see the log.", "%(n)d could not be graded; see the log.", left)
            self.message_user(request, text % {"n": left}, messages.ERROR)


def _words(answer: Answer) -> str:
    """Return a response in words; content of another time is shown as it is stored."""
    if answer.response is None:
        return ""
    try:
        return str(answer.version.kind.response_words(answer.version.parsed, answer.response))
    except (ValueError, KeyError, IndexError, TypeError):
        return str(answer.response)
