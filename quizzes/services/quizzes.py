"""Quizzes: settings, items, publishing, composing by cells. The only writer of quizzes.

Race, and what decides it: two editors of a quiz wait at its row; the second is told by `EditConflict` who was first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from quizzes.errors import EditConflict, NotPublishable, NotYours, QuizError
from quizzes.models import Classroom, Membership, Question, QuestionVersion, Quiz, QuizItem, User, Visibility
from quizzes.models.quizzes import Preset
from quizzes.services import bank, notices, outlines, time_limits

# Writing --------------------------------------------------------------------------------------------------------------


def refuse_if_changed(quiz: Quiz, *, expected_revision: int) -> None:
    """Lock the quiz for this transaction; raise EditConflict when someone else edited it since."""
    stored = (
        Quiz.objects.select_for_update(no_key=True, of=("self",))
        .select_related("edited_by")
        .only("revision", "edited_at", "edited_by")
        .get(pk=quiz.pk)
    )
    if stored.revision != expected_revision:
        editor = stored.edited_by.full_name if stored.edited_by else ""
        raise EditConflict(editor, stored.edited_at, revision=stored.revision)


def _locked(quiz: Quiz, actor: User | None) -> Quiz:
    """Return the quiz, locked; raises NotYours where the actor may not change it. None stands for the site's command line."""
    locked = Quiz.objects.select_for_update(no_key=True).get(pk=quiz.pk)
    if actor is not None and not locked.is_editable_by(actor):
        raise NotYours
    return locked


@transaction.atomic
def save(quiz: Quiz, *, actor: User | None, now: datetime) -> Quiz:
    """Save settings; a new quiz belongs to its author. Call `refuse_if_changed` before, in the same transaction."""
    if quiz.pk is None:
        quiz.owner = quiz.owner or actor
    else:
        quiz.revision = Quiz.objects.values_list("revision", flat=True).get(pk=quiz.pk) + 1
    quiz.edited_by, quiz.edited_at = actor, now
    quiz.save()
    return quiz


@transaction.atomic
def replace_draws(quiz: Quiz, rules: Sequence[QuizItem], *, actor: User, now: datetime, expected_revision: int) -> Quiz:
    """Compose: the quiz's draw rules become these; fixed questions stay where they are, the rules follow them."""
    refuse_if_changed(quiz, expected_revision=expected_revision)
    quiz.items.filter(question=None).delete()
    last = quiz.items.aggregate(last=Max("position"))["last"] or 0
    for position, rule in enumerate(rules, start=last + 1):
        rule.pk, rule.quiz, rule.position = None, quiz, position
        rule.save(force_insert=True)
    items_changed(quiz)
    return save(quiz, actor=actor, now=now)


@transaction.atomic
def add_questions(
    quiz: Quiz, questions: Iterable[Question], *, points: Decimal, actor: User, now: datetime
) -> tuple[int, int]:
    """Append fixed questions that the actor may use; returns (added, left out because they are in it already)."""
    _locked(quiz, actor)
    there = set(quiz.items.filter(question__isnull=False).values_list("question_id", flat=True))
    position = quiz.items.aggregate(last=Max("position"))["last"] or 0
    added = skipped = 0
    for question in questions:
        if question.pk in there:
            skipped += 1
            continue
        if not question.is_usable_by(actor):
            raise NotYours
        added += 1
        QuizItem.objects.create(quiz=quiz, question=question, points=points, position=position + added)
    if added:
        pin_foreign(quiz)
        items_changed(quiz)
        save(quiz, actor=actor, now=now)
    return added, skipped


def items_changed(quiz: Quiz) -> None:
    """Store the limit that the items now give, where the quiz is published; raises NotPublishable where its draw rules
    find too few questions. Attempts in progress keep their limit."""
    if quiz.status != Quiz.Status.PUBLISHED:
        return
    if short := shortages(outlines.of_quiz(quiz)):
        message = _("“%(quiz)s” is published; it cannot be changed so.") % {"quiz": quiz.title}
        raise NotPublishable(message, faults=[str(fault) for fault in short])
    time_limits.store(quiz)


def pin_foreign(quiz: Quiz) -> None:
    """Keep questions of other instructors at the version that is published now; the site's are followed (1 query)."""
    ready = QuestionVersion.objects.ready().filter(question=OuterRef("question"))
    foreign = quiz.items.filter(pinned_version=None, question__owner__isnull=False)
    foreign.exclude(question__owner=quiz.owner_id).update(pinned_version=Subquery(ready.values("pk")[:1]))


def outdated(quiz: Quiz) -> QuerySet[QuizItem]:
    """Return items with a question of another instructor, of which a newer version is published than the one that is asked."""
    ready = QuestionVersion.objects.ready().filter(question=OuterRef("question"))
    foreign = quiz.items.filter(pinned_version__isnull=False, question__owner__isnull=False)
    foreign = foreign.exclude(question__owner=quiz.owner_id).annotate(newest=Subquery(ready.values("pk")[:1]))
    shown = ~Q(question__visibility=Visibility.PRIVATE)
    return foreign.filter(shown, newest__isnull=False).exclude(newest=F("pinned_version"))


@transaction.atomic
def take_newer(quiz: Quiz, *, actor: User, now: datetime) -> int:
    """Ask the newest published versions of other instructors' questions from now on; returns how many changed."""
    locked = _locked(quiz, actor)
    changed = outdated(locked).values_list("pk", flat=True)
    ready = QuestionVersion.objects.ready().filter(question=OuterRef("question"))
    count = locked.items.filter(pk__in=list(changed)).update(pinned_version=Subquery(ready.values("pk")[:1]))
    if count:
        time_limits.store(locked)
        save(locked, actor=actor, now=now)
    return count


# Publishing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """What keeps a quiz from being published (or, as a warning, should be looked at); `question` is where to mend it."""

    what: str
    question: Question | None = None

    def __str__(self) -> str:
        return self.what


def faults(
    quiz: Quiz, items: Sequence[QuizItem] | None = None, outline: outlines.Outline | None = None
) -> list[Problem]:
    """Return everything that must be mended before learners may take the quiz; the items and their outline where they
    are at hand."""
    if items is None:
        items = list(quiz.items.select_related("question", "topic", "source", "tag"))
    outline = outline or outlines.of_items(items, feedback=quiz.feedback)
    problems = [*_item_faults(quiz, items), *shortages(outline)]
    if quiz.feedback == Preset.EXAM and not _closes(quiz):
        problems.append(
            Problem(
                _("An exam shows its answers after the quiz has closed: give a closing time, here or on an assignment.")
            )
        )
    if quiz.is_practice and quiz.time_rule != Quiz.TimeRule.UNTIMED:
        problems.append(Problem(_("Practice is untimed; choose “untimed”.")))
    return problems


def _kept_faults(quiz: Quiz, fixed: Sequence[Question]) -> list[Problem]:
    """Return questions that are kept for exams, in a quiz that is none and is given to no class as one."""
    if quiz.feedback == Preset.EXAM or quiz.assignments.filter(feedback=Preset.EXAM).exists():
        return []
    return [
        Problem(
            _("Question %(id)s is kept for exams; release it, or take it out.") % {"id": str(question.uuid)[:8]},
            question,
        )
        for question in fixed
        if question.is_kept_for_exams
    ]


def _item_faults(quiz: Quiz, items: Sequence[QuizItem]) -> list[Problem]:
    if not items:
        return [Problem(_("The quiz has no questions yet: add some, or a draw rule."))]
    fixed = [item.question for item in items if item.question is not None]
    ready = set(QuestionVersion.objects.ready().filter(question__in=fixed).values_list("question_id", flat=True))
    pinned = {item.question_id for item in items if item.pinned_version_id}
    problems = [
        Problem(
            _("Question %(id)s has no published version; publish it or take it out.") % {"id": str(question.uuid)[:8]},
            question,
        )
        for question in fixed
        if question.pk not in ready | pinned
    ]
    problems += _kept_faults(quiz, fixed)
    return problems


def shortages(outline: outlines.Outline) -> list[Problem]:
    """Return the draw rules that would ask fewer questions than they want."""
    return [Problem(cell.note) for cell in outline.cells if cell.lacks_questions]


def _closes(quiz: Quiz) -> bool:
    return bool(quiz.closes_at) or quiz.assignments.filter(closes_at__isnull=False).exists()


@transaction.atomic
def publish(quiz: Quiz, *, actor: User | None, now: datetime, keeps_questions: bool = False) -> Quiz:
    """Let learners take the quiz; raises NotPublishable with every fault. Publishing twice changes nothing.

    With `keeps_questions`, what an exam asks of the actor's own questions is kept for exams.
    """
    locked = _locked(quiz, actor)
    if locked.status == Quiz.Status.PUBLISHED:
        return locked
    problems = faults(locked)
    if problems:
        message = _("“%(quiz)s” cannot be published yet.") % {"quiz": locked.title}
        raise NotPublishable(message, faults=[str(fault) for fault in problems])
    if locked.published_at is None:
        locked.published_at = now
        if locked.owner_id and locked.visibility == Visibility.PRIVATE:
            locked.visibility = Visibility.COPY  # from now on its owner's choice stands
    if keeps_questions and actor is not None and locked.feedback == Preset.EXAM:
        bank.keep_those_of(locked, actor)
    time_limits.store(locked)
    return _set_status(locked, Quiz.Status.PUBLISHED, actor=actor, now=now)


def classes_of(quiz: Quiz) -> QuerySet[Classroom]:
    """Return live classes that the quiz is assigned to."""
    return Classroom.objects.live().filter(assignments__quiz=quiz).distinct()


@transaction.atomic
def unpublish(quiz: Quiz, *, actor: User | None, now: datetime) -> Quiz:
    """Unpublish (also from the archive): no new attempts; those in progress may be finished."""
    return _set_status(_locked(quiz, actor), Quiz.Status.DRAFT, actor=actor, now=now)


@transaction.atomic
def archive(quiz: Quiz, *, actor: User | None, now: datetime) -> Quiz:
    """Take the quiz out of use; attempts and results stay."""
    return _set_status(_locked(quiz, actor), Quiz.Status.ARCHIVED, actor=actor, now=now)


HEARD = {"published": "quiz_published", "draft": "quiz_unpublished", "archived": "quiz_archived"}


def _set_status(quiz: Quiz, status: str, *, actor: User | None, now: datetime) -> Quiz:
    quiz.status = status
    for recipient in _concerned(quiz):
        notices.tell(recipient, HEARD[status], now=now, actor=actor, quiz=quiz)
    return save(quiz, actor=actor, now=now)


def _concerned(quiz: Quiz) -> QuerySet[User]:
    """Return its owner, and once it is no longer published the instructors of the classes that have it."""
    owner = Q(pk=quiz.owner_id)
    if quiz.status == Quiz.Status.PUBLISHED:
        return User.objects.filter(owner)
    teaching = Membership.objects.active().filter(role=Membership.Role.INSTRUCTOR, classroom__in=classes_of(quiz))
    return User.objects.filter(owner | Q(pk__in=teaching.values("user")))


def is_referenced(quiz: Quiz) -> bool:
    """Return whether attempts or assignments have it; such a quiz is archived, not deleted."""
    return quiz.attempts.exists() or quiz.assignments.exists()


@transaction.atomic
def delete(quiz: Quiz, *, actor: User) -> None:
    _locked(quiz, actor)
    if is_referenced(quiz):
        raise QuizError(_("This quiz has attempts or assignments; archive it instead."))
    quiz.delete()
