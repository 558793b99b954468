"""What a quiz asks, as its author sees it: what stands behind each item, and how long it would take. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import entitlements, terms
from quizzes.models import QuestionVersion, QuizItem
from quizzes.models.quizzes import Preset
from quizzes.services.drawing import Drawing, Purpose


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


def of_items(items: Sequence[QuizItem], *, feedback: str = Preset.HOMEWORK) -> Outline:
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
