"""Quizzes in the admin: settings, items in rows, publishing, composing from a blueprint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.forms import BaseForm, BaseFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quizzes import clock
from quizzes.admin.quiz_items import BandRows, DrawRows, FixedRows
from quizzes.admin.quiz_pages import QuizPages
from quizzes.admin.quiz_points import QuizPoints
from quizzes.admin.quiz_shares import QuizShares
from quizzes.admin.scope import owner_name, person, preview_link
from quizzes.admin.scoped import ScopedAdmin, WhoseFilter
from quizzes.forms.quizzes import QuizForm
from quizzes.models import Quiz
from quizzes.services import points, quizzes, running

FIELDSETS = (
    (None, {"fields": ("title", "slug", "description", "is_open_to_all", "visibility", "revision", "told")}),
    (
        gettext_lazy("Time and attempts"),
        {"fields": ("time_rule", "time_limit", "attempts_allowed", "opens_at", "closes_at", "applies_to_running")},
    ),
    (
        gettext_lazy("Marks and feedback"),
        {
            "fields": (
                "feedback",
                "results_wait_for_all",
                "keeps_questions",
                "pass_mark",
                "gives_certificate",
                "counting",
                "wrong_penalty",
            )
        },
    ),
    (
        gettext_lazy("How it is asked"),
        {"fields": ("shuffle_questions", "shuffle_options", "navigation", "layout")},
    ),
)


class ListedQuiz(Protocol):
    """A quiz with what its list adds to it."""

    slug: str
    title: str
    attempt_count: int
    may_preview: bool


@admin.register(Quiz)
class QuizAdmin(QuizPoints, QuizShares, QuizPages, ScopedAdmin):
    form = QuizForm
    fieldsets = FIELDSETS  # type: ignore[assignment]
    prepopulated_fields = {"slug": ("title",)}
    inlines = (FixedRows, DrawRows, BandRows)
    list_display = ("title", "preview", "status", "time_words", "asks", "feedback", "attempts_made", "owner_name")
    list_filter = ("status", WhoseFilter, "feedback", "time_rule", "is_open_to_all")
    list_select_related = ("owner",)
    search_fields = ("title", "slug", "description")
    ordering = ("-pk",)
    actions = ("archive",)
    change_form_template = "admin/quizzes/quiz/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quiz]:
        queryset = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "quizzes_quiz_changelist":
            previewed = Quiz.objects.previewed_by(person(request)).filter(pk=OuterRef("pk"))
            queryset = queryset.prefetch_related("items").annotate(
                attempt_count=Count("attempts", filter=~Q(attempts__status="in_progress"), distinct=True),
                may_preview=Exists(previewed),
            )
        return queryset

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Quiz], search_term: str
    ) -> tuple[QuerySet[Quiz], bool]:
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            usable = Quiz.objects.usable_by(person(request)).exclude(status=Quiz.Status.ARCHIVED)
            queryset = usable.order_by("title")
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=gettext_lazy("time"), ordering="time_limit")
    def time_words(self, quiz: Quiz) -> str:
        if quiz.minutes is not None:
            return _("%(n)d min") % {"n": quiz.minutes}
        return _("computed") if quiz.time_rule == Quiz.TimeRule.COMPUTED else _("untimed")

    @admin.display(description=gettext_lazy("questions"))
    def asks(self, quiz: Quiz) -> int:
        return sum(item.draw_count or 1 for item in quiz.items.all())

    @admin.display(description=gettext_lazy("attempts"), ordering="attempt_count")
    def attempts_made(self, quiz: ListedQuiz) -> int:
        return quiz.attempt_count

    @admin.display(description=gettext_lazy("owner"), ordering="owner")
    def owner_name(self, quiz: Quiz) -> str:
        return owner_name(quiz)

    @admin.display(description=gettext_lazy("preview"))
    def preview(self, quiz: ListedQuiz) -> str:
        return preview_link(reverse("quizzes:quiz_preview", args=[quiz.slug]), quiz.title) if quiz.may_preview else ""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Return whether it can be deleted; with attempts or assignments it is archived instead."""
        return super().has_delete_permission(request, obj) and not (
            isinstance(obj, Quiz) and quizzes.is_referenced(obj)
        )

    def delete_model(self, request: HttpRequest, obj: Quiz) -> None:
        quizzes.delete(obj, actor=person(request))

    def get_fieldsets(self, request: HttpRequest, obj: Quiz | None = None) -> Any:
        """Return the fields; running attempts are asked about where there can be some, visibility of the owner."""
        hidden = {"applies_to_running"} if obj is None else set()
        if obj is not None and not (obj.owner_id and obj.is_owned_by(person(request))):
            hidden.add("visibility")
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in hidden]})
            for title, options in FIELDSETS
        ]

    # Saving ------------------------------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Quiz, form: object, change: bool) -> None:
        now, reason = clock.now(), _("The quiz was changed.")
        with running.moved(running.at_quiz(obj), reason=reason, actor=person(request), now=now, shorten=False):
            quizzes.save(obj, actor=person(request), now=now)

    def save_related(
        self, request: HttpRequest, form: ModelForm[Quiz], formsets: Iterable[BaseFormSet[BaseForm]], change: bool
    ) -> None:
        asked = points.asked_by(form.instance)
        super().save_related(request, form, formsets, change)
        self.number_new_items(form.instance)
        quizzes.pin_foreign(form.instance)
        self.follow_items(form, asked)
        self.tell_of_attempts(request, form.instance, asked)
        if not form.cleaned_data.get("applies_to_running"):
            return
        changed = running.tighten(
            running.at_quiz(form.instance),
            reason=_("The quiz's limit or close was changed for running attempts."),
            actor=person(request),
            now=clock.now(),
        )
        text = ngettext("%(n)d running attempt ends earlier.", "%(n)d running attempts end earlier.", changed)
        messages.info(request, text % {"n": changed})

    def follow_items(self, form: ModelForm[Quiz], asked: set[tuple[object, ...]]) -> None:
        """Give a published quiz the limit of the items that it has now."""
        is_other = points.asked_by(form.instance) != asked or "time_rule" in form.changed_data
        if is_other or form.instance.lacks_limit:
            quizzes.items_changed(form.instance)

    def number_new_items(self, quiz: Quiz) -> None:
        """Number the items 1…n in the order given; rows with the same number keep their order of entry."""
        for position, item in enumerate(quiz.items.order_by("position", "pk"), start=1):
            if item.position != position:
                item.position = position
                item.save(update_fields=["position"])

    # Actions -----------------------------------------------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Archive the selected quizzes"))
    def archive(self, request: HttpRequest, queryset: QuerySet[Quiz]) -> None:
        count = 0
        for quiz in self.only_managed(request, queryset).exclude(status=Quiz.Status.ARCHIVED):
            if classes := ", ".join(map(str, quizzes.classes_of(quiz))):
                words = {"quiz": quiz.title, "classes": classes}
                text = _("“%(quiz)s” is assigned to %(classes)s and was left alone; open it to confirm.") % words
                self.message_user(request, text, messages.WARNING)
                continue
            quizzes.archive(quiz, actor=person(request), now=clock.now())
            self.log_change(request, quiz, _("Archived."))
            count += 1
        self.message_user(request, ngettext("%(n)d quiz archived.", "%(n)d quizzes archived.", count) % {"n": count})
