"""Which questions are secret: those of every exam that a person takes and whose results they may not see yet.

Of an exam that their class has, the fixed items from the moment it is assigned; the whole pool of its draw rules while it
is open to them or they have begun it; of an exam on their own, what they were asked. One exam hides nothing from another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from quizzes import terms
from quizzes.entitlements.results import DEADLINE, NEVER, closes_for_all_at, unreleased
from quizzes.models import Accommodation, Answer, Assignment, Attempt, Membership, Question, Quiz, QuizItem, User
from quizzes.models.draw_cells import in_cells_of
from quizzes.models.prepared import Prepared, prepared

Rows = TypeVar("Rows", bound=QuerySet[Question])


@dataclass(frozen=True)
class HeldExam:
    """An exam that a learner takes, and whose results they may see from `until` on (None: nothing ends it)."""

    title: str
    quiz_id: int
    assignment_id: int | None  # None: on their own
    until: datetime | None
    rules: tuple[QuizItem, ...] = ()  # whose whole pools are secret now

    def secret(self, learner: User | None) -> Q:
        """Return the condition on a question that this exam keeps it secret."""
        answers = Answer.objects.filter(
            attempt__learner=learner, attempt__quiz=self.quiz_id, attempt__assignment=self.assignment_id
        )
        condition = Q(pk__in=answers.order_by().values("version__question"))
        if self.assignment_id is not None:
            fixed = QuizItem.objects.filter(quiz=self.quiz_id, question__isnull=False)
            condition |= Q(pk__in=fixed.order_by().values("question"))
        return condition | in_cells_of(self.rules) if self.rules else condition

    @property
    def at_words(self) -> str:
        """When it comes out, to stand after "until" or "after": Fri, Mar 6, 11:00 a.m.."""
        if self.until is None:
            return _("its results are out")
        return date_format(localtime(self.until), _("D, M j, g:i a")).removesuffix(".")  # the sentence's own follows

    @property
    def end_words(self) -> str:
        """Which exam, and when it comes out, to stand after "until" or "after": “Midterm”, Fri, Mar 6, 11:00 a.m.."""
        if self.until is None:
            return _("the results of “%(exam)s” are out") % {"exam": self.title}
        return _("“%(exam)s”, %(at)s") % {"exam": self.title, "at": self.at_words}


class HeldQuiz(NamedTuple):
    """A quiz that the learner takes as an exam, in a class or on their own."""

    pk: int
    title: str
    closes_at: datetime | None
    is_taken_alone: bool
    latest_deadline: datetime | None  # of anybody who takes it on their own


@dataclass(frozen=True)
class Secrecy:
    """What one person may not meet at one instant; without exams nothing is asked of the database."""

    viewer: User | None = None  # None: nobody in particular, as in a trial
    exams: tuple[HeldExam, ...] = ()
    sees_kept: bool = False  # whether questions that are kept for exams may be shown

    @property
    def questions(self) -> QuerySet[Question]:
        """The secret questions; as a subquery for whatever leads to a question outside an exam."""
        if not self.exams:
            return Question.objects.none()
        secret = Q(*(exam.secret(self.viewer) for exam in self.exams), _connector=Q.OR)
        secret_questions = Question.objects.filter(secret)
        return (
            secret_questions.exclude(owner=self.viewer)
            if self.viewer and self.viewer.is_instructor
            else secret_questions
        )

    def without_secret(self, questions: Rows) -> Rows:
        """Return the questions but for the secret ones."""
        return questions.exclude(pk__in=self.questions.order_by().values("pk")) if self.exams else questions

    def among(self, questions: Collection[int] | QuerySet[Question]) -> dict[int, HeldExam]:
        """Return those of the questions that are secret, each with the exam that comes out last (1 query, none without
        exams)."""
        if not self.exams:
            return {}
        last_first = sorted(self.exams, key=lambda exam: exam.until or NEVER, reverse=True)
        by = Case(
            *(When(exam.secret(self.viewer), then=Value(place)) for place, exam in enumerate(last_first)),
            output_field=IntegerField(),
        )
        among: Any = questions  # keys, or a query of them
        rows = self.questions.filter(pk__in=among).annotate(by=by).order_by().values_list("pk", "by")
        return {question: last_first[place] for question, place in rows}

    def held_back(self, questions: Mapping[int, bool]) -> dict[int, HeldExam | None]:
        """Return those that may not be shown, each with the exam it is secret for; None: it is kept for exams.

        `questions` says of each whether it is kept. 1 query, none where no exam is held.
        """
        kept = [] if self.sees_kept else [question for question, is_kept in questions.items() if is_kept]
        return dict.fromkeys(kept) | self.among(list(questions))

    def of_class(self, quiz: Quiz) -> HeldExam | None:
        """Return the exam that this quiz is in a class of theirs, the one that comes out last; None: it is none."""
        return last_of(exam for exam in self.exams if exam.quiz_id == quiz.pk and exam.assignment_id is not None)


def last_of(exams: Iterable[HeldExam | None]) -> HeldExam | None:
    """Return the exam that comes out last; None for no exam."""
    held = [exam for exam in exams if exam is not None]
    return max(held, key=lambda exam: exam.until or NEVER, default=None)


def secrecy_of(viewer: User, *, now: datetime) -> Secrecy:
    """Return what the person may not meet now (1 query where no exam is held, else 3). Administrators meet everything."""
    if viewer.is_superuser:
        return Secrecy(viewer, sees_kept=True)
    quizzes = [HeldQuiz._make(row) for row in HELD_QUIZZES(learner=viewer, now=now)]
    if not quizzes:
        return Secrecy(viewer)
    assignments = list(_with_own_terms(_given(viewer, now), viewer))
    rules = _rules({row.quiz_id for row in assignments if _is_pool_secret(row, now)})
    exams = [_exam_of_class(row, rules if _is_pool_secret(row, now) else {}) for row in assignments]
    own = [_exam_on_their_own(quiz) for quiz in quizzes if quiz.is_taken_alone]
    return Secrecy(viewer, (*exams, *(exam for exam in own if exam.until is None or exam.until > now)))


def secrecy_in(attempt: Attempt, viewer: User, *, shown: terms.Revealed, now: datetime) -> Secrecy:
    """Return what is secret for the viewer on the pages of one attempt, of which `shown` may be seen.

    An exam whose results are out shows what it kept, but not what another exam still keeps secret; until they are out,
    its learner sees what they have answered, and no more.
    """
    is_own, is_exam = viewer.pk == attempt.learner_id, attempt.preset in terms.WAITING_FOR_THE_END
    if is_own and is_exam and not shown.anything:
        return Secrecy(viewer, sees_kept=True)
    return replace(secrecy_of(viewer, now=now), sees_kept=is_exam or not is_own or viewer.is_superuser)


def _given(learner: User, now: datetime) -> QuerySet[Assignment]:
    """Return exams of their live classes, where they are a student, and those they have begun, whose results are not out."""
    classes = Membership.objects.students().filter(user=learner, classroom__archived_at=None).values("classroom")
    begun = Attempt.objects.taken_by(learner).filter(assignment__isnull=False).order_by().values("assignment")
    return unreleased(Assignment.objects.filter(Q(classroom__in=classes) | Q(pk__in=begun)), now=now)


def _alone(learner: User, now: datetime) -> QuerySet[Attempt]:
    """Return attempts of theirs at exams outside a class, whose results are not out."""
    running = Attempt.objects.in_progress().filter(quiz=OuterRef("quiz"), assignment=None).annotate(end=DEADLINE)
    is_held = Q(quiz__closes_at=None) | Q(quiz__closes_at__gt=now) | Q(Exists(running.filter(end__gt=now)))
    exams = Attempt.objects.taken_by(learner).filter(assignment=None, quiz__feedback__in=terms.WAITING_FOR_THE_END)
    return exams.filter(is_held)


def _own_ends(learner: User) -> dict[str, Exists | Subquery]:
    """Return for quizzes: whether the learner has them on their own, and the latest deadline of those who have."""
    running = Attempt.objects.in_progress().filter(quiz=OuterRef("pk"), assignment=None).annotate(end=DEADLINE)
    attempts = Attempt.objects.taken_by(learner).filter(
        quiz=OuterRef("pk"), assignment=None, quiz__feedback__in=terms.WAITING_FOR_THE_END
    )
    return {"is_taken_alone": Exists(attempts), "latest_deadline": Subquery(running.order_by("-end").values("end")[:1])}


def _rules(quizzes: Collection[int]) -> dict[int, list[QuizItem]]:
    """Return the draw rules by quiz (1 query, none for no quiz)."""
    rules: defaultdict[int, list[QuizItem]] = defaultdict(list)
    if quizzes:
        for rule in QuizItem.objects.filter(quiz__in=quizzes, question=None).select_related("quiz"):
            rules[rule.quiz_id].append(rule)
    return rules


def _with_own_terms(exams: QuerySet[Assignment], learner: User) -> QuerySet[Assignment]:
    """Return each with the window of the learner's own exception to it, and whether they have begun it (1 query)."""
    exception = Accommodation.objects.filter(assignment=OuterRef("pk"), membership__user=learner)
    begun = Attempt.objects.taken_by(learner).filter(assignment=OuterRef("pk"))
    return exams.select_related("quiz").annotate(
        own_opening=Subquery(exception.values("opens_at")[:1]),
        own_due=Subquery(exception.values("due_at")[:1]),
        own_close=Subquery(exception.values("closes_at")[:1]),
        is_begun=Exists(begun),
    )


def _is_pool_secret(row: Any, now: datetime) -> bool:
    """Return whether it is open to the learner, or begun; before, an open bank is what one practices with."""
    own = terms.Overrides("exception", opens_at=row.own_opening, due_at=row.own_due, closes_at=row.own_close)
    return row.is_begun or terms.effective([row.quiz.overrides(None), row.overrides(), own]).is_open_at(now)


def _exam_of_class(row: Assignment, rules: Mapping[int, list[QuizItem]]) -> HeldExam:
    mine = tuple(rules.get(row.quiz_id, ()))
    return HeldExam(row.quiz.title, row.quiz_id, row.pk, closes_for_all_at(row), mine)


def _exam_on_their_own(quiz: HeldQuiz) -> HeldExam:
    ends = [quiz.closes_at or NEVER, *([quiz.latest_deadline] if quiz.latest_deadline else [])]
    return HeldExam(quiz.title, quiz.pk, None, None if max(ends) == NEVER else max(ends))


# Every start and every result asks it, nearly always in vain.
HELD_QUIZZES: Prepared[tuple[object, ...]] = prepared(
    lambda learner, now: (
        Quiz.objects.filter(
            Q(pk__in=_given(learner, now).order_by().values("quiz"))
            | Q(pk__in=_alone(learner, now).order_by().values("quiz"))
        )
        .annotate(**_own_ends(learner))
        .order_by("pk")
        .values_list(*HeldQuiz._fields)
    )
)
