"""Who sees what in the admin: every list, object page, choice, filter and action starts from one table of scopes.

Staff need no Django permissions: an instructor may do here what the scope of the model allows, on the rows it gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import DateTimeField, Field, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from quizzes.forms.instants_admin import InstantField, InstantWidget
from quizzes.models import (
    Accommodation,
    Assignment,
    Attempt,
    Classroom,
    Membership,
    Question,
    Quiz,
    User,
)

Scope = Callable[[User], "QuerySet[Any]"]


def person(request: HttpRequest) -> User:
    """The instructor who asks; the site lets nobody else in."""
    return cast(User, request.user)


def _in_my_classrooms(model: Any) -> Scope:
    return lambda user: model.objects.filter(classroom__in=Classroom.objects.taught_by(user))


# What an instructor manages. Models that are not here (sources, topics, tags) are shared by all instructors.
MANAGED: dict[type[Model], Scope] = {
    User: lambda user: User.objects.all() if user.is_superuser else User.objects.none(),
    Question: lambda user: Question.objects.editable_by(user),
    Quiz: lambda user: Quiz.objects.editable_by(user),
    Classroom: lambda user: Classroom.objects.taught_by(user),
    Membership: _in_my_classrooms(Membership),
    Assignment: lambda user: Assignment.objects.managed_by(user),
    Accommodation: lambda user: Accommodation.objects.filter(
        assignment__classroom__in=Classroom.objects.taught_by(user)
    ),
    Attempt: lambda user: Attempt.objects.managed_by(user),
}
# What may be chosen where that is more than what is managed.
CHOSEN: dict[tuple[type[Model], str], Scope] = {
    (Assignment, "quiz"): lambda user: Quiz.objects.usable_by(user).exclude(status=Quiz.Status.ARCHIVED),
}


def managed(model: type[Model], user: User) -> QuerySet[Any]:
    """The rows of a model that a person manages."""
    if not user.is_instructor:
        return model._default_manager.none()
    scope = MANAGED.get(model)
    return scope(user) if scope else model._default_manager.all()


def choices(field: Field[Any, Any], user: User) -> QuerySet[Any]:
    """The rows a person may choose for a foreign key."""
    scope = CHOSEN.get((field.model, field.name))
    if scope is not None:
        return scope(user) if user.is_instructor else field.related_model._default_manager.none()  # type: ignore[union-attr]
    return managed(field.related_model, user)  # type: ignore[arg-type]


class ScopedChoices:
    """For ModelAdmins and inlines: foreign keys offer, and accept, only what the person may choose."""

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        kwargs.setdefault("queryset", choices(db_field, person(request)))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class InstructorAccess:
    """Permissions of an instructor: the queryset already is what they manage."""

    model: type[Model]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_instructor(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_managed(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_instructor(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_managed(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_managed(request, obj)

    def is_managed(self, request: HttpRequest, obj: Any) -> bool:
        if not _is_instructor(request):
            return False
        if obj is None or obj.pk is None:
            return True
        kept: dict[Any, bool] = request.__dict__.setdefault("_managed", {})
        key = (type(obj), obj.pk)
        if key not in kept:
            kept[key] = managed(type(obj), request.user).filter(pk=obj.pk).exists()  # type: ignore[arg-type]
        return kept[key]


def _is_instructor(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_instructor", False))


# What an instant is edited by, in every form: see `QuizsiteAdmin.register`, and below for rows.
INSTANTS: Mapping[type[Field[Any, Any]], Mapping[str, Any]] = {
    DateTimeField: {"form_class": InstantField, "widget": InstantWidget}
}


class ScopedAdmin(InstructorAccess, ScopedChoices, admin.ModelAdmin):
    """A ModelAdmin that starts from what the person manages."""

    list_per_page = 50
    show_full_result_count = False
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request)
        return found.filter(pk__in=managed(self.model, person(request)).values("pk"))


class ScopedInline(ScopedChoices):
    """Rows of an object that is managed already: whoever may change the object may change its rows."""

    formfield_overrides: Mapping[type[Field[Any, Any]], Mapping[str, Any]] = INSTANTS

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices without the admin's small buttons to add, change and delete what is chosen."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
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
    """A list filter that names only what the person manages."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        mine = managed(field.related_model, person(request))
        return field.get_choices(include_blank=False, limit_choices_to={"pk__in": mine.values("pk")})


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
