"""What waits for a person on the first page: open attempts, assignments, recent results, quizzes to try, classes to look after.

Whether marks may be shown is not decided here: `Learner.recent` are attempts, and the caller asks for each what is revealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Count, Exists, F, OuterRef, Q

from quizzes import entitlements
from quizzes.models import Assignment, Attempt, Classroom, Membership, Notice, Quiz, QuizItem, Topic, User
from quizzes.models.quiz_items import sized
from quizzes.reports import growth, mastery, practice_names, reviews, student_assignments
from quizzes.reports import quizzes as quiz_report
from quizzes.reports.growth import Grown
from quizzes.reports.mastery import UnitStanding
from quizzes.reports.student_assignments import AssignmentStatus, Calendar

RECENT, SUGGESTED, NOTICES = 5, 3, 20
LATEST = 40  # attempts handed in that are looked through for the week
SOON = timedelta(days=3)
TOPICS = 6


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class AttemptCounts(TypedDict):
    """How far an attempt is, which a query counts."""

    questions: int
    answered: int


class ClassroomCounts(TypedDict):
    students: int
    running: int


class MarkingCounts(TypedDict):
    waiting: int


@dataclass(frozen=True)
class OpenAttempt:
    """An attempt in progress, with how far it is."""

    attempt: Attempt
    answered: int
    questions: int

    @property
    def can_wait(self) -> bool:
        """Whether it is practice without an end, which one may have left days ago."""
        return self.attempt.due_at is None and not self.attempt.is_counted


@dataclass(frozen=True)
class Suggestion:
    """A quiz open to all that the learner has not taken."""

    quiz: Quiz
    size: quiz_report.Size


@dataclass(frozen=True)
class Review:
    """Questions of one's deck that are due."""

    count: int

    @property
    def minutes(self) -> int:
        return max(1, round(self.count * reviews.SECONDS_EACH / 60))


Step = OpenAttempt | AssignmentStatus | UnitStanding | Review | Suggestion


@dataclass(frozen=True)
class Learner:
    """The first page of a user who takes quizzes; `latest` are attempts handed in, `reviews` questions due in their deck,
    `unit` the next one of the path."""

    open: list[OpenAttempt]
    calendar: Calendar
    latest: list[Attempt]
    suggested: list[Suggestion]
    classrooms: int
    reviews: int
    now: datetime
    unit: UnitStanding | None = None

    @property
    def next_step(self) -> Step | None:
        """The one thing to do now: what is in progress, what is due soon, practice in progress, the unit that is begun,
        what is to review, what else is given, something new: the first unit above all.
        """
        units = [self.unit] if self.unit else []
        begun = [unit for unit in units if unit.has_begun]
        pressing = [row for row in self.open if not row.can_wait]
        waiting = [row for row in self.open if row.can_wait]
        steps: list[Step] = [*pressing, *self.due_soon, *waiting, *begun, *self.to_review]
        steps += [*self.tasks, *units, *self.suggested]
        return steps[0] if steps else None

    @property
    def due_soon(self) -> list[AssignmentStatus]:
        """What is due, or closes, within three days; what is late already."""
        ends = ((row, row.terms.due_at or row.terms.closes_at) for row in self.tasks)
        return [row for row, end in ends if end is not None and end <= self.now + SOON]

    @property
    def to_review(self) -> list[Review]:
        return [Review(self.reviews)] if self.reviews else []

    @property
    def other_review(self) -> Review | None:
        """What is to review, where that is not the next step."""
        return self.to_review[0] if self.reviews and not isinstance(self.next_step, Review) else None

    @property
    def other_open(self) -> list[OpenAttempt]:
        return [row for row in self.open if row is not self.next_step]

    @property
    def other_tasks(self) -> list[AssignmentStatus]:
        return [row for row in self.tasks if row is not self.next_step]

    @property
    def other_suggested(self) -> list[Suggestion]:
        return [row for row in self.suggested if row is not self.next_step]

    @property
    def tasks(self) -> list[AssignmentStatus]:
        """What they have not begun, the most urgent first."""
        return self.calendar.todo

    @property
    def is_new(self) -> bool:
        """Nothing was ever started here."""
        return not self.open and not self.latest


@dataclass(frozen=True)
class TaughtClassroom:
    """A class that a user teaches: its students and its assignments open now."""

    classroom: Classroom
    students: int
    open_assignments: int


@dataclass(frozen=True)
class WaitingMarking:
    """Attempts of one assignment that wait to be marked by a person."""

    assignment: Assignment
    attempts: int


@dataclass(frozen=True)
class Instructor:
    """The first page of a user who teaches."""

    classrooms: list[TaughtClassroom]
    waiting: list[WaitingMarking]
    notices: list[Notice]

    @property
    def to_mark(self) -> int:
        """How many attempts need to be marked."""
        return sum(row.attempts for row in self.waiting)


def for_learner(user: User, *, now: datetime) -> Learner:
    """Return what there is to do for a learner (11 to 18 queries, however many classes they have)."""
    memberships = Membership.objects.students().filter(user=user, classroom__archived_at=None)
    calendar = student_assignments.calendar(student_assignments.of(memberships, now=now))
    return Learner(
        open=_open(user, now),
        calendar=calendar,
        latest=_latest(user),
        suggested=_suggested(user, [row.assignment.quiz_id for row in [*calendar.todo, *calendar.upcoming]], now),
        classrooms=Classroom.objects.live().joined_by(user).count(),
        reviews=reviews.due_count(user, now=now),
        now=now,
        unit=mastery.next_of(user, now=now),
    )


def growth_of(user: User, *, now: datetime) -> list[Grown[Topic]]:
    """Return the topics with most answers, the weakest first (1 query, and what the record needs); nobody asks here what
    was missed."""
    grown = growth.by_topic(entitlements.record_of(user, now=now), frozenset())
    known = {id(row) for row in sorted(grown, key=lambda row: -row.estimate.answers)[:TOPICS]}
    return [row for row in grown if id(row) in known]


def step_topic(step: Step | None) -> Topic | None:
    """Return the topic that lends the next step its color (1 or 2 queries, none where it is about no quiz)."""
    if step is None or isinstance(step, Review | UnitStanding):
        return None
    if isinstance(step, OpenAttempt):
        return topic_of(step.attempt.quiz)
    return topic_of(step.assignment.quiz if isinstance(step, AssignmentStatus) else step.quiz)


def topic_of(quiz: Quiz) -> Topic | None:
    """Return the topic that lends the quiz its color and emblem: its first item's, or the commonest of the item's tag.

    1 query, 2 where a tag decides.
    """
    item = quiz.items.select_related("topic", "question__topic").order_by("position", "pk").first()
    if item is None:
        return None
    return item.topic or (item.question.topic if item.question else _commonest_topic(item.tag_id))


def _commonest_topic(tag_id: int | None) -> Topic | None:
    if tag_id is None:
        return None
    tagged = Topic.objects.filter(questions__tags=tag_id).annotate(count=Count("questions"))
    return tagged.order_by("-count", "pk").first()


def _latest(user: User) -> list[Attempt]:
    finished = Attempt.objects.taken_by(user).finished().order_by("-submitted_at")
    return list(finished.select_related("quiz", "assignment__quiz", "assignment__classroom")[:LATEST])


def _open(user: User, now: datetime) -> list[OpenAttempt]:
    mine = Attempt.objects.taken_by(user).in_progress().filter(Q(due_at=None) | Q(due_at__gt=now))
    counted = mine.annotate(
        questions=Count("answers"), answered=Count("answers", filter=Q(answers__response__isnull=False))
    )
    ends_first = F("due_at").asc(nulls_last=True)  # SQLite would put those without an end before them
    ordered = counted.select_related("quiz", "assignment__classroom").order_by(ends_first, "-started_at")
    attempts = cast("list[WithAnnotations[Attempt, AttemptCounts]]", list(ordered))
    practice_names.name(attempts)
    return [OpenAttempt(attempt, attempt.answered, attempt.questions) for attempt in attempts]


def _suggested(user: User, assigned: Sequence[int], now: datetime) -> list[Suggestion]:
    """Return quizzes neither taken nor given to a class of theirs (`assigned`, quiz pks), none of them held back."""
    taken = Attempt.objects.taken_by(user).filter(quiz=OuterRef("pk"))
    is_open = Q(opens_at=None) | Q(opens_at__lte=now), Q(closes_at=None) | Q(closes_at__gt=now)
    suitable = Quiz.objects.published().filter(~Exists(taken), *is_open, is_open_to_all=True).exclude(pk__in=assigned)
    suitable = suitable.exclude(pk__in=Quiz.objects.checks().order_by().values("pk"))  # their units lead to them
    secrecy = entitlements.secrecy_of(user, now=now)
    if secrecy.exams:
        secret = QuizItem.objects.filter(question__in=secrecy.questions.order_by().values("pk"))
        suitable = suitable.exclude(
            pk__in=[*secret.values_list("quiz", flat=True), *(exam.quiz_id for exam in secrecy.exams)]
        )
    quizzes = list(sized(suitable)[:SUGGESTED])
    return [Suggestion(quiz, quiz_report.size_of(quiz)) for quiz in quizzes]


def for_instructor(user: User, *, now: datetime) -> Instructor:
    """Return classes the person teaches, what waits to be marked in them, and what others did to their work (3 queries)."""
    notices = Notice.objects.waiting_for(user).select_related("actor", "quiz")
    return Instructor(classrooms=_taught(user, now), waiting=_waiting(user), notices=list(notices[:NOTICES]))


def _taught(user: User, now: datetime) -> list[TaughtClassroom]:
    students = Q(memberships__role=Membership.Role.STUDENT, memberships__status=Membership.Status.ACTIVE)
    running = Assignment.objects.open_at(now)
    counted = (
        Classroom.objects.live()
        .taught_by(user)
        .annotate(
            students=Count("memberships", filter=students, distinct=True),
            running=Count("assignments", filter=Q(assignments__in=running), distinct=True),
        )
    )
    rows = cast("Iterable[WithAnnotations[Classroom, ClassroomCounts]]", counted)
    return [TaughtClassroom(classroom, classroom.students, classroom.running) for classroom in rows]


def _waiting(user: User) -> list[WaitingMarking]:
    marking = Q(attempts__in=Attempt.objects.awaiting_marking())
    assignments = Assignment.objects.filter(classroom__in=Classroom.objects.taught_by(user))
    counted = assignments.annotate(waiting=Count("attempts", filter=marking)).filter(waiting__gt=0)
    ordered = counted.select_related("quiz", "classroom").order_by("-waiting", "pk")
    rows = cast("Iterable[WithAnnotations[Assignment, MarkingCounts]]", ordered)
    return [WaitingMarking(assignment, assignment.waiting) for assignment in rows]
