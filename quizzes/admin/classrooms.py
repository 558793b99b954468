"""Classrooms and assignments in the admin, each instructor's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from quizzes import clock
from quizzes.admin.parts import StackedInline
from quizzes.admin.scope import person
from quizzes.admin.scoped import ScopedAdmin, ScopedFilter, ScopedInline
from quizzes.errors import QuizError
from quizzes.forms.classroom_admin import AssignmentForm, ClassroomForm, ServedForm
from quizzes.models import Assignment, Attempt, Classroom, Membership
from quizzes.services import assignments, classrooms, overlaps

Status = Membership.Status


class ServedAdmin(ScopedAdmin):
    """Rows that services save: what these refuse is undone, and the form is shown again with the sentence."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except QuizError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm[Model]]:
        form = super().get_form(request, obj, change, **kwargs)  # a class of this request's own
        if issubclass(form, ServedForm):
            form.refusal = getattr(request, "refusal", None)
        return form


def stored(obj: Model, row: Model) -> None:
    """Let the object the admin holds be the row that a service made."""
    obj.pk, obj._state.adding = row.pk, False


def tell_what_it_shares(request: HttpRequest, assignment: Assignment) -> None:
    """Say which quizzes an exam concerns; the form of the class says it before."""
    if sentence := overlaps.sentence_of(assignment):
        messages.warning(request, sentence)


class AssignmentRows(ScopedInline, StackedInline[Assignment, Classroom]):
    model = Assignment
    form = AssignmentForm
    fields = (
        ("quiz", "feedback"),
        ("opens_at", "due_at", "closes_at"),
        ("late_policy", "time_limit", "attempts_allowed"),
    )
    extra = 0
    show_change_link = True

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Return False: an assignment is taken away on its own page, where attempts are looked for first."""
        return False


class ListedClassroom(Protocol):
    """A class with what its list adds to it."""

    member_count: int
    assignment_count: int


class ListedAssignment(Protocol):
    """An assignment with what its list adds to it."""

    attempt_count: int


@admin.register(Classroom)
class ClassroomAdmin(ServedAdmin):
    is_made_elsewhere = True
    form = ClassroomForm
    list_display = ("name", "members", "assigned", "join_code", "is_join_open", "is_archived")
    list_filter = ("is_join_open", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "description")
    ordering = ("name", "pk")
    readonly_fields = ("join_code",)
    fields = (
        "name",
        "description",
        ("join_code", "is_join_open", "capacity"),
        "time_zone",
        ("names_shown", "metric", "speed_breaks_ties"),
        "board_shows_all",
        "missing_is_zero",
    )
    inlines = (AssignmentRows,)
    actions = ("close_joining", "open_joining")
    change_form_template = "admin/quizzes/classroom/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Classroom]:
        active = Q(memberships__status=Membership.Status.ACTIVE, memberships__role=Membership.Role.STUDENT)
        rows: QuerySet[Classroom] = super().get_queryset(request)
        return rows.annotate(
            member_count=Count("memberships", filter=active, distinct=True),
            assignment_count=Count("assignments", distinct=True),
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.act_view))
        return [path("<int:pk>/do/<slug:act>/", view, name="quizzes_classroom_act"), *super().get_urls()]

    @admin.display(description=gettext_lazy("students"), ordering="member_count")
    def members(self, classroom: ListedClassroom) -> int:
        return classroom.member_count

    @admin.display(description=gettext_lazy("assignments"), ordering="assignment_count")
    def assigned(self, classroom: ListedClassroom) -> int:
        return classroom.assignment_count

    @admin.display(description=gettext_lazy("archived"), boolean=True)
    def is_archived(self, classroom: Classroom) -> bool:
        return classroom.archived_at is not None

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Keep a classroom with attempts; it is archived, so that results stay."""
        if isinstance(obj, Classroom) and Attempt.objects.filter(assignment__classroom=obj).exists():
            return False
        return super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Classroom, form: ModelForm[Classroom], change: bool) -> None:
        if change:
            classrooms.change(
                obj, actor=person(request), **{name: form.cleaned_data[name] for name in form.changed_data}
            )
        else:
            stored(obj, classrooms.create(person(request), now=clock.now(), **form.cleaned_data))

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Tell of what was added and of assignments; what changed of the class itself its service records."""
        told: list[dict[str, Any]] = super().construct_change_message(request, form, formsets, add)
        return [entry for entry in told if "object" in entry.get("changed", {"object": ""})]

    def log_change(self, request: HttpRequest, obj: Classroom, message: Any) -> Any:
        return super().log_change(request, obj, message) if message else None

    def save_formset(
        self, request: HttpRequest, form: ModelForm[Classroom], formset: BaseInlineFormSet[Any, Any, Any], change: bool
    ) -> None:
        formset.save(commit=False)
        for row in formset.new_objects:
            terms = {name: getattr(row, name) for name in assignments.TERMS}
            tell_what_it_shares(request, assignments.assign(form.instance, row.quiz, now=clock.now(), **terms))
        for row, names in formset.changed_objects:
            changed = {name: getattr(row, name) for name in names}
            assignments.change(row, actor=person(request), now=clock.now(), **changed)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        classroom = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if classroom is not None:
            context["members"] = list(
                classroom.memberships.active().select_related("user").order_by("role", "user__username")[:500]
            )
        return super().change_view(request, object_id, form_url, context)

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Make a new join code (the old one stops working), archive a class or restore it."""
        classroom = self.get_object(request, str(pk))
        if classroom is None:
            raise Http404
        if not self.has_change_permission(request, classroom):
            raise PermissionDenied
        actor = person(request)
        acts: dict[str, tuple[Callable[[], object], str]] = {
            "new-code": (
                lambda: classrooms.renew_code(classroom, actor=actor),
                _("There is a new join code; the old one no longer works."),
            ),
            "archive": (
                lambda: classrooms.archive(classroom, actor=actor, now=clock.now()),
                _("Archived. Results stay."),
            ),
            "restore": (lambda: classrooms.unarchive(classroom, actor=actor), _("Restored.")),
        }
        if act not in acts:
            raise Http404
        do, done = acts[act]
        do()
        messages.success(request, done)
        return redirect("admin:quizzes_classroom_change", pk)

    @admin.action(description=gettext_lazy("Stop new members in the selected classes"))
    def close_joining(self, request: HttpRequest, queryset: QuerySet[Classroom]) -> None:
        self._set_open(request, queryset, is_open=False)

    @admin.action(description=gettext_lazy("Let new members join the selected classes"))
    def open_joining(self, request: HttpRequest, queryset: QuerySet[Classroom]) -> None:
        self._set_open(request, queryset, is_open=True)

    def _set_open(self, request: HttpRequest, queryset: QuerySet[Classroom], *, is_open: bool) -> None:
        actor = person(request)
        count = len([classrooms.set_join_open(classroom, is_open, actor=actor) for classroom in queryset])
        self.message_user(request, ngettext("%(n)d class changed.", "%(n)d classes changed.", count) % {"n": count})


@admin.register(Assignment)
class AssignmentAdmin(ServedAdmin):
    is_made_elsewhere = True
    form = AssignmentForm
    list_display = ("quiz", "classroom", "opens_at", "due_at", "closes_at", "attempts_made")
    list_filter = (("classroom", ScopedFilter), ("quiz", ScopedFilter))
    list_select_related = ("quiz", "classroom")
    search_fields = ("quiz__title", "classroom__name")
    ordering = ("classroom", "opens_at", "pk")
    autocomplete_fields = ("quiz",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        rows: QuerySet[Assignment] = super().get_queryset(request)
        return rows.annotate(attempt_count=Count("attempts"))

    @admin.display(description=gettext_lazy("attempts"), ordering="attempt_count")
    def attempts_made(self, assignment: ListedAssignment) -> int:
        return assignment.attempt_count

    def get_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        fields = tuple(AssignmentForm.Meta.fields)
        return (*fields, "applies_to_running") if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        """Return the fields that cannot be edited: with another class or quiz it would be another assignment."""
        return ("classroom", "quiz") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Keep an assignment with attempts; it is closed, not deleted."""
        return super().has_delete_permission(request, obj) and not (
            isinstance(obj, Assignment) and obj.attempts.exists()
        )

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        assignments.withdraw(obj)

    def save_model(self, request: HttpRequest, obj: Assignment, form: ModelForm[Assignment], change: bool) -> None:
        fields = dict(form.cleaned_data)
        applies = bool(fields.pop("applies_to_running", False))
        if change:
            changed = {name: fields[name] for name in form.changed_data if name in fields}
            assignments.change(obj, actor=person(request), now=clock.now(), apply_to_running=applies, **changed)
        else:
            stored(obj, assignments.assign(fields.pop("classroom"), fields.pop("quiz"), now=clock.now(), **fields))
        if not change or "feedback" in form.changed_data:
            tell_what_it_shares(request, obj)
