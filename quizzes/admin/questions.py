"""Questions in the admin: the list with its filters and actions; its pages are the parts in `question_….py`."""

from __future__ import annotations

from typing import Any, Protocol

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quizzes import clock
from quizzes.admin.question_acts import QuestionActs
from quizzes.admin.question_exports import QuestionExports
from quizzes.admin.question_imports import QuestionImports
from quizzes.admin.question_pages import QuestionPages
from quizzes.admin.question_preview import QuestionPreview
from quizzes.admin.question_search import FILTERS, searched, with_stem
from quizzes.admin.question_tools import MAX_ADDED, QuestionTools
from quizzes.admin.question_versions import QuestionVersions
from quizzes.admin.scope import owner_name, person, preview_link
from quizzes.admin.scoped import ScopedAdmin
from quizzes.errors import QuizError
from quizzes.models import Question, QuestionVersion, Quiz
from quizzes.services import bank, question_use

Status = QuestionVersion.Status


class ListedQuestion(Protocol):
    """A question with what `with_stem` adds to it."""

    pk: int
    is_archived: bool
    stem: str | None
    latest_seen: int | None
    has_ready: bool
    has_draft: bool

    def get_type_display(self) -> str: ...


@admin.register(Question)
class QuestionAdmin(
    QuestionExports,
    QuestionImports,
    QuestionVersions,
    QuestionPages,
    QuestionActs,
    QuestionPreview,
    QuestionTools,
    ScopedAdmin,
):
    list_display = ("snippet", "preview", "type", "topic", "difficulty", "bloom", "state", "owner_name")
    list_filter = FILTERS
    list_select_related = ("topic", "owner")
    search_fields = ("spec",)  # shows the box; `searched` looks
    search_help_text = gettext_lazy("Words of the question, its answers and explanation, a topic or a tag")
    ordering = ("-pk",)
    actions = ("publish_drafts", "add_to_quiz", "export", "keep_for_exams", "release", "archive", "restore")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return with_stem(super().get_queryset(request), person(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Question], search_term: str
    ) -> tuple[QuerySet[Question], bool]:
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            usable = Question.objects.usable_by(person(request)).order_by()
            queryset = queryset.filter(is_archived=False, pk__in=usable.values("pk"))
        return (searched(queryset, search_term) if search_term.strip() else queryset), False

    def choice_label(self, question: ListedQuestion) -> str:
        """Return how a question is worded in an autocomplete."""
        state = "" if question.has_ready else " · " + _("not published")
        return f"{Truncator(question.stem or '').chars(110)} ({question.get_type_display()}{state})"

    @admin.display(description=gettext_lazy("stem"), ordering="stem")
    def snippet(self, question: ListedQuestion) -> str:
        return Truncator(question.stem or "—").chars(110)

    @admin.display(description=gettext_lazy("state"))
    def state(self, question: ListedQuestion) -> str:
        if question.is_archived:
            return _("archived")
        if question.has_ready:
            return _("published, draft open") if question.has_draft else _("published")
        return _("draft") if question.has_draft else _("out of use")

    @admin.display(description=gettext_lazy("owner"), ordering="owner")
    def owner_name(self, question: Question) -> str:
        return owner_name(question)

    @admin.display(description=gettext_lazy("preview"))
    def preview(self, question: ListedQuestion) -> str:
        if not question.latest_seen:
            return ""
        address = reverse("admin:quizzes_question_preview", args=[question.pk, question.latest_seen])
        return preview_link(address, self.snippet(question))

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Return whether it can be deleted: nothing refers to it. The rest is archived."""
        return super().has_delete_permission(request, obj) and not (
            isinstance(obj, Question) and question_use.is_referenced(obj)
        )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Return what goes with them, and nothing that stands in the way where only guests were asked."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, missing, protected if any(map(question_use.is_referenced, objs)) else []

    def delete_model(self, request: HttpRequest, obj: Question) -> None:
        bank.delete(obj, actor=person(request))

    # Actions -----------------------------------------------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Publish the drafts of the selected questions"))
    def publish_drafts(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        managed = self.only_managed(request, queryset)
        drafts = QuestionVersion.objects.filter(question__in=managed, status=Status.DRAFT).select_related("question")
        published = 0
        for draft in drafts:
            if self.is_left_alone(request, draft.question, question_use.quizzes_following(draft.question)):
                continue
            try:
                bank.publish(draft, actor=person(request), now=clock.now())
            except QuizError as refusal:
                snippet = Truncator(draft.stem).chars(60)
                self.message_user(request, f"{snippet}: {refusal.message}", messages.ERROR)
                continue
            self.log_change(request, draft.question, _("Version %(n)d published.") % {"n": draft.number})
            published += 1
        text = ngettext("%(n)d question published.", "%(n)d questions published.", published) % {"n": published}
        self.message_user(request, text)

    @admin.action(description=gettext_lazy("Add the selected questions to a quiz…"))
    def add_to_quiz(self, request: HttpRequest, queryset: QuerySet[Question]) -> HttpResponse | None:
        pks = list(queryset.order_by("pk").values_list("pk", flat=True)[: MAX_ADDED + 1])
        if len(pks) > MAX_ADDED:
            text = _("Choose at most %(n)d questions at once; for more, use draw rules.") % {"n": MAX_ADDED}
            self.message_user(request, text, messages.ERROR)
            return None
        chosen = ",".join(map(str, pks))
        return redirect(reverse("admin:quizzes_question_to_quiz") + f"?questions={chosen}")

    @admin.action(description=gettext_lazy("Keep the selected questions for exams"))
    def keep_for_exams(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        kept = bank.keep_for_exams(self._managed(request, queryset))
        text = ngettext("%(n)d question is kept for exams now.", "%(n)d questions are kept for exams now.", kept)
        self.message_user(request, text % {"n": kept})

    @admin.action(description=gettext_lazy("Release the selected questions for practice and other quizzes"))
    def release(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        released = bank.release(self._managed(request, queryset))
        text = ngettext("%(n)d question is released.", "%(n)d questions are released.", released)
        self.message_user(request, text % {"n": released})

    def _managed(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        """Return those of them that the instructor may change, without what the list joins; the others are named."""
        return Question.objects.filter(pk__in=[question.pk for question in self.only_managed(request, queryset)])

    @admin.action(description=gettext_lazy("Archive the selected questions"))
    def archive(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        count = 0
        for question in self.only_managed(request, queryset):
            if self.is_left_alone(request, question, question_use.quizzes_asking(question)):
                continue
            bank.archive(question, actor=person(request), now=clock.now())
            self.log_change(request, question, _("Archived."))
            count += 1
        self.tell_changed(request, count)

    @admin.action(description=gettext_lazy("Restore the selected questions"))
    def restore(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        count = 0
        for question in self.only_managed(request, queryset):
            bank.restore(question, actor=person(request))
            count += 1
        self.tell_changed(request, count)

    def is_left_alone(self, request: HttpRequest, question: Question, asking: QuerySet[Quiz]) -> bool:
        """Return whether published quizzes ask the question: then it is changed on its own page, where they are confirmed."""
        titles = ", ".join(f"“{quiz}”" for quiz in asking)
        if titles:
            version = question.shown_version
            words = {"what": Truncator(version.stem if version else "").chars(60), "quizzes": titles}
            text = _("%(what)s is asked by %(quizzes)s and was left alone; open it to confirm.") % words
            self.message_user(request, text, messages.WARNING)
        return bool(titles)

    def tell_changed(self, request: HttpRequest, count: int) -> None:
        text = ngettext("%(n)d question changed.", "%(n)d questions changed.", count) % {"n": count}
        self.message_user(request, text)
