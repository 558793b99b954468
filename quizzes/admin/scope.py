"""Who sees what in the admin: every list, object page, choice, filter and action starts from one table of scopes.

Staff need no Django permissions: an instructor may do here what the scope of the model allows, on the rows it gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField, Field, Model, Q, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from quizzes import clock, entitlements
from quizzes.admin.odd_requests import Choice
from quizzes.admin.parts import AnyAdminPart, InlinePart
from quizzes.forms.instants_admin import InstantField, InstantWidget
from quizzes.models import (
    Accommodation,
    Assignment,
    Attempt,
    Classroom,
    InstructorInvitation,
    Membership,
    Question,
    Quiz,
    QuizItem,
    Source,
    StudyNote,
    Tag,
    Topic,
    User,
)
from quizzes.models.reference import STUDY_MODELS
from quizzes.reports import study

Scope = Callable[[User], "QuerySet[Any]"]


def person(request: HttpRequest) -> User:
    """The instructor who asks; the site lets nobody else in."""
    return cast(User, request.user)


def owner_name(row: Any) -> str:
    """Whose it is, in a list; a row that was fetched with its owner asks nothing."""
    return row.owner.full_name if row.owner else _("the site")


def preview_link(address: str, title: str) -> str:
    """A link to a preview, in a list; it says of what to those who hear it alone."""
    words = '<a href="{}">{}<span class="visually-hidden"> {}</span></a>'
    return format_html(words, address, _("Preview"), title)


def _editable(model: Any) -> Scope:
    return lambda user: model.objects.editable_by(user)


def _visible(model: Any) -> Scope:
    return lambda user: model.objects.visible_to(user)


def _usable(model: Any) -> Scope:
    return lambda user: model.objects.usable_by(user)


def _in_my_classrooms(model: Any) -> Scope:
    return lambda user: model.objects.filter(classroom__in=Classroom.objects.taught_by(user))


def _by_administrators(model: Any) -> Scope:
    return lambda user: model.objects.all() if user.is_superuser else model.objects.none()


# What an instructor manages: may change, act on, delete. Topics and tags are for all to add and for administrators to change.
MANAGED: dict[type[Model], Scope] = {
    User: _by_administrators(User),
    InstructorInvitation: _by_administrators(InstructorInvitation),
    Topic: _by_administrators(Topic),
    Tag: _by_administrators(Tag),
    Source: lambda user: Source.objects.editable_by(user),
    Question: lambda user: _without_secret_questions(Question.objects.editable_by(user), user),
    Quiz: lambda user: _without_secret_quizzes(Quiz.objects.editable_by(user), user),
    Classroom: lambda user: Classroom.objects.taught_by(user),
    Membership: _in_my_classrooms(Membership),
    Assignment: lambda user: Assignment.objects.managed_by(user),
    Accommodation: lambda user: Accommodation.objects.filter(
        assignment__classroom__in=Classroom.objects.taught_by(user)
    ),
    Attempt: lambda user: Attempt.objects.managed_by(user),
    **{model: _editable(model) for model in STUDY_MODELS},
    StudyNote: lambda user: _without_secret_cases(StudyNote.objects.editable_by(user), user),
}
# What they may look at, where that is more.
SEEN: dict[type[Model], Scope] = {
    Topic: lambda user: Topic.objects.all(),
    Tag: lambda user: Tag.objects.all(),
    Source: lambda user: Source.objects.visible_to(user),
    Question: lambda user: _without_secret_questions(Question.objects.visible_to(user), user),
    Quiz: lambda user: _without_secret_quizzes(Quiz.objects.shown_to(user), user),
    **{model: _visible(model) for model in STUDY_MODELS},
    StudyNote: lambda user: _without_secret_cases(StudyNote.objects.visible_to(user), user),
}
# What they may choose, where that is something else than what they manage.
CHOSEN: dict[type[Model], Scope] = {
    Topic: SEEN[Topic],
    Tag: SEEN[Tag],
    Source: lambda user: Source.objects.usable_by(user),
    # What is in a quiz that they may change stays there, whatever its owner allows now.
    Question: lambda user: _without_secret_questions(
        Question.objects.usable_by(user) | Question.objects.filter(pk__in=_asked_by(Quiz.objects.editable_by(user))),
        user,
    ),
    Quiz: lambda user: Quiz.objects.usable_by(user).exclude(status=Quiz.Status.ARCHIVED),
    **{model: _usable(model) for model in STUDY_MODELS},
}


def _without_secret_questions(questions: QuerySet[Question], user: User) -> QuerySet[Question]:
    """Without what an exam asks that the instructor takes as a student of another class; their own stay."""
    return entitlements.secrecy_of(user, now=clock.now()).without_secret(questions)


def _without_secret_quizzes(quizzes: QuerySet[Quiz], user: User) -> QuerySet[Quiz]:
    """Without quizzes of others that are such an exam, or ask its questions."""
    secrecy = entitlements.secrecy_of(user, now=clock.now())
    if not secrecy.exams:
        return quizzes
    asking = QuizItem.objects.filter(question__in=secrecy.questions.order_by().values("pk")).order_by()
    is_secret = Q(pk__in=[exam.quiz_id for exam in secrecy.exams]) | Q(pk__in=asking.values("quiz"))
    return quizzes.exclude(is_secret & (Q(owner=None) | ~Q(owner=user)))


def _without_secret_cases(notes: QuerySet[StudyNote], user: User) -> QuerySet[StudyNote]:
    """Without cases that an exam asks about, which the instructor takes as a student; their own stay."""
    return study.without_secret_cases(notes, user, now=clock.now()) | notes.filter(owner=user)


def _asked_by(quizzes: QuerySet[Quiz]) -> QuerySet[Any]:
    return QuizItem.objects.filter(quiz__in=quizzes.order_by(), question__isnull=False).order_by().values("question")


def managed(model: type[Model], user: User) -> QuerySet[Any]:
    """The rows of a model that a person manages."""
    return _rows(model, user, MANAGED)


def seen(model: type[Model], user: User) -> QuerySet[Any]:
    """The rows of a model that a person may look at."""
    return _rows(model, user, MANAGED | SEEN)


def choices(field: Field[Any, Any], user: User) -> QuerySet[Any]:
    """The rows a person may choose for a foreign key."""
    return _rows(field.related_model, user, MANAGED | CHOSEN)  # type: ignore[arg-type]


def _rows(model: type[Model], user: User, scopes: dict[type[Model], Scope]) -> QuerySet[Any]:
    if not user.is_instructor:
        return model._default_manager.none()
    return scopes[model](user) if model in scopes else model._default_manager.all()


class ScopedChoices(AnyAdminPart):
    """For ModelAdmins and inlines: foreign keys offer, and accept, only what the person may choose."""

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        kwargs.setdefault("queryset", choices(db_field, person(request)))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Choice(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class InstructorAccess:
    """Permissions of an instructor: the queryset is what they may look at; some of it they may not change."""

    model: type[Model]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_instructor(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_among(seen, request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_instructor(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_managed(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_managed(request, obj)

    def is_managed(self, request: HttpRequest, obj: Any) -> bool:
        return self.is_among(managed, request, obj)

    def is_among(self, scope: Callable[..., QuerySet[Any]], request: HttpRequest, obj: Any) -> bool:
        if not _is_instructor(request):
            return False
        if obj is None or obj.pk is None:
            return True
        kept: dict[Any, bool] = request.__dict__.setdefault("_managed", {})
        key = (scope, type(obj), obj.pk)
        if key not in kept:
            kept[key] = scope(type(obj), request.user).filter(pk=obj.pk).exists()
        return kept[key]


def _is_instructor(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_instructor", False))


# What an instant is edited by, in every form: see `QuizsiteAdmin.register`, and below for rows.
INSTANTS: Mapping[type[Field[Any, Any]], Mapping[str, Any]] = {
    DateTimeField: {"form_class": InstantField, "widget": InstantWidget}
}


class ScopedAdmin(InstructorAccess, ScopedChoices, admin.ModelAdmin):
    """A ModelAdmin that starts from what the person may look at."""

    list_per_page = 50
    show_full_result_count = False
    view_on_site = False
    is_made_elsewhere = False  # on a page of the site's own, so that the list offers no second form

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, headed by what it lists."""
        context = {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        if self.is_made_elsewhere:
            context["has_add_permission"] = False
        return super().changelist_view(request, context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request)
        return found.filter(pk__in=seen(self.model, person(request)).order_by().values("pk"))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What was done to a row, for those who may do it."""
        found = self.get_object(request, object_id)
        if found is not None and not self.is_managed(request, found):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def only_managed(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """For actions on chosen rows: those that the person may change; of the others they are told."""
        mine = queryset.filter(pk__in=managed(self.model, person(request)).order_by().values("pk"))
        if others := queryset.count() - mine.count():
            text = ngettext(
                "%(n)d is not yours to change and was left alone.",
                "%(n)d are not yours to change and were left alone.",
                others,
            )
            self.message_user(request, text % {"n": others}, messages.WARNING)
        return mine


class ScopedInline(ScopedChoices, InlinePart):
    """Rows of an object that is managed already: users who may change the object may change its rows."""

    formfield_overrides: ClassVar[Mapping[type[Field[Any, Any]], Mapping[str, Any]]] = INSTANTS
    max_num: int | None = 100

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Rows up to a limit: each one that is posted is a form to build."""
        return super().get_formset(request, obj, absolute_max=(self.max_num or 0) + 50, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices without the admin's small buttons to add, change and delete what is chosen."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_instructor(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_instructor(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_instructor(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_instructor(request)


class ScopedFilter(admin.RelatedFieldListFilter):
    """A list filter that names only what the person may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        mine = seen(field.related_model, person(request)).order_by()
        return field.get_choices(include_blank=False, limit_choices_to={"pk__in": mine.values("pk")})


class WhoseFilter(admin.SimpleListFilter):
    """Whose rows are listed."""

    title = _lazy("owner")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("mine")), ("site", _("the site")), ("others", _("colleagues"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        mine = Q(owner=person(request))
        site = Q(owner=None)
        return queryset.filter({"mine": mine, "site": site, "others": ~mine & ~site}.get(self.value() or "", Q()))


class SuperuserOnly:
    """Rows that only administrators see."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return _is_instructor(request) and bool(getattr(request.user, "is_superuser", False))
