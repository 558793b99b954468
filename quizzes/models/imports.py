"""A file of questions on its way into the bank: read, looked over, confirmed, and for a day taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from quizzes.models.accounts import User

KEPT = timedelta(days=1)  # after that the sweep removes it, with what it could take back


class ImportDraftQuerySet(models.QuerySet["ImportDraft"]):
    def open_to(self, user: User, now: datetime) -> ImportDraftQuerySet:
        """Return an instructor's own, as long as they are kept."""
        return self.filter(owner=user.pk, created_at__gt=now - KEPT) if user.is_instructor else self.none()

    def outdated_at(self, now: datetime) -> ImportDraftQuerySet:
        return self.filter(created_at__lte=now - KEPT)

    def waiting(self) -> ImportDraftQuerySet:
        """Return those of which nothing is in the bank yet."""
        return self.exclude(stage__in=(ImportDraft.Stage.DONE, ImportDraft.Stage.UNDONE))


class ImportDraft(models.Model):
    """The bytes that were sent, what was read in them, and what came of it. The large columns are packed JSON."""

    class Stage(models.TextChoices):
        READING = "reading", _("being read")
        CHECKING = "checking", _("being checked")
        READY = "ready", _("to be looked over")
        DONE = "done", _("imported")
        UNDONE = "undone", _("undone")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports")
    name = models.CharField(_("file"), max_length=200, blank=True)  # empty for pasted text
    data = models.BinaryField(default=b"")  # emptied once it is imported
    format = models.CharField(_("format"), max_length=20)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)  # of plain text only
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.READING)
    count = models.PositiveIntegerField(_("questions"), default=0)
    reached = models.PositiveIntegerField(_("read"), default=0)  # items of the file, questions or not
    checked = models.PositiveIntegerField(_("checked"), default=0)
    content = models.BinaryField(default=b"")  # the questions, and what could not be read
    rows = models.BinaryField(default=b"")  # what would happen to each
    choices = models.JSONField(default=dict, blank=True)  # as the person left the page
    result = models.JSONField(default=dict, blank=True)  # what was written, and what it takes to undo it
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ImportDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["created_at"], name="import_by_age")]
        constraints = [
            models.CheckConstraint(condition=Q(checked__lte=F("count")), name="import_checked_within_count"),
            models.CheckConstraint(
                condition=Q(stage__in=("done", "undone"), done_at__isnull=False)
                | ~Q(stage__in=("done", "undone")) & Q(done_at=None),
                name="import_done_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"  # no name of a file: histories keep these words

    @property
    def is_in_progress(self) -> bool:
        """Whether it is still being read or checked."""
        return self.stage in (self.Stage.READING, self.Stage.CHECKING)
