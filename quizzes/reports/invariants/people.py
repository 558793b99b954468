"""What must hold of the members of classes and of their review decks."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Max, Q

from quizzes.models import Membership, ReviewCard
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
