"""What removing the personal data of a user would take away, and what it would leave. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Model, QuerySet

from quizzes.models import Accommodation, Answer, Attempt, AttemptEvent, Membership, Question, Quiz, Source, User
from quizzes.models.reference import STUDY_MODELS

OWNED: tuple[type[Model], ...] = (Question, Quiz, Source, *STUDY_MODELS)


@dataclass(frozen=True)
class Belongings:
    """Counts of what belongs to a person. `running` are attempts that go on to their deadline, `ending` have none."""

    addresses: tuple[str, ...]
    other_log_ins: int
    memberships: int
    reasons: int
    comments: int
    attempts: int
    answers: int
    running: tuple[Attempt, ...]
    ending: tuple[Attempt, ...]
    work: int  # questions, quizzes, sources and texts for study, which are handed over first

    @property
    def unfinished(self) -> tuple[Attempt, ...]:
        """What is in progress, with a deadline or without."""
        return (*self.running, *self.ending)


def belongings(person: User, *, now: datetime) -> Belongings:
    """Return everything the page of confirmation tells of (18 queries)."""
    taken = Attempt.objects.taken_by(person)
    open_ones = [row for row in taken.in_progress().select_related("quiz") if not row.is_overdue_at(now)]
    answers = Answer.objects.filter(attempt__learner=person)
    events = AttemptEvent.objects.filter(attempt__learner=person, details__has_key="reason")
    exceptions = Accommodation.objects.filter(membership__user=person).exclude(reason="")
    return Belongings(
        addresses=_addresses(person),
        other_log_ins=_count(Authenticator.objects.filter(user=person), SocialAccount.objects.filter(user=person)),
        memberships=Membership.objects.active().filter(user=person).count(),
        reasons=_count(events.exclude(kind=AttemptEvent.Kind.REGRADED), exceptions),
        comments=answers.exclude(comment="").count(),
        attempts=taken.count(),
        answers=answers.filter(response__isnull=False).count(),
        running=tuple(row for row in open_ones if row.due_at is not None),
        ending=tuple(row for row in open_ones if row.due_at is None),
        work=_count(*(model._default_manager.filter(owner=person) for model in OWNED)),
    )


def _addresses(person: User) -> tuple[str, ...]:
    """Return every e-mail address, the one that mails go to first."""
    further = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    return tuple(dict.fromkeys(address for address in (person.email, *further) if address))


def _count(*rows: QuerySet[Model]) -> int:
    return sum(queryset.count() for queryset in rows)
