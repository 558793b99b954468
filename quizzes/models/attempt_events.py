"""Events: everything that happened to an attempt."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from quizzes.models.attempts import Attempt


class AttemptEvent(models.Model):
    """What happened to an attempt; append-only. Saves are added by a database trigger on the answers."""

    class Kind(models.TextChoices):
        STARTED = "started", _("started")
        RESUMED = "resumed", _("continued on another device")
        SAVED = "saved", _("answer saved")
        FLAGGED = "flagged", _("flagged")
        CHECKED = "checked", _("answer checked")
        SUBMITTED = "submitted", _("submitted")
        CLOSED = "closed", _("closed by the deadline")
        EXTENDED = "extended", _("deadline changed")
        REOPENED = "reopened", _("reopened")
        GRADED = "graded", _("graded")
        REGRADED = "regraded", _("regraded")
        MARKED = "marked", _("marked by hand")
        OVERRIDDEN = "overridden", _("marks overridden")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    revision = models.PositiveBigIntegerField(null=True, blank=True)
    late_by_ms = models.PositiveIntegerField(default=0, db_default=0)
    device = models.CharField(max_length=12, blank=True, db_default="")
    details = models.JSONField(default=dict, blank=True, db_default={}, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["attempt", "at", "pk"]
        indexes = [models.Index(fields=["actor"], condition=Q(actor__isnull=False), name="event_actor")]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.kind} {self.at:%Y-%m-%d %H:%M:%S}"

    MOVES_END = frozenset({Kind.EXTENDED, Kind.REOPENED})

    @property
    def moves_end(self) -> bool:
        """Whether it gave the attempt another deadline."""
        return self.kind in self.MOVES_END

    @property
    def new_end(self) -> datetime | None:
        """The deadline it gave, at the start or later; None: none."""
        return self._instant("to" if self.kind == self.Kind.EXTENDED else "due")

    @property
    def gives_time(self) -> bool:
        """Whether a later end was given to this attempt by hand, not to all by a change of terms."""
        if not self.moves_end or self.details.get("by_terms"):
            return False
        before, after = self._instant("from"), self.new_end
        return self.kind == self.Kind.REOPENED or (before is not None and (after is None or after > before))

    def _instant(self, name: str) -> datetime | None:
        given = self.details.get(name)
        return parse_datetime(given) if isinstance(given, str) else given
