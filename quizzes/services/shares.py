"""A quiz goes to a colleague by a code: they see what they get, and copy the quiz with its questions.

    share = shares.make(quiz, actor=ada, days=7, now=now)
    share = shares.opened("abcd-efgh-jklm", actor=bea, now=now)     # QuizError(WRONG), whatever is wrong with it
    contents = shares.contents_of(share, actor=bea, now=now)
    quiz, behind = shares.copy(share, actor=bea, now=now)

Race, and what decides it: a code that is used while it is taken back; its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import entitlements
from quizzes.errors import NotYours, QuizError
from quizzes.markup import plain
from quizzes.models import Question, Quiz, QuizItem, QuizShare, User
from quizzes.models.classrooms import CODE_ALPHABET
from quizzes.models.shares import SHARE_CODE_LENGTH
from quizzes.services import cases, copies, linting
from quizzes.services.classrooms import normal_code

WRONG = gettext_lazy("That code opens no quiz. It may be too old, or taken back; ask for a new one.")
DAYS = (1, 7, 30)
MOST_OPEN = 10  # codes of one quiz at a time
MOST_COPIED = 300  # questions that are made for one copy


@dataclass(frozen=True)
class SharedContents:
    """What a colleague gets: the questions that they may use already, those that are copied for them, how many stay."""

    quiz: Quiz
    used: Sequence[Question]
    copied: Sequence[Question]
    behind: int
    items: Sequence[QuizItem]

    @property
    def stems(self) -> list[str]:
        """What the questions ask, in the order of the bank."""
        rows = sorted([*self.used, *self.copied], key=lambda question: question.pk)
        versions = (linting.asked_version(question) for question in rows)
        return [plain(version.stem) for version in versions if version is not None]

    @property
    def rules(self) -> list[QuizItem]:
        return [item for item in self.items if item.is_draw]


# The owner's side -----------------------------------------------------------------------------------------------------


@transaction.atomic
def make(quiz: Quiz, *, actor: User, days: int, now: datetime) -> QuizShare:
    """Make a code that works for so many days; raises NotYours, and QuizError for too many at a time."""
    if not Quiz.objects.editable_by(actor).filter(pk=quiz.pk).exists():
        raise NotYours
    Quiz.objects.select_for_update(no_key=True).get(pk=quiz.pk)  # two requests count one after the other
    if quiz.shares.open_at(now).count() >= MOST_OPEN:
        raise QuizError(_("This quiz has %(n)d codes that work. Take one back first.") % {"n": MOST_OPEN})
    share = QuizShare.objects.create(quiz=quiz, owner=actor, created_at=now, expires_at=now + timedelta(days=days))
    LogEntry.objects.log_actions(actor.pk, [quiz], CHANGE, _("Shared by a code."))
    return share


def revoke(share: QuizShare, *, actor: User, now: datetime) -> None:
    """Take a code back: it stops working at once; copies that were made stay."""
    if QuizShare.objects.managed_by(actor).filter(pk=share.pk, revoked_at=None).update(revoked_at=now):
        LogEntry.objects.log_actions(actor.pk, [share.quiz], CHANGE, _("A code was taken back."))


# The colleague's side -------------------------------------------------------------------------------------------------


def opened(code: str, *, actor: User, now: datetime) -> QuizShare:
    """Return what a code opens; one answer to a code that is wrong, old, taken back, or of an exam the person takes."""
    wanted = normal_code(code)
    if len(wanted) == SHARE_CODE_LENGTH and set(CODE_ALPHABET).issuperset(wanted):
        rows = QuizShare.objects.open_at(now).select_related("quiz", "owner")
        share = rows.filter(code=wanted, quiz__in=Quiz.objects.exclude(status=Quiz.Status.ARCHIVED)).first()
        if share is not None and _is_given(share, actor, now):
            return share
    raise QuizError(WRONG)


def _is_given(share: QuizShare, actor: User, now: datetime) -> bool:
    """Return whether the owner may still give the quiz, and no exam of the person's own asks of it."""
    if not actor.is_instructor or not Quiz.objects.editable_by(share.owner).filter(pk=share.quiz_id).exists():
        return False
    secrecy = entitlements.secrecy_of(actor, now=now)
    is_own_exam = any(exam.quiz_id == share.quiz_id for exam in secrecy.exams)
    questions = linting.questions_of(share.quiz)
    return not is_own_exam and secrecy.without_secret(questions).count() == questions.count()


def contents_of(share: QuizShare, *, actor: User, now: datetime) -> SharedContents:
    """Return what the person would get now."""
    questions = linting.questions_of(share.quiz).select_related("topic").prefetch_related("versions", "tags")
    usable = set(Question.objects.usable_by(actor).filter(pk__in=questions.values("pk")).values_list("pk", flat=True))
    given = set(
        Question.objects.copied_by(share.owner).filter(pk__in=questions.values("pk")).values_list("pk", flat=True)
    )
    used = [question for question in questions if question.pk in usable]
    rest = [question for question in questions if question.pk not in usable and question.pk in given]
    sound = _with_cases([question for question in rest if _has_ready(question)], actor)[:MOST_COPIED]
    behind = len(questions) - len(used) - len(sound)
    return SharedContents(
        share.quiz, used, sound, behind, list(share.quiz.items.select_related("topic", "source", "tag"))
    )


def _has_ready(question: Question) -> bool:
    return any(version.status == version.Status.READY for version in question.versions.all())


def _with_cases(questions: Sequence[Question], actor: User) -> list[Question]:
    """Return those that stand on no case, or on one that the person may use (1 query at most)."""
    named = {question.pk: str(_spec(question).get("case", "")) for question in questions}
    known = cases.usable_among(set(named.values()) - {""}, actor)
    return [question for question in questions if not named[question.pk] or named[question.pk] in known]


def _spec(question: Question) -> dict[str, object]:
    version = linting.asked_version(question)
    return dict(version.spec) if version else {}


@transaction.atomic
def copy(share: QuizShare, *, actor: User, now: datetime) -> tuple[Quiz, int]:
    """Make a draft of the person's own with questions of their own; returns it, and how many questions stayed behind.

    Questions that they may use are asked as they are; the others are copied, published and private.
    """
    locked = QuizShare.objects.select_for_update(no_key=True).filter(pk=share.pk).open_at(now).first()
    if locked is None:
        raise QuizError(WRONG)
    contents = contents_of(share, actor=actor, now=now)
    instead = copies.of_questions(contents.copied, actor=actor, now=now)
    quiz, _left_out = copies.of_quiz(share.quiz, actor=actor, now=now, instead=instead)
    QuizShare.objects.filter(pk=share.pk).update(copies=F("copies") + 1)
    LogEntry.objects.log_actions(actor.pk, [quiz], ADDITION, _("Copied by a code."))
    return quiz, contents.behind
