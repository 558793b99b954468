"""Members of classes, and their exceptions, in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from quizzes import clock
from quizzes.admin.classrooms import ServedAdmin, stored
from quizzes.admin.scope import person
from quizzes.admin.scoped import ScopedFilter
from quizzes.forms.classroom_admin import AccommodationForm, MembershipForm
from quizzes.models import Accommodation, Membership
from quizzes.services import assignments, classrooms, nicknames

Status = Membership.Status


@admin.register(Membership)
class MembershipAdmin(ServedAdmin):
    """Students join by code; an instructor changes roles, time factors and who is in."""

    form = MembershipForm

    list_display = ("person", "shown_name", "classroom", "role", "status", "time_factor", "joined_at")
    list_display_links = ("person",)
    list_filter = (("classroom", ScopedFilter), "role", "status")
    list_select_related = ("user", "classroom")
    search_fields = ("user__username", "user__first_name", "user__last_name", "nickname")
    autocomplete_fields = ("user",)
    fields = (
        "classroom",
        "user",
        "role",
        "status",
        "nickname",
        "is_visible",
        ("time_factor", "is_untimed"),
        "joined_at",
        "ended_at",
    )

    @admin.display(description=gettext_lazy("name"), ordering="user__username")
    def person(self, membership: Membership) -> str:
        return membership.user.full_name

    def choice_label(self, membership: Membership) -> str:
        return f"{membership.user.full_name} · {membership.classroom}"

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return ("classroom", "user", "joined_at", "ended_at") if obj else ("joined_at", "ended_at")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Return whether the user may look people up: only administrators; everybody else joins by code."""
        return super().has_add_permission(request, obj) and bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Return False: removing is a status, so that attempts keep their member."""
        return False

    def get_fields(self, request: HttpRequest, obj: object = None) -> tuple[str | list[str] | tuple[str, ...], ...]:
        return tuple(row for row in self.fields or () if obj or row != "status")

    def save_model(self, request: HttpRequest, obj: Membership, form: ModelForm[Membership], change: bool) -> None:
        """Save each part by the service for it; one who comes back does so before anything else."""
        fields, changed = form.cleaned_data, set(form.changed_data)
        actor, now = person(request), clock.now()
        if not change:
            stored(obj, classrooms.enrol(obj.classroom, obj.user, None))
        if "status" in changed and fields["status"] == Status.ACTIVE:
            classrooms.restore(obj, actor=actor, now=now)
        if "role" in changed:
            classrooms.set_role(obj, fields["role"], actor=actor, now=now)
        if changed & {"time_factor", "is_untimed"}:
            times = {"time_factor": fields["time_factor"], "is_untimed": fields["is_untimed"]}
            classrooms.set_time(obj, actor=actor, now=now, **times)
        if changed & {"nickname", "is_visible"}:
            nicknames.appear(obj, nickname=fields["nickname"], is_visible=fields["is_visible"])
        if "status" in changed and fields["status"] == Status.LEFT:
            classrooms.leave(obj, now=now)
        if "status" in changed and fields["status"] == Status.REMOVED:
            classrooms.remove(obj, actor=actor, now=now)


@admin.register(Accommodation)
class AccommodationAdmin(ServedAdmin):
    form = AccommodationForm
    list_display = (
        "member_name",
        "assignment",
        "due_at",
        "closes_at",
        "time_limit",
        "attempts_allowed",
        "reason",
        "granted_by",
    )
    list_filter = (("assignment__classroom", ScopedFilter),)
    list_select_related = ("membership__user", "assignment__quiz", "assignment__classroom", "granted_by")
    search_fields = ("membership__user__username", "membership__nickname", "reason")
    autocomplete_fields = ("assignment", "membership")

    @admin.display(description=gettext_lazy("member"), ordering="membership__user__username")
    def member_name(self, accommodation: Accommodation) -> str:
        return accommodation.membership.user.full_name

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return ("assignment", "membership") if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Accommodation, form: ModelForm[Accommodation], change: bool
    ) -> None:
        fields = {name: value for name, value in form.cleaned_data.items() if name not in ("assignment", "membership")}
        stored(obj, assignments.grant(obj.assignment, obj.membership, actor=person(request), now=clock.now(), **fields))

    def delete_model(self, request: HttpRequest, obj: Accommodation) -> None:
        assignments.revoke(obj, actor=person(request), now=clock.now())
