"""Rows for tests, with nothing that a test does not say: factories.quiz(questions=3, time_limit=40)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from quizzes.models import (
    Accommodation,
    Assignment,
    Attempt,
    Body,
    Classroom,
    GlossaryTerm,
    Membership,
    Question,
    QuestionVersion,
    Quiz,
    QuizItem,
    ReviewLog,
    Source,
    StudyNote,
    TimelineEntry,
    Topic,
    Unit,
    User,
)
from quizzes.services import attempts, reviews
from tests import saving

numbers = count(1)
RIGHT, WRONG = {"choice": ["0"]}, {"choice": ["1"]}  # in an attempt whose options are not shuffled


def user(username: str = "", **fields: Any) -> User:
    """A person without a password; tests log in with `force_login`."""
    person = User(username=username or f"person-{next(numbers)}", **fields)
    person.set_unusable_password()
    person.save()
    return person


def topic(slug: str = "topic") -> Topic:
    return Topic.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0]


def source(slug: str = "source") -> Source:
    return Source.objects.get_or_create(slug=slug, defaults={"title": slug.title(), "kind": "Report"})[0]


def note(slug: str = "note", body: str = "It is so.[^1]", *, paragraph: int = 1, **fields: Any) -> StudyNote:
    """A published note of the site that rests on a paragraph of a source."""
    defaults: dict[str, Any] = {"title": slug.title(), "status": "published", "visibility": "use"}
    row: StudyNote = StudyNote.objects.create(slug=slug, body=body, **(defaults | fields))
    row.places.create(source=source(), paragraph=paragraph)
    return row


def study() -> StudyNote:
    """A little of all that is read: a unit with a note, a term, two events, a body."""
    shown = {"status": "published", "visibility": "use"}
    unit = Unit.objects.create(
        slug="unit", title="Who decides?", why="It matters.", objectives="You can tell.", **shown
    )
    GlossaryTerm.objects.create(
        slug="mandate", term="mandate", meaning="A task.", is_not="No wish.", places="source:1", **shown
    )
    for year in ("1815", "1948-05"):
        TimelineEntry.objects.create(
            slug=f"in-{year}", date=year, title="Event", line="It happens.", is_beyond=True, **shown
        )
    Body.objects.create(slug="council", body="Council", authorizes="Missions", places="source:1", **shown)
    return note(body="A mandate is a task.[^1] It ends.[^2]", beyond="More.", discuss="Why?", unit=unit)


def single_choice(stem: str = "Which is right?", options: int = 4) -> dict[str, Any]:
    """A spec whose first option is the key."""
    texts = [{"text": "the key", "correct": True}, *({"text": f"distractor {n}"} for n in range(1, options))]
    return {"stem": stem, "options": texts, "explanation": "Because the source says so."}


def question(spec: dict[str, Any] | None = None, *, type: str = "single_choice", **fields: Any) -> Question:
    """A published question."""
    fields.setdefault("topic", topic())
    row = Question.objects.create(type=type, **fields)
    version(row, spec or single_choice(f"Question {next(numbers)}: which is right?"))
    return row


def published(count: int) -> list[Question]:
    """As many published questions, written at once."""
    about = topic() if count else None
    rows = Question.objects.bulk_create(Question(type="single_choice", topic=about) for _number in range(count))
    specs = [single_choice(f"Question {next(numbers)}: which is right?") for _row in rows]
    QuestionVersion.objects.bulk_create(
        QuestionVersion(question=row, number=1, spec=spec, status="ready")
        for row, spec in zip(rows, specs, strict=True)
    )
    return rows


def to_try(count: int) -> list[Question]:
    """Easy questions of the site: what guests are asked."""
    return [question(difficulty="easy") for _number in range(count)]


def version(of: Question, spec: dict[str, Any], *, status: str = "ready") -> QuestionVersion:
    """A further version; publishing one retires the one before."""
    if status == "ready":
        of.versions.filter(status="ready").update(status="retired")
    last = of.versions.count()
    return QuestionVersion.objects.create(question=of, number=last + 1, spec=spec, status=status)


def quiz(questions: int | Sequence[Question] = 2, **fields: Any) -> Quiz:
    """A published quiz, open to all, not shuffled; `time_limit` in minutes makes it timed."""
    number = next(numbers)
    defaults: dict[str, Any] = {
        "slug": f"quiz-{number}",
        "title": f"Quiz {number}",
        "status": "published",
        "is_open_to_all": True,
        "shuffle_questions": False,
        "shuffle_options": False,
        "time_rule": "fixed" if fields.get("time_limit") else "untimed",
    }
    row = Quiz.objects.create(**(defaults | fields))
    asked = published(questions) if isinstance(questions, int) else questions
    QuizItem.objects.bulk_create(
        QuizItem(quiz=row, position=position, question=item) for position, item in enumerate(asked, start=1)
    )
    return row


def classroom(*, instructor: User | None = None, students: Sequence[User] = (), **fields: Any) -> Classroom:
    row = Classroom.objects.create(**({"name": f"Class {next(numbers)}"} | fields))
    if instructor is not None:
        member(row, instructor, role="instructor")
    for student in students:
        member(row, student)
    return row


EARLY = datetime(2020, 1, 1, tzinfo=UTC)


def member(of: Classroom, person: User, **fields: Any) -> Membership:
    """A student, who has been in the class for long."""
    fields.setdefault("joined_at", EARLY)
    return Membership.objects.create(classroom=of, user=person, **fields)


def assignment(of: Classroom, given: Quiz, **fields: Any) -> Assignment:
    return Assignment.objects.create(classroom=of, quiz=given, **fields)


def accommodation(of: Assignment, person: User, *, now: datetime, **fields: Any) -> Accommodation:
    """An exception for one member."""
    membership = of.classroom.memberships.get(user=person)
    fields.setdefault("reason", "a broken arm")
    return Accommodation.objects.create(assignment=of, membership=membership, granted_at=now, **fields)


def attempt(learner: User, of: Quiz, *, now: datetime, right: int = 0, submit: bool = False, **fields: Any) -> Attempt:
    """An attempt made by the engine, the first `right` questions answered rightly; handed in where wanted."""
    row = attempts.start(learner, of, now=now, **fields)
    for slot in range(1, right + 1):
        saving.save(row.pk, learner, slot=slot, fields=RIGHT, revision=1, now=now)
    return attempts.submit(row, now=now) if submit else row


def reviewed(learner: User, of: Question, *, now: datetime, right: bool = True) -> ReviewLog:
    """A question in the deck of a learner that was answered once."""
    card = reviews.add(learner, of, now=now)
    version = of.versions.get(status="ready")
    response = version.kind.model_response(version.parsed) if right else None
    return reviews.answer(card, version, [0, 1, 2, 3], response, number=card.reviews + 1, is_sure=True, now=now)
