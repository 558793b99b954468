"""A school's history in bulk: learners, classrooms, assignments and graded attempts with their answers, by SQL.

    python -m tests.load.generate 100000          into the database of DATA_DIR or DATABASE_URL

Attempts are spread over learners and quizzes so that (learner, quiz, number) has no gap; marks, fractions and the log's
three events of each attempt agree, so `manage.py check_invariants` stays silent. Answers are ten to an attempt unless
`--without-answers`. About 25,000 attempts with answers a second are not to be had; expect some thousands.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")
CLASS_SIZE = 100
QUESTIONS = 10
BATCH = 5_000
FIRST_DAY = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)


def generate(attempts: int, *, with_answers: bool = True, attempts_each: int = 10) -> dict[str, Any]:
    """Make `attempts` graded attempts; returns a classroom, an assignment and a learner to look at."""
    from decimal import Decimal  # noqa: PLC0415

    from django.db import transaction  # noqa: PLC0415

    from quizzes.models import Answer, Assignment, Attempt, AttemptEvent, Classroom, Membership, User  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    label = f"{time.time_ns():x}"
    quiz = factories.quiz(QUESTIONS, slug=f"history-{label}", time_limit=40)
    versions = [item.question.ready_version.pk for item in quiz.items.select_related("question")]
    learners = max(1, attempts // attempts_each)
    with transaction.atomic():
        users = User.objects.bulk_create(
            [User(username=f"h-{label}-{number}", password="!") for number in range(learners)], batch_size=BATCH
        )
        rooms = Classroom.objects.bulk_create(
            [
                Classroom(name=f"History {number}", join_code=code(label, number))
                for number in range((learners + CLASS_SIZE - 1) // CLASS_SIZE)
            ],
            batch_size=BATCH,
        )
        Membership.objects.bulk_create(
            [Membership(classroom=rooms[place // CLASS_SIZE], user=user) for place, user in enumerate(users)],
            batch_size=BATCH,
        )
        given = Assignment.objects.bulk_create([Assignment(classroom=room, quiz=quiz) for room in rooms])
    rows: list[Attempt] = []
    for place, user in enumerate(users):
        for number in range(1, attempts_each + 1):
            right = (place * 7 + number * 3) % (QUESTIONS + 1)
            start = FIRST_DAY + timedelta(minutes=place % 500_000, days=number)
            rows.append(
                Attempt(
                    learner=user,
                    quiz=quiz,
                    assignment=given[place // CLASS_SIZE],
                    number=number,
                    status="graded",
                    started_at=start,
                    due_at=start + timedelta(minutes=40),
                    submitted_at=start + timedelta(minutes=12),
                    closed_by="learner",
                    limit=timedelta(minutes=40),
                    marks=Decimal(right),
                    max_marks=Decimal(QUESTIONS),
                    fraction=Decimal(right) / QUESTIONS,
                )
            )
        if len(rows) >= BATCH or place == len(users) - 1:
            with transaction.atomic():
                made = Attempt.objects.bulk_create(rows, batch_size=BATCH)
                AttemptEvent.objects.bulk_create(
                    [
                        AttemptEvent(attempt=row, kind=kind, at=at)
                        for row in made
                        for kind, at in (
                            ("started", row.started_at),
                            ("submitted", row.submitted_at),
                            ("graded", row.submitted_at),
                        )
                    ],
                    batch_size=BATCH,
                )
                if with_answers:
                    Answer.objects.bulk_create(
                        [
                            Answer(
                                attempt=row,
                                slot=slot,
                                version_id=versions[slot - 1],
                                layout=[0, 1, 2, 3],
                                response=0 if slot <= row.marks else 1,
                                revision=1,
                                fraction=Decimal(int(slot <= row.marks)),
                                marks=Decimal(int(slot <= row.marks)),
                            )
                            for row in made
                            for slot in range(1, QUESTIONS + 1)
                        ],
                        batch_size=BATCH,
                    )
            rows = []
    return {"quiz": quiz, "classroom": rooms[0], "assignment": given[0], "learner": users[0]}


def code(label: str, number: int) -> str:
    """A join code that no other generated classroom has."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    value = (int(label, 16) // 1000 + number) % 32**8
    return "".join(alphabet[value // 32**place % 32] for place in range(8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("attempts", type=int)
    parser.add_argument("--without-answers", action="store_true")
    options = parser.parse_args()
    import django  # noqa: PLC0415

    django.setup()
    began = time.monotonic()
    generate(options.attempts, with_answers=not options.without_answers)
    sys.stdout.write(f"{options.attempts} attempts in {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
