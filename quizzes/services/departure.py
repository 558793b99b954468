"""Deleting one's own account: what stands against it, and doing it. What is erased and what stays is told in `people`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.errors import QuizError
from quizzes.models import Classroom, User
from quizzes.services import handover, people

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Obstacle:
    """Why somebody cannot go yet, in a sentence: a class to give to another, work to hand over, or the last rights."""

    words: str
    classroom: Classroom | None = None
    is_work: bool = False


def obstacles(person: User) -> list[Obstacle]:
    """Return what stands against deleting one's own account (10 queries for who teaches; none is needed of a student)."""
    found = [
        Obstacle(
            _("You are the only instructor of “%(class)s”. Make another member one first.") % {"class": room}, room
        )
        for room in Classroom.objects.only_taught_by(person)
    ]
    if count := handover.count_of(person):
        words = ngettext(
            "You own %(n)d question, quiz or source. An administrator hands it over first.",
            "You own %(n)d questions, quizzes and sources. An administrator hands them over first.",
            count,
        )
        found.append(Obstacle(words % {"n": count}, is_work=True))
    if people.leaves_no_administrator([person]):
        found.append(Obstacle(_("You are the last administrator. Make another user an administrator first.")))
    return found


@transaction.atomic
def leave(person: User, *, now: datetime) -> User:
    """Delete the account of a person who wants it: nothing says any more who they were, what they did stays under a number.

    What they have in progress is handed in as it stands. All their sessions end. Raises QuizError where something stands
    against it.
    """
    if against := obstacles(person):
        raise QuizError(against[0].words)
    left_behind = people.erase(person, by=person, now=now)
    LogEntry.objects.create(
        user=left_behind,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(left_behind.pk),
        object_repr=left_behind.username,
        action_flag=CHANGE,
        change_message=_("Account deleted by its owner."),
    )
    log.info("account %d was deleted by its owner", left_behind.pk)
    return left_behind
