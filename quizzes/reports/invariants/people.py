"""What must hold of the members of classes, of review decks and of guests."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Max, Q

from quizzes.models import Attempt, Membership, Quiz, ReviewCard
from quizzes.models.classrooms import nickname_key
from quizzes.reports.invariants.violations import BATCH, Violation


def nicknames() -> Iterator[Violation]:
    """I13: the key by which the database tells nicknames apart fits."""
    rows = Membership.objects.exclude(nickname="", nickname_key="").values_list("pk", "nickname", "nickname_key")
    for pk, nickname, key in rows.iterator(chunk_size=BATCH):
        if key != nickname_key(nickname):
            yield Violation("I13", f"member {pk}", f"the key is {key!r}, the nickname gives {nickname_key(nickname)!r}")


def reviews() -> Iterator[Violation]:
    """I14: a card's number of answers, and its last one, are those of the log; a forgotten user has no deck."""
    cards = ReviewCard.objects.annotate(count=Count("logs"), last=Max("logs__at"), most=Max("logs__number"))
    wrong = cards.exclude(reviews=F("count")).values_list("pk", "reviews", "count")
    for pk, said, count in wrong.iterator(chunk_size=BATCH):
        yield Violation("I14", f"review card {pk}", f"counts {said} answers, the log has {count}")
    moved = cards.filter(~Q(reviewed_at=F("last")) | ~Q(reviews=F("most")), reviews__gt=0)
    for pk in moved.values_list("pk", flat=True).iterator(chunk_size=BATCH):
        yield Violation("I14", f"review card {pk}", "its last answer is another one in the log")
    for pk in ReviewCard.objects.filter(learner__anonymised_at__isnull=False).values_list("pk", flat=True):
        yield Violation("I14", f"review card {pk}", "belongs to someone whose data was removed")


def guests() -> Iterator[Violation]:
    """I16: who tries the site without an account has practice that they put together, and nothing else."""
    attempts = Attempt.objects.filter(learner__is_guest=True)
    own = Q(quiz__slug=Quiz.OWN_PRACTICE, assignment=None, is_counted=False)
    for pk in attempts.exclude(own).values_list("pk", flat=True):
        yield Violation("I16", f"attempt {pk}", "is a guest's, and is no practice of their own")
    for pk in Membership.objects.filter(user__is_guest=True).values_list("pk", flat=True):
        yield Violation("I16", f"member {pk}", "is a guest")
