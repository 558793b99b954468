"""A demo classroom with made-up members whose attempts went through the real engine, so that every page has something to show."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from quizzes.errors import BadAnswer
from quizzes.models import Answer, Assignment, Attempt, Classroom, Membership, Quiz, User, papers
from quizzes.services import accounts, attempts, classrooms, demo_history, shares

CLASSROOM = "International Relations 10B"
JOIN_CODE = "PEACE22B"
INSTRUCTOR = "teacher"
STUDENT = "student"
DOMAIN = "example.org"
LOG_INS = (INSTRUCTOR, STUDENT)
# (username, first name, last name, nickname, share of questions they know)
MEMBERS = [
    (STUDENT, "Sam", "Rivers", "blue heron", 0.78),
    ("amara.okafor", "Amara", "Okafor", "kestrel", 0.95),
    ("ben.hartley", "Ben", "Hartley", "amaranth", 0.88),
    ("chen.wei", "Chen", "Wei", "north star", 0.88),
    ("dalia.haddad", "Dalia", "Haddad", "quartz", 0.8),
    ("elif.aksoy", "Elif", "Aksoy", "saffron", 0.74),
    ("felix.brandt", "Felix", "Brandt", "harbour", 0.7),
    ("gita.rao", "Gita", "Rao", "", 0.66),
    ("hugo.lemaire", "Hugo", "Lemaire", "paper boat", 0.62),
    ("ines.costa", "Inês", "Costa", "lantern", 0.57),
    ("jonas.lund", "Jonas", "Lund", "granite", 0.5),
    ("keiko.mori", "Keiko", "Mori", "mosaic", 0.42),
    ("liam.doyle", "Liam", "Doyle", "tin whistle", 0.33),
]


# Emblems that members chose; the others wear one that goes by their number.
EMBLEMS = {STUDENT: 8, "amara.okafor": 5, "ben.hartley": 1, "chen.wei": 9, "dalia.haddad": 3}
GOAL = 60  # questions a week, of the student


@dataclass(frozen=True)
class PlannedAssignment:
    """One assignment of the demo: quiz, days from now it opens, is due and closes, and the share of members who took it."""

    slug: str
    opens: float
    due: float | None
    closes: float | None
    taken: float
    feedback: str = ""


REVIEWERS = 8  # of the members, the student among them, whose last days of reviews are still to be done
UNREVIEWED = timedelta(days=2)
SINCE = timedelta(days=28)  # the members have been there longer than the first assignment
ASSIGNMENTS = [
    PlannedAssignment(demo_history.CERTIFICATE, -21, -16, None, 0.9),
    PlannedAssignment("d1-questions-and-answers", -13, -8, None, 1.0),
    PlannedAssignment("d2-seoul-ministerial", -8, -3, None, 0.9),
    PlannedAssignment("t1-who-decides", -2, 3, 5, 0.6),
    PlannedAssignment("d6-concert-to-charter", 2, 6, 8, 0.0),
]
# What the student takes once more, after which assignment: they know all of it by now, which lifts them on the board.
AGAIN, AFTER = demo_history.CERTIFICATE, "d2-seoul-ministerial"
# The checks of units that the student took on their own: days ago, quiz, share of it that they know.
CHECKS = [(7, "check-1", 1.0), (1.5, "check-2", 0.6)]


@transaction.atomic
def create(*, password: str, now: datetime) -> None:
    """Make the demo classroom, once: nothing happens where its people are, or others of their names."""
    if User.objects.filter(username__in=LOG_INS).exists():
        return
    rng = random.Random(10)  # noqa: S311  the same demo every time
    teacher = _person(INSTRUCTOR, "Ada", "Marsh", password)
    teacher.is_staff = True
    teacher.save(update_fields=["is_staff"])
    classroom = Classroom.objects.create(
        name=CLASSROOM, description="A made-up class. Try everything.", join_code=JOIN_CODE
    )
    joined_at = now - SINCE
    Membership.objects.create(classroom=classroom, user=teacher, role=Membership.Role.INSTRUCTOR, joined_at=joined_at)
    members = []
    for username, first, last, nickname, skill in MEMBERS:
        person = _person(username, first, last, password if username == STUDENT else None)
        emblem = EMBLEMS.get(username, 0)
        Membership.objects.create(
            classroom=classroom, user=person, nickname=nickname, emblem=emblem, joined_at=joined_at
        )
        members.append((person, skill))
    practice_quiz = demo_history.quiz_with_certificate(teacher, now=joined_at)
    shares.make(practice_quiz, actor=teacher, days=max(shares.DAYS), now=now)
    for plan in ASSIGNMENTS:
        _assign(classroom, plan, members, rng, now)
        if plan.slug == AFTER:
            _take_again(classroom, members[0][0], rng, start=now - timedelta(days=2.8))
    for days, slug, skill in CHECKS:
        if check := Quiz.objects.filter(slug=slug).first():
            take(members[0][0], check, skill, rng, start=now - timedelta(days=days))
    accounts.set_goal(members[0][0], GOAL)
    demo_history.practice(members[0][0], _response, rng, now=now)
    for person, skill in members[:REVIEWERS]:
        until = now - UNREVIEWED if person.username == STUDENT else now
        demo_history.review(person, skill, rng, until=until)


def classroom() -> Classroom | None:
    """Return the demo's classroom, whatever it is called by now and whatever its code is; None where there is none."""
    taught = {"memberships__user__in": people(), "memberships__role": Membership.Role.INSTRUCTOR}
    return Classroom.objects.filter(**taught).order_by("pk").first()


def people() -> QuerySet[User]:
    """Return the demo's instructor and student; others of these names have other addresses."""
    return User.objects.filter(username__in=LOG_INS, email__in=[f"{name}@{DOMAIN}" for name in LOG_INS])


def can_log_in(username: str, password: str) -> bool:
    person = people().filter(username=username).first()
    return person is not None and person.check_password(password)


def open_log_ins(password: str) -> None:
    """Let the demo's people in again after `close_log_ins`; a password that a user has chosen stays."""
    for person in people():
        if not person.has_usable_password():
            person.set_password(password)
            person.save(update_fields=["password"])


def close_log_ins(password: str) -> None:
    """Let nobody in by the demo's password, and end the sessions of those who are in; other passwords stay."""
    for person in people():
        if person.check_password(password):
            person.set_unusable_password()
            person.save(update_fields=["password"])


def renew_known_code() -> None:
    """Give the demo's classroom a random code in place of the one that is printed in our documentation."""
    for known in Classroom.objects.filter(join_code=JOIN_CODE):
        classrooms.renew_code(known, actor=None)


def _person(username: str, first: str, last: str, password: str | None) -> User:
    person, _created = User.objects.get_or_create(
        username=username, defaults={"first_name": first, "last_name": last, "email": f"{username}@{DOMAIN}"}
    )
    if password is None:
        person.set_unusable_password()
    else:
        person.set_password(password)
    person.save(update_fields=["password"])
    return person


def _assign(
    classroom: Classroom, plan: PlannedAssignment, members: list[tuple[User, float]], rng: random.Random, now: datetime
) -> None:
    def at(days: float | None) -> datetime | None:
        return None if days is None else (now + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)

    assignment = Assignment.objects.create(
        classroom=classroom,
        quiz=Quiz.objects.get(slug=plan.slug),
        opens_at=at(plan.opens),
        due_at=at(plan.due),
        closes_at=at(plan.closes),
        feedback=plan.feedback,
    )
    for person, skill in members:
        if rng.random() > plan.taken or plan.opens > 0:
            continue
        for _attempt in range(1 if rng.random() < 0.6 else 2):
            latest = min(plan.due if plan.due is not None else 0, -0.1)
            start = now + timedelta(days=rng.uniform(plan.opens, latest))
            start = max(start, assignment.opens_at or start)
            take(person, assignment.quiz, skill, rng, start=start, assignment=assignment)


def _take_again(classroom: Classroom, student: User, rng: random.Random, *, start: datetime) -> None:
    given = Assignment.objects.select_related("quiz").get(classroom=classroom, quiz__slug=AGAIN)
    take(student, given.quiz, 1.0, rng, start=start, assignment=given)


def take(
    person: User,
    quiz: Quiz,
    skill: float,
    rng: random.Random,
    *,
    start: datetime,
    assignment: Assignment | None = None,
) -> Attempt:
    """Return one attempt from start to submission, answering as someone would who knows `skill` of it."""
    last = Attempt.objects.taken_by(person).order_by("-started_at").values_list("submitted_at", flat=True).first()
    start = max(start, last + timedelta(hours=1)) if last else start
    attempt = attempts.start(person, quiz, assignment=assignment, now=start, device="demo")
    moment = start
    paper = papers.of_attempt(attempt.pk, person.pk)
    for answer in attempt.answers.select_related("version__question"):
        moment += timedelta(seconds=rng.uniform(12, 48))
        response = _response(answer, skill, rng)
        if response is not None:
            attempts.save(paper, slot=answer.slot, response=response, revision=1, now=moment, device="demo")
    return attempts.submit(attempt, now=moment + timedelta(seconds=20))


def _response(answer: Answer, skill: float, rng: random.Random) -> object:
    kind, spec = answer.version.kind, answer.version.parsed
    if rng.random() < skill:
        return kind.model_response(spec)
    guesses = [{"choice": [str(rng.randrange(max(1, len(answer.layout))))]}, {"choice": ["true"]}, {"text": ["?"]}]
    for guess in guesses:
        try:
            response = kind.parse(spec, answer.layout, guess)
        except BadAnswer:
            continue
        if not kind.is_blank(spec, response):
            return response
    return None
