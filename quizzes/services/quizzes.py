"""Quizzes: settings, items, publishing, composing by cells. The only writer of quizzes.

Race, and what decides it: two editors of a quiz wait at its row; the second is told by `EditConflict` who was first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import entitlements, terms
from quizzes.errors import EditConflict, NotPublishable, QuizError
from quizzes.models import Question, QuestionVersion, Quiz, QuizItem, User
from quizzes.models.quizzes import Preset
from quizzes.services import bank
from quizzes.services.drawing import Drawing, Purpose

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


@transaction.atomic
def save(quiz: Quiz, *, actor: User, now: datetime) -> Quiz:
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
    return save(quiz, actor=actor, now=now)


@transaction.atomic
def add_questions(
    quiz: Quiz, questions: Iterable[Question], *, points: Decimal, actor: User, now: datetime
) -> tuple[int, int]:
    """Append fixed questions; returns (added, left out because they are in it already)."""
    Quiz.objects.select_for_update(no_key=True).get(pk=quiz.pk)
    there = set(quiz.items.filter(question__isnull=False).values_list("question_id", flat=True))
    position = quiz.items.aggregate(last=Max("position"))["last"] or 0
    added = skipped = 0
    for question in questions:
        if question.pk in there:
            skipped += 1
            continue
        added += 1
        QuizItem.objects.create(quiz=quiz, question=question, points=points, position=position + added)
    if added:
        save(quiz, actor=actor, now=now)
    return added, skipped


# Cells ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One item as an instructor sees it: how many questions stand behind it, and whether the draw must be widened."""

    item: QuizItem
    wanted: int
    behind: int
    note: str = ""

    @property
    def is_short(self) -> bool:
        return bool(self.note)


@dataclass(frozen=True)
class Outline:
    """What a quiz asks: its cells, and the sums over them; `minutes` is what the time rule would give."""

    cells: Sequence[Cell] = field(default=())
    minutes: int | None = None

    @property
    def questions(self) -> int:
        return sum(cell.wanted for cell in self.cells)

    @property
    def points(self) -> Decimal:
        return sum((cell.item.points * cell.wanted for cell in self.cells), Decimal(0))

    @property
    def notes(self) -> list[str]:
        return [cell.note for cell in self.cells if cell.note]


def outline(items: Sequence[QuizItem], *, feedback: str = Preset.HOMEWORK) -> Outline:
    """Cells of items, saved or not (a query for each different cell): a draw is tried as an attempt would make it.

    With the `feedback` of an exam, questions that are kept for exams count too.
    """
    fixed = {item.question_id for item in items if item.question_id}
    rules = [(place, item) for place, item in enumerate(items) if item.is_draw]
    drawing = Drawing(fixed, purpose=Purpose(feedback, entitlements.Secrecy()))
    behind = drawing.cells([rule for _place, rule in rules], whole=True)
    tried = list(drawing.take_all([rule for _place, rule in rules], behind))
    seconds = _seconds_needed(
        fixed.union(*({one.question for one in cell} for cell in [*behind, *(taken for _at, taken, _note in tried)]))
    )
    cells: dict[int, Cell] = {}
    needed: list[Fraction] = [seconds[item.question_id] for item in items if item.question_id in seconds]
    for at, taken, note in tried:
        place, item = rules[at]
        wanted, size = item.draw_count or 0, len(behind[at])
        cells[place] = Cell(item, wanted, size, _short_note(wanted, size, len(taken), bool(note)))
        needed.extend([_mean([seconds[candidate.question] for candidate in behind[at] or taken])] * wanted)
    for place, item in enumerate(items):
        if not item.is_draw:
            cells[place] = Cell(item, 1, int(item.question_id in seconds))
    minutes = int(terms.computed_limit([(value, "") for value in needed]).total_seconds() // 60) if needed else None
    return Outline([cells[place] for place in range(len(items))], minutes)


def _short_note(wanted: int, behind: int, found: int, is_short: bool) -> str:
    """The sentence about a cell that is too small, for the instructor."""
    if found < wanted:
        return ngettext(
            "The bank has only %(found)d question for this, even outside the cell; %(wanted)d are wanted.",
            "The bank has only %(found)d questions for this, even outside the cell; %(wanted)d are wanted.",
            found,
        ) % {"found": found, "wanted": wanted}
    if not is_short:
        return ""
    if behind >= wanted:
        return _("Other items take from the same cell; the rest is drawn from the nearest cell.")
    return ngettext(
        "Only %(behind)d question stands behind this cell; the rest is drawn from the nearest cell.",
        "Only %(behind)d questions stand behind this cell; the rest is drawn from the nearest cell.",
        behind,
    ) % {"behind": behind}


def _seconds_needed(questions: set[int]) -> dict[int, Fraction]:
    """Seconds each question needs by the time rule, thinking time included."""
    ready = QuestionVersion.objects.ready().filter(question__in=questions, question__is_archived=False)
    versions = ready.select_related("question")
    needed = {}
    for version in versions:
        seconds, bloom = entitlements.seconds_and_bloom(version)
        needed[version.question_id] = seconds * (
            terms.THINKING_SHARE if bloom in terms.THINKING_LEVELS else Fraction(1)
        )
    return needed


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values) if values else Fraction(60)


# Publishing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """What keeps a quiz from being published (or, as a warning, should be looked at); `question` is where to mend it."""

    what: str
    question: Question | None = None

    def __str__(self) -> str:
        return self.what


def faults(quiz: Quiz, items: Sequence[QuizItem] | None = None) -> list[Fault]:
    """Everything that must be mended before learners may take the quiz."""
    items = list(quiz.items.select_related("question")) if items is None else items
    found = _item_faults(quiz, items)
    if quiz.feedback == Preset.EXAM and not _closes(quiz):
        found.append(
            Fault(
                _(
                    "An examination shows its answers after the quiz has closed: give a closing time, here or on an assignment."
                )
            )
        )
    if quiz.is_practice and quiz.time_rule != Quiz.TimeRule.UNTIMED:
        found.append(Fault(_("Practice is untimed; choose “untimed”.")))
    return found


def _kept_faults(quiz: Quiz, fixed: Sequence[Question]) -> list[Fault]:
    """Questions that are kept for exams, in a quiz that is none and is given to no class as one."""
    if quiz.feedback == Preset.EXAM or quiz.assignments.filter(feedback=Preset.EXAM).exists():
        return []
    return [
        Fault(
            _("Question %(id)s is kept for exams; release it, or take it out.") % {"id": str(question.uuid)[:8]},
            question,
        )
        for question in fixed
        if question.is_kept_for_exams
    ]


def _item_faults(quiz: Quiz, items: Sequence[QuizItem]) -> list[Fault]:
    if not items:
        return [Fault(_("The quiz has no questions yet: add some, or a draw rule."))]
    fixed = [item.question for item in items if item.question is not None]
    ready = set(QuestionVersion.objects.ready().filter(question__in=fixed).values_list("question_id", flat=True))
    pinned = {item.question_id for item in items if item.pinned_version_id}
    found = [
        Fault(
            _("Question %(id)s has no published version; publish it or take it out.") % {"id": str(question.uuid)[:8]},
            question,
        )
        for question in fixed
        if question.pk not in ready | pinned
    ]
    found += _kept_faults(quiz, fixed)
    rules = [item for item in items if item.is_draw]
    if rules and not Question.objects.ready().exists():
        found.append(Fault(_("The quiz draws questions, and the bank has no published question yet.")))
    return found


def _closes(quiz: Quiz) -> bool:
    return bool(quiz.closes_at) or quiz.assignments.filter(closes_at__isnull=False).exists()


@transaction.atomic
def publish(quiz: Quiz, *, actor: User, now: datetime, keeps_questions: bool = False) -> Quiz:
    """Let learners take the quiz; raises NotPublishable with every fault. Publishing twice changes nothing.

    With `keeps_questions`, what an exam asks of the actor's own questions is kept for exams.
    """
    locked = Quiz.objects.select_for_update(no_key=True).get(pk=quiz.pk)
    if locked.status == Quiz.Status.PUBLISHED:
        return locked
    found = faults(locked)
    if found:
        message = _("“%(quiz)s” cannot be published yet.") % {"quiz": locked.title}
        raise NotPublishable(message, faults=[str(fault) for fault in found])
    if keeps_questions and locked.feedback == Preset.EXAM:
        bank.keep_those_of(locked, actor)
    return _set_status(locked, Quiz.Status.PUBLISHED, actor=actor, now=now)


@transaction.atomic
def unpublish(quiz: Quiz, *, actor: User, now: datetime) -> Quiz:
    """Back to a draft (also from the archive): no new attempts; those in progress may be finished."""
    locked = Quiz.objects.select_for_update(no_key=True).get(pk=quiz.pk)
    return _set_status(locked, Quiz.Status.DRAFT, actor=actor, now=now)


@transaction.atomic
def archive(quiz: Quiz, *, actor: User, now: datetime) -> Quiz:
    """Take the quiz out of use; attempts and results stay."""
    locked = Quiz.objects.select_for_update(no_key=True).get(pk=quiz.pk)
    return _set_status(locked, Quiz.Status.ARCHIVED, actor=actor, now=now)


def _set_status(quiz: Quiz, status: str, *, actor: User, now: datetime) -> Quiz:
    quiz.status = status
    return save(quiz, actor=actor, now=now)


def is_referenced(quiz: Quiz) -> bool:
    """Whether attempts or assignments have it; such a quiz is archived, not deleted."""
    return quiz.attempts.exists() or quiz.assignments.exists()


@transaction.atomic
def delete(quiz: Quiz) -> None:
    Quiz.objects.select_for_update().get(pk=quiz.pk)
    if is_referenced(quiz):
        raise QuizError(_("This quiz has attempts or assignments; archive it instead."))
    quiz.delete()
