"""People: administrators only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from quizzes.admin.scope import SuperuserOnly
from quizzes.models import User


@admin.register(User)
class PersonAdmin(SuperuserOnly, UserAdmin):
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Person"), {"fields": ("first_name", "last_name", "email", "time_zone")}),
        (
            gettext_lazy("Rights"),
            {
                "fields": ("is_active", "is_staff", "is_superuser"),
                "description": gettext_lazy("Staff are instructors; superusers are administrators and see everything."),
            },
        ),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People with attempts are made inactive, so that results stay."""
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.attempts.exists())


# Rights follow from roles, not from groups of permissions.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)
