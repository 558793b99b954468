"""Invitations: of accounts to a classroom, where nobody comes in without agreeing, and of people to be instructors."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quizzes.models.classrooms import Classroom, Membership

if TYPE_CHECKING:
    from quizzes.models.accounts import User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_to(self, user: User) -> InvitationQuerySet:
        """Return those that the user may accept or decline, by the name of the classroom; none where they are in by now."""
        rows = self.filter(user=user, classroom__archived_at=None).exclude(
            classroom__in=Classroom.objects.joined_by(user)
        )
        return rows.select_related("classroom", "invited_by").order_by("classroom__name", "pk")

    def pending(self, classroom: Classroom) -> InvitationQuerySet:
        """Return those that nobody has answered, by user name."""
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


def token_hash(token: str) -> str:
    """Return what is stored of a link: enough to know it again, too little to make it."""
    return hashlib.sha256(token.encode()).hexdigest()


class InstructorInvitationQuerySet(models.QuerySet["InstructorInvitation"]):
    def open_at(self, now: datetime) -> InstructorInvitationQuerySet:
        """Return those whose link works: neither used nor withdrawn nor too old."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)

    def with_token(self, token: str) -> InstructorInvitationQuerySet:
        return self.filter(token_hash=token_hash(token))


class InstructorInvitation(models.Model):
    """A link that makes one account an instructor's, once. The row stays, and says who let whom in."""

    name = models.CharField(_("name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("expires"))
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = InstructorInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation of an instructor")
        verbose_name_plural = _("invitations of instructors")
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="accepted_or_withdrawn",
                violation_error_message=_("An invitation that was accepted cannot be withdrawn."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | Q(accepted_at__isnull=False),
                name="accepted_at_a_time",
                violation_error_message=_("An accepted invitation has the time of it."),
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"  # no name: the workshop's history keeps these words

    def state_at(self, now: datetime) -> str:
        """Return "accepted", "withdrawn", "expired" or "open"."""
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "withdrawn"
        return "open" if now < self.expires_at else "expired"
