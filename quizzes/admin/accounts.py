"""People: administrators only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from quizzes import clock
from quizzes.admin.scope import person as administrator
from quizzes.admin.scoped import SuperuserOnly
from quizzes.errors import QuizError
from quizzes.forms.accounts import AnonymiseForm, HandOverForm
from quizzes.forms.people import PersonForm
from quizzes.generics import Subscriptable
from quizzes.models import User
from quizzes.reports.people import belongings
from quizzes.services import handover, people

if TYPE_CHECKING:
    from django.contrib.auth.admin import UserAdmin
else:

    class UserAdmin(Subscriptable, auth_admin.UserAdmin): ...


@admin.register(User)
class PersonAdmin(SuperuserOnly, UserAdmin[User]):
    """Users who took quizzes or were in a class are not deleted but anonymised, so that results stay."""

    form = PersonForm
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", ("anonymised_at", admin.EmptyFieldListFilter))
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "must_change_password")}),
        (gettext_lazy("Person"), {"fields": ("first_name", "last_name", "email", "time_zone")}),
        (
            gettext_lazy("Rights"),
            {
                "fields": ("is_active", "is_staff", "is_superuser"),
                "description": gettext_lazy("To make someone an instructor, invite them: they accept by a link."),
            },
        ),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined", "full_name", "anonymised_at")
    change_list_template = "admin/quizzes/user/change_list.html"
    change_form_template = "admin/quizzes/user/change_form.html"
    delete_confirmation_template = "admin/quizzes/user/delete_confirmation.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Return the list, headed by what it lists."""
        return super().changelist_view(request, {"title": _("People"), **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.anonymise_view))
        hand_over = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.hand_over_view))
        return [
            path("<int:pk>/anonymise/", view, name="quizzes_user_anonymise"),
            path("<int:pk>/hand-over/", hand_over, name="quizzes_user_hand_over"),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show of an anonymised user only when that was done."""
        if obj is not None and obj.is_anonymised:
            return ((None, {"fields": ("full_name", "anonymised_at", "date_joined")}),)
        return super().get_fieldsets(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return super().has_change_permission(request, obj) and not (isinstance(obj, User) and obj.is_anonymised)

    def anonymise_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what goes and what stays; with the user name typed, the personal data is gone."""
        user = self.get_object(request, str(pk))
        if user is None:
            raise Http404
        if not self.has_delete_permission(request, user):
            raise PermissionDenied
        if user.is_anonymised:
            return redirect("admin:quizzes_user_change", pk)
        form = AnonymiseForm(user, request.POST if request.method == "POST" else None)
        refusal = self.refusal(request, user)
        if form.is_valid() and not refusal and not (refusal := self.anonymise(request, user)):
            return redirect("admin:quizzes_user_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": user,
            "title": _("Remove personal data"),
            "form": form,
            "refusal": refusal,
            "has": belongings(user, now=clock.now()),
        }
        return TemplateResponse(request, "admin/quizzes/user/anonymise.html", context)

    def hand_over_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give everything that a person owns to another instructor, or to the site."""
        user = self.get_object(request, str(pk))
        if user is None:
            raise Http404
        if not self.has_view_permission(request, user):
            raise PermissionDenied
        form = HandOverForm(user, request.POST if request.method == "POST" else None)
        if form.is_valid() and self.hand_over(request, user, form):
            return redirect("admin:quizzes_user_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": user,
            "title": _("Hand over the work"),
            "form": form,
            "count": handover.count_of(user),
        }
        return TemplateResponse(request, "admin/quizzes/user/hand_over.html", context)

    def hand_over(self, request: HttpRequest, user: User, form: HandOverForm) -> bool:
        """Do it and note it with both people; a refusal stays in the form."""
        receiver = form.cleaned_data["receiver"]
        try:
            with transaction.atomic():
                count = handover.hand_over(user, receiver, by=administrator(request), now=clock.now())
                self.log_change(request, user, _("Work handed over."))
                if receiver is not None:
                    self.log_change(request, receiver, _("Work of another instructor received."))
        except QuizError as refusal:
            form.add_error("receiver", str(refusal.message))
            return False
        text = ngettext("%(n)d row handed over.", "%(n)d questions, quizzes and sources handed over.", count)
        messages.success(request, text % {"n": count})
        return True

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Say what work there is to hand over first."""
        user = self.get_object(request, object_id)
        work = handover.count_of(user) if user is not None else 0
        is_last = user is not None and people.leaves_no_administrator([user])
        context = {"work": work, "last_administrator": people.LAST_ADMINISTRATOR if is_last else ""}
        return super().delete_view(request, object_id, {**context, **(extra_context or {})})

    def get_deleted_objects(
        self, objs: Sequence[User] | QuerySet[User], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Return what would go, with the last administrator in the list of what cannot be deleted."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        if people.leaves_no_administrator(objs):
            protected = [*protected, str(people.LAST_ADMINISTRATOR)]
        return deleted, counts, missing, protected

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: User) -> None:
        people.refuse_without_administrator([obj])  # another may have left since the page was shown
        super().delete_model(request, obj)

    def refusal(self, request: HttpRequest, user: User) -> str:
        """Return why the site cannot do without this person, or nothing."""
        try:
            people.refuse_unless_possible(user, by=administrator(request))
        except QuizError as error:
            return str(error)
        return ""

    def anonymise(self, request: HttpRequest, user: User) -> str:
        """Do it and note it under the new name; else why not."""
        try:
            with transaction.atomic():
                removed = people.anonymise(user, by=administrator(request), now=clock.now())
                self.log_change(request, removed, _("Personal data removed."))
        except QuizError as error:  # another request was faster
            return str(error)
        words = {"name": removed.full_name}
        messages.success(request, _("The personal data is removed. What they did is kept under “%(name)s”.") % words)
        return ""


# Rights follow from roles, not from groups of permissions.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)
