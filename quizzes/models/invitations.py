"""Invitations of accounts to a classroom: nobody who has an account comes in by a user name without agreeing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from quizzes.models.classrooms import Classroom, Membership

if TYPE_CHECKING:
    from quizzes.models.accounts import User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_to(self, user: User) -> InvitationQuerySet:
        """Those that the user may accept or decline, by the name of the classroom; none where they are in by now."""
        rows = self.filter(user=user, classroom__archived_at=None).exclude(
            classroom__in=Classroom.objects.joined_by(user)
        )
        return rows.select_related("classroom", "invited_by").order_by("classroom__name", "pk")

    def pending(self, classroom: Classroom) -> InvitationQuerySet:
        """Those that nobody has answered, by user name."""
        inside = Membership.objects.active().filter(classroom=classroom)
        rows = self.filter(classroom=classroom).exclude(user__in=inside.values("user"))
        return rows.select_related("user").order_by("user__username")


class Invitation(models.Model):
    """An account asked to come into a classroom as a student; accepted or declined, the row is gone."""

    classroom = models.ForeignKey(Classroom, on_delete=models.CASCADE, related_name="invitations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField(_("invited"))

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["classroom", "user"],
                name="invited_once",
                violation_error_message=_("This person is invited already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.classroom}"
