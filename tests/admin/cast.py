"""People and things for tests of the workshop: two instructors with a classroom each, a learner, a small bank."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from quizzes.lint.fingerprints import pairs
from quizzes.models import (
    Assignment,
    Attempt,
    Classroom,
    Membership,
    Question,
    QuestionSource,
    QuestionVersion,
    Quiz,
    QuizItem,
    Source,
    Topic,
    User,
)
from quizzes.services import attempts
from tests import saving

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
EXPLANATION = (
    "The Council gives missions their mandate, while the Secretariat carries it out and the Assembly approves the budget; "
    "the Charter keeps the three tasks apart so that no organ decides, pays and acts alone in the field of operations."
)
SPEC: dict[str, Any] = {
    "stem": "Which organ of the United Nations gives a peacekeeping mission its mandate before it is sent out?",
    "options": [
        {"text": "Security Council", "correct": True, "feedback": "Mandates come from the Council."},
        {"text": "General Assembly", "correct": False, "feedback": "It approves the budget."},
        {"text": "The Secretariat", "correct": False, "feedback": "It carries the mandate out."},
    ],
    "explanation": EXPLANATION,
}
ESSAY = {
    "stem": "Discuss what a mandate needs before a mission is sent into the field of operations.",
    "explanation": "",
}


def instructor(name: str) -> User:
    return User.objects.create(username=name, is_staff=True, first_name=name.title())


def learner(name: str) -> User:
    return User.objects.create(username=name, first_name=name.title())


def topic(slug: str = "organs") -> Topic:
    return Topic.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0]


def source() -> Source:
    phrases = " ".join(pairs("the Council decides on every mission"))
    rows = [{"number": number, "heading": "", "words": 50, "pairs": phrases} for number in (1, 2)]
    return Source.objects.get_or_create(
        slug="doc", defaults={"title": "A document", "kind": "Essay", "paragraphs": rows}
    )[0]


def question(
    *, spec: dict[str, Any] | None = None, kind: str = "single_choice", status: str = "ready", **fields: Any
) -> Question:
    made = Question.objects.create(type=kind, topic=fields.pop("topic", None) or topic(), **fields)
    QuestionVersion.objects.create(
        question=made, spec=spec or SPEC, status=status, revision=1, published_at=NOW if status == "ready" else None
    )
    QuestionSource.objects.create(question=made, source=source(), paragraph=1)
    return made


def quiz(owner: User | None, *questions: Question, **fields: Any) -> Quiz:
    defaults = {"title": "Organs", "status": "published", "shuffle_questions": False, "shuffle_options": False}
    slug = fields.pop("slug", f"quiz-{Quiz.objects.count() + 1}")
    made = Quiz.objects.create(slug=slug, owner=owner, **{**defaults, **fields})
    for place, one in enumerate(questions, start=1):
        QuizItem.objects.create(quiz=made, position=place, question=one)
    return made


def classroom(teacher: User, *members: User, name: str = "10B") -> Classroom:
    made = Classroom.objects.create(name=name)
    Membership.objects.create(classroom=made, user=teacher, role=Membership.Role.INSTRUCTOR)
    for member in members:
        Membership.objects.create(classroom=made, user=member)
    return made


def assignment(room: Classroom, given: Quiz, **fields: Any) -> Assignment:
    return Assignment.objects.create(classroom=room, quiz=given, **fields)


def attempt(
    who: User,
    given: Assignment,
    answers: dict[int, dict[str, list[str]]] | None = None,
    *,
    now: datetime = NOW,
    submit: bool = True,
) -> Attempt:
    """An attempt through the real engine; `answers` are posted fields by slot."""
    started = attempts.start(who, given.quiz, now=now, assignment=given)
    for slot, fields in (answers or {}).items():
        saving.save(started.pk, who, slot=slot, fields=fields, revision=1, now=now + timedelta(minutes=1))
    return attempts.submit(started, now=now + timedelta(minutes=2)) if submit else started


def points(value: str) -> Decimal:
    return Decimal(value)
