"""ModelAdmins, rows and filters that show what the table of `scope` gives to the person who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField, Field, Model, Q, QuerySet
from django.db.models.fields.related import RelatedField
from django.forms import CheckboxInput, Media, ModelChoiceField
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from quizzes.admin.odd_requests import Choice
from quizzes.admin.parts import AnyAdminPart, AnyForeignKey, InlinePart, ModelAdmin
from quizzes.admin.scope import choices, managed, person, seen
from quizzes.errors import Text
from quizzes.forms.instants_admin import InstantField, InstantWidget
from quizzes.generics import BaseInlineFormSet
from quizzes.models import User

Row = TypeVar("Row", bound=Model)
# Lists need none of the scripts of forms, which Django adds as well: half the weight of the page.
LIST_MEDIA = Media(js=["admin/js/actions.js"])


class ScopedChoices(AnyAdminPart):
    """For ModelAdmins and inlines: foreign keys offer, and accept, only what the person may choose."""

    def formfield_for_foreignkey(
        self, db_field: AnyForeignKey, request: HttpRequest, **kwargs: object
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

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.is_among(seen, request, obj)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _is_instructor(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.is_managed(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.is_managed(request, obj)

    def is_managed(self, request: HttpRequest, obj: object) -> bool:
        return self.is_among(managed, request, obj)

    def is_among(
        self, scope: Callable[[type[Model], User], QuerySet[Model]], request: HttpRequest, obj: object
    ) -> bool:
        if not _is_instructor(request):
            return False
        if not isinstance(obj, Model) or obj.pk is None:
            return True
        kept: dict[object, bool] = request.__dict__.setdefault("_managed", {})
        key = (scope, type(obj), obj.pk)
        if key not in kept:
            kept[key] = scope(type(obj), person(request)).filter(pk=obj.pk).exists()
        return kept[key]


def _is_instructor(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_instructor", False))


# What an instant is edited by, in every form: see `QuizsiteAdmin.register`, and below for rows.
INSTANTS: Mapping[type[Field[Any, Any]], Mapping[str, object]] = {
    DateTimeField: {"form_class": InstantField, "widget": InstantWidget}
}


class ScopedAdmin(InstructorAccess, ScopedChoices, ModelAdmin[Any]):
    """A ModelAdmin that starts from what the person may look at."""

    list_per_page = 50
    show_full_result_count = False
    view_on_site = False
    is_made_elsewhere = False  # on a page of the site's own, so that the list offers no second form

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Return the list, headed by what it lists."""
        context = {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        if self.is_made_elsewhere:
            context["has_add_permission"] = False
        if IS_POPUP_VAR not in request.GET:
            context["media"] = LIST_MEDIA
        return super().changelist_view(request, context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        return queryset.filter(pk__in=seen(self.model, person(request)).order_by().values("pk"))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show what was done to a row, for those who may do it."""
        row = self.get_object(request, object_id)
        if row is not None and not self.is_managed(request, row):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def only_managed(self, request: HttpRequest, queryset: QuerySet[Row]) -> QuerySet[Row]:
        """Return those of the chosen rows that the person may change, and tell them of the others."""
        own_rows = queryset.filter(pk__in=managed(self.model, person(request)).order_by().values("pk"))
        if others := queryset.count() - own_rows.count():
            text = ngettext(
                "%(n)d is not yours to change and was left alone.",
                "%(n)d are not yours to change and were left alone.",
                others,
            )
            self.message_user(request, text % {"n": others}, messages.WARNING)
        return own_rows


class DeleteBox(CheckboxInput):
    """The box to delete a row, with a name: in a table only the head of its column says it."""

    def __init__(self) -> None:
        super().__init__({"aria-label": _("Delete")})


class NamedRows(BaseInlineFormSet[Any, Any, Any]):
    deletion_widget = DeleteBox


class ScopedInline(ScopedChoices, InlinePart):
    """Rows of an object that is managed already: users who may change the object may change its rows."""

    formset: type[BaseInlineFormSet[Any, Any, Any]] = NamedRows
    formfield_overrides: ClassVar[Mapping[type[Field[Any, Any]], Mapping[str, object]]] = INSTANTS
    max_num: int | None = 100

    def get_formset(
        self, request: HttpRequest, obj: object = None, **kwargs: object
    ) -> type[BaseInlineFormSet[Any, Any, Any]]:
        """Return a formset of rows up to a limit: each one that is posted is a form to build."""
        return super().get_formset(request, obj, absolute_max=(self.max_num or 0) + 50, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        """Return a field without the admin's small buttons to change what is chosen; in a table, with its name."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        if field is not None and isinstance(
            self, admin.TabularInline
        ):  # whose columns have heads, and fields no labels
            field.widget.attrs.setdefault("aria-label", str(field.label))
        return field

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _is_instructor(request)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _is_instructor(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _is_instructor(request)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _is_instructor(request)


class ScopedFilter(admin.RelatedFieldListFilter):
    """A list filter that names only what the person may see."""

    def field_choices(
        self, field: RelatedField[Any, Any], request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[str, Text]]:
        rows = seen(field.related_model, person(request)).order_by()
        offered = field.get_choices(include_blank=False, limit_choices_to={"pk__in": rows.values("pk")})
        return [(str(pk), str(name)) for pk, name in offered]


class WhoseFilter(admin.SimpleListFilter):
    """Whose rows are listed."""

    title = _lazy("owner")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Text]]:
        return [("mine", _("mine")), ("site", _("the site")), ("others", _("colleagues"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Row]) -> QuerySet[Row]:
        is_own = Q(owner=person(request))
        site = Q(owner=None)
        return queryset.filter({"mine": is_own, "site": site, "others": ~is_own & ~site}.get(self.value() or "", Q()))


class SuperuserOnly:
    """Rows that only administrators see."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _is_superuser(request)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return _is_instructor(request) and bool(getattr(request.user, "is_superuser", False))
