"""Which models say something about a person, and where in the files that is. What is in none is here with the reason.

A new field of a model of `PARTS` goes into `columns`, or into `left_out` with a reason; a new relation to people into a
part, or into `NOT_INCLUDED`. tests/reports/test_own_data.py says which one is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quizzes.models import (
    Accommodation,
    ImportDraft,
    InstructorInvitation,
    Invitation,
    Membership,
    Notice,
    QuizShare,
    User,
)
from quizzes.reports.own_data.learning import LEARNING
from quizzes.reports.own_data.parts import (
    AT_ONCE,
    DERIVED,
    NUMBER,
    OTHERS,
    SECRET,
    WHOSE,
    Part,
    Reader,
    Row,
    plain,
    same,
)

TEACHING = _("work for teaching: the workshop exports it as files of questions and quizzes")
ACT = _("what you did to something of other people: it stands in their records")


def _notices(reader: Reader) -> Iterator[Row]:
    """Yield what one was told, without the names of others."""
    rows = Notice.objects.filter(recipient=reader.person).select_related("quiz").order_by("pk")
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield {"text": row.told(who=gettext("Someone")), "created_at": row.created_at, "dismissed_at": row.dismissed_at}


PARTS: tuple[Part, ...] = (
    plain(
        "account",
        User,
        own="pk",
        columns={
            "number": "id",
            **same("username", "first_name", "last_name", "email", "time_zone", "date_joined", "last_login"),
            "instructor": "is_staff",
            "administrator": "is_superuser",
            "may_log_in": "is_active",
            "made_by_a_roster": "is_from_roster",
            "must_choose_a_password": "must_change_password",
            "questions_wanted_a_week": "weekly_goal",
            "counts_days_in_a_row": "shows_streak",
        },
        left_out={
            "password": SECRET,
            "look": DERIVED,
            "is_guest": _("guests have no account"),
            "passwords_given": _("a count by which devices are recognized"),
            "anonymised_at": _("empty as long as there is an account"),
        },
        is_single=True,
    ),
    plain(
        "email_addresses",
        EmailAddress,
        own="user",
        columns={"address": "email", **same("verified", "primary")},
        left_out={"id": NUMBER, "user": WHOSE},
    ),
    plain(
        "accounts_elsewhere",
        SocialAccount,
        own="user",
        columns={**same("provider", "last_login", "date_joined"), "id_there": "uid", "told_by_it": "extra_data"},
        left_out={"id": NUMBER, "user": WHOSE},
    ),
    plain(
        "second_factors",
        Authenticator,
        own="user",
        columns=same("type", "created_at", "last_used_at"),
        left_out={"id": NUMBER, "user": WHOSE, "data": SECRET},
    ),
    plain(
        "classes",
        Membership,
        own="user",
        columns={
            "class": "classroom__name",
            **same("role", "status", "nickname", "emblem"),
            "appears_on_the_leaderboard": "is_visible",
            "time_factor": "time_factor",
            "no_time_limit": "is_untimed",
            **same("joined_at", "ended_at"),
        },
        left_out={"id": NUMBER, "user": WHOSE, "nickname_key": DERIVED},
    ),
    plain(
        "exceptions",
        Accommodation,
        own="membership__user",
        columns={
            "quiz": "assignment__quiz__title",
            "class": "membership__classroom__name",
            **same("opens_at", "due_at", "closes_at"),
            "time_limit_minutes": "time_limit",
            **same("attempts_allowed", "reason", "granted_at"),
        },
        left_out={"id": NUMBER, "granted_by": OTHERS},
    ),
    plain(
        "class_invitations",
        Invitation,
        own="user",
        columns={"class": "classroom__name", "invited_at": "invited_at"},
        left_out={"id": NUMBER, "user": WHOSE, "invited_by": OTHERS},
    ),
    *LEARNING,
    Part(
        "notices",
        Notice,
        ("text", "created_at", "dismissed_at"),
        frozenset(["kind", "question", "quiz", "details", "created_at", "dismissed_at"]),
        {"id": NUMBER, "recipient": WHOSE, "actor": OTHERS},
        _notices,
    ),
    plain(
        "invitations_to_teach",
        InstructorInvitation,
        own="accepted_by",
        columns=same("name", "email", "invited_at", "expires_at", "accepted_at", "revoked_at"),
        left_out={"id": NUMBER, "token_hash": SECRET, "invited_by": OTHERS, "accepted_by": WHOSE},
    ),
    plain(
        "imports",
        ImportDraft,
        own="owner",
        columns={"file": "name", **same("format", "encoding", "stage", "count", "created_at", "done_at")},
        left_out={
            "id": NUMBER,
            "owner": WHOSE,
            **dict.fromkeys(
                ("data", "content", "rows", "choices", "result", "reached", "checked"),
                _("a file that you sent, and how far it is read; kept for a day"),
            ),
        },
    ),
    plain(
        "shared_quizzes",
        QuizShare,
        own="owner",
        columns={"quiz": "quiz__title", **same("code", "created_at", "expires_at", "revoked_at", "copies")},
        left_out={"id": NUMBER, "owner": WHOSE},
    ),
    plain(
        "workshop_history",
        LogEntry,
        own="user",
        columns={
            "at": "action_time",
            "kind_of_record": "content_type__model",
            "record": "object_id",
            "act": "action_flag",
        },
        left_out={
            "id": NUMBER,
            "user": WHOSE,
            "object_repr": _("may name other people"),
            "change_message": _("may name other people"),
        },
    ),
)

# Relations to people that are in no part, by model and field.
NOT_INCLUDED: Mapping[str, str | Promise] = {
    "quizzes.Source.owner": TEACHING,
    "quizzes.Question.owner": TEACHING,
    "quizzes.QuestionVersion.edited_by": TEACHING,
    "quizzes.Quiz.owner": TEACHING,
    "quizzes.Quiz.edited_by": TEACHING,
    "quizzes.Unit.owner": TEACHING,
    "quizzes.StudyNote.owner": TEACHING,
    "quizzes.GlossaryTerm.owner": TEACHING,
    "quizzes.TimelineEntry.owner": TEACHING,
    "quizzes.Body.owner": TEACHING,
    "quizzes.Accommodation.granted_by": ACT,
    "quizzes.Answer.marked_by": ACT,
    "quizzes.Invitation.invited_by": ACT,
    "quizzes.InstructorInvitation.invited_by": ACT,
    "quizzes.Notice.actor": ACT,
    "quizzes.AttemptEvent.actor": ACT,
    # What hangs on a part rather than on the person.
    "account.EmailConfirmation.email_address": SECRET,
    "socialaccount.SocialToken.account": SECRET,
    "quizzes.ReviewedAttempt.attempt": _("whether the deck has looked through an attempt"),
}
