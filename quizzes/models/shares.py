"""Codes by which a colleague copies a quiz with its questions, for a time, until its owner takes the code back."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quizzes.models.classrooms import CODE_ALPHABET
from quizzes.models.quizzes import Quiz

if TYPE_CHECKING:
    from quizzes.models.accounts import User

SHARE_CODE_LENGTH = 12  # 60 bits


def new_share_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _sign in range(SHARE_CODE_LENGTH))


class QuizShareQuerySet(models.QuerySet["QuizShare"]):
    def open_at(self, now: datetime) -> QuizShareQuerySet:
        """Return those whose code works: neither taken back nor too old."""
        return self.filter(revoked_at=None, expires_at__gt=now)

    def managed_by(self, user: User) -> QuizShareQuerySet:
        """Return those of quizzes that a person may change."""
        return self.filter(quiz__in=Quiz.objects.editable_by(user).order_by().values("pk"))


class QuizShare(models.Model):
    """A code for one quiz. What it gives is decided when it is used: as much as `owner` may give away then."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="shares")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiz_shares")
    code = models.CharField(_("code"), max_length=20, unique=True, default=new_share_code, editable=False)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("works until"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    copies = models.PositiveIntegerField(_("copies made"), default=0)

    objects = QuizShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared quiz")
        verbose_name_plural = _("shared quizzes")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="share_expires_after_it_was_made")
        ]

    def __str__(self) -> str:
        return f"share {self.pk}"  # not its code: histories keep these words

    @property
    def grouped(self) -> str:
        """The code as people read it to each other: ABCD-EFGH-JKLM."""
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))
