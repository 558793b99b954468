"""A school's history in bulk: learners, classrooms, assignments and graded attempts with their answers, by SQL.

    python -m tests.benchmarks.generate 100000          into the database of DATA_DIR or DATABASE_URL

Attempts are spread over learners and quizzes so that (learner, quiz, number) has no gap; marks, fractions and the log's
three events of each attempt agree, so `manage.py check_invariants` stays silent. Answers are ten to an attempt unless
`--without-answers`. One attempt is made row by row, the others are copied from it inside the database.
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
    from django.db import transaction  # noqa: PLC0415

    from quizzes.models import Answer, Assignment, Classroom, Membership, User  # noqa: PLC0415
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
    sample = a_graded_attempt(users[0], given[0], versions)
    copy_attempts(sample, users, attempts_each)
    copy_log(sample)
    if with_answers:
        copy_answers(sample)
    else:
        Answer.objects.filter(attempt=sample).delete()
    return {"quiz": quiz, "classroom": rooms[0], "assignment": given[0], "learner": users[0]}


def a_graded_attempt(learner: Any, assignment: Any, versions: list[int]) -> Any:
    """The first attempt, with its answers and its log; all others are copied from it inside the database."""
    from quizzes.models import Answer, Attempt, AttemptEvent  # noqa: PLC0415

    attempt = Attempt.objects.create(
        learner=learner,
        quiz=assignment.quiz,
        assignment=assignment,
        number=1,
        status="graded",
        started_at=FIRST_DAY,
        due_at=FIRST_DAY + timedelta(minutes=40),
        submitted_at=FIRST_DAY + timedelta(minutes=12),
        closed_by="learner",
        limit=timedelta(minutes=40),
        exact_marks=0,
        marks=0,
        max_marks=QUESTIONS,
        fraction=0,
    )
    for kind, at in (("started", FIRST_DAY), ("submitted", attempt.submitted_at), ("graded", attempt.submitted_at)):
        AttemptEvent.objects.create(attempt=attempt, kind=kind, at=at)
    for slot, version in enumerate(versions, start=1):
        Answer.objects.create(
            attempt=attempt,
            slot=slot,
            version_id=version,
            layout=[0, 1, 2, 3],
            response=1,
            revision=1,
            exact_fraction=0,
            exact_marks=0,
            fraction=0,
            marks=0,
        )
    return attempt


def copy(model: Any, source: str, where: str, **expressions: str) -> None:
    """INSERT … SELECT of all columns of row `t`, those named in `expressions` computed instead; `source` joins `t`."""
    from django.db import connection, transaction  # noqa: PLC0415

    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(expressions.get(column, f't."{column}"') for column in columns)
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, {source} WHERE {where}")


def copy_attempts(sample: Any, users: list[Any], attempts_each: int) -> None:
    """Attempts 1 to `attempts_each` of every learner; marks from 0 to ten, a minute and a day apart."""
    from django.db import connection  # noqa: PLC0415

    from quizzes.models import Attempt  # noqa: PLC0415

    first, last = users[0].pk, users[-1].pk
    numbers = ", ".join(f"({number})" for number in range(1, attempts_each + 1))
    place, number = f"(m.user_id - {first})", "n.column1"
    right = f"(({place} * 7 + {number} * 3) % {QUESTIONS + 1})"
    minutes = f"({place} % 500000 + {number} * 1440)"

    def later(column: str) -> str:
        if connection.vendor == "postgresql":
            return f"t.{column} + {minutes} * interval '1 minute'"
        return f"strftime('%Y-%m-%d %H:%M:%S', t.{column}, {minutes} || ' minutes')"

    source = (
        f"quizzes_membership m JOIN quizzes_assignment a ON a.classroom_id = m.classroom_id, (VALUES {numbers}) AS n"
    )
    where = (
        f"t.id = {sample.pk} AND m.user_id BETWEEN {first} AND {last} AND a.quiz_id = t.quiz_id"
        f" AND NOT (m.user_id = {first} AND {number} = 1)"
    )
    instants = {column: later(column) for column in ("started_at", "due_at", "submitted_at")}
    facts = {"learner_id": "m.user_id", "assignment_id": "a.id", "number": number}
    marks = {"exact_marks": f"{right} || '/1'", "marks": right, "fraction": f"{right} * 0.1"}
    copy(Attempt, source, where, **facts, **instants, **marks)


def copy_log(sample: Any) -> None:
    from quizzes.models import AttemptEvent  # noqa: PLC0415

    at = "CASE WHEN t.kind = 'started' THEN a.started_at ELSE a.submitted_at END"
    copy(AttemptEvent, "quizzes_attempt a", others(sample), attempt_id="a.id", at=at)


def copy_answers(sample: Any) -> None:
    from quizzes.models import Answer  # noqa: PLC0415

    is_right = "(CASE WHEN t.slot <= a.marks THEN 1 ELSE 0 END)"
    response = "CASE WHEN t.slot <= a.marks THEN '0' ELSE '1' END"
    copy(
        Answer,
        "quizzes_attempt a",
        others(sample),
        attempt_id="a.id",
        response=f"CAST({response} AS {json_type()})",
        exact_fraction=f"{is_right} || '/1'",
        exact_marks=f"{is_right} || '/1'",
        fraction=is_right,
        marks=is_right,
    )


def json_type() -> str:
    from django.db import connection  # noqa: PLC0415

    return "jsonb" if connection.vendor == "postgresql" else "text"


def others(sample: Any) -> str:
    """All attempts of the history but the first."""
    return f"t.attempt_id = {sample.pk} AND a.quiz_id = {sample.quiz_id} AND a.id <> {sample.pk}"


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
