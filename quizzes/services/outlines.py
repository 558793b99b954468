"""What a quiz asks, as its author sees it: what stands behind each item, and how long it would take. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import entitlements, terms
from quizzes.models import QuestionVersion, Quiz, QuizItem
from quizzes.models.quizzes import Preset
from quizzes.services.drawing import Drawing, Purpose


@dataclass(frozen=True)
class ItemOutline:
    """One item as an instructor sees it: how many questions match it, how many it would get, and a word where these are
    too few or come from elsewhere."""

    item: QuizItem
    wanted: int
    behind: int
    found: int
    note: str = ""

    @property
    def is_short(self) -> bool:
        return bool(self.note)

    @property
    def lacks_questions(self) -> bool:
        """Whether a draw rule would ask fewer questions than it wants."""
        return self.item.is_draw and self.found < self.wanted


@dataclass(frozen=True)
class Outline:
    """What a quiz asks: its cells, and the sums over them; `minutes` is what a computed limit is.

    Each draw rule counts with the mean of all questions that match it, so that the limit is the same for every draw.
    """

    cells: Sequence[ItemOutline] = field(default=())
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
    """Return cells of items, saved or not (a query for each different cell): a draw is tried as an attempt would make it.

    With the `feedback` of an exam, questions that are kept for exams count too.
    """
    fixed = {item.question_id for item in items if item.question_id}
    rules = [(place, item) for place, item in enumerate(items) if item.is_draw]
    drawing = Drawing(fixed, purpose=Purpose(feedback, entitlements.Secrecy()))
    behind = drawing.cells([rule for _place, rule in rules], whole=True)
    tried = list(drawing.take_all([rule for _place, rule in rules], behind))
    seconds = _seconds_needed(
        fixed.union(*({one.question for one in cell} for cell in [*behind, *(taken for _at, taken, _note in tried)])),
        pinned={item.pinned_version_id for item in items if item.pinned_version_id},
    )
    cells: dict[int, ItemOutline] = {}
    needed: list[Fraction] = [seconds[item.question_id] for item in items if item.question_id in seconds]
    for at, taken, note in tried:
        place, item = rules[at]
        wanted, size = item.draw_count or 0, len(behind[at])
        cells[place] = ItemOutline(item, wanted, size, len(taken), _short_note(item, size, len(taken), bool(note)))
        needed.extend([_mean([seconds[candidate.question] for candidate in behind[at] or taken])] * wanted)
    for place, item in enumerate(items):
        if not item.is_draw:
            is_there = int(item.question_id in seconds)
            cells[place] = ItemOutline(item, 1, is_there, is_there)
    minutes = int(terms.computed_limit([(value, "") for value in needed]).total_seconds() // 60) if needed else None
    return Outline([cells[place] for place in range(len(items))], minutes)


def of_quiz(quiz: Quiz) -> Outline:
    """Return what a quiz asks, as it is stored."""
    items = list(quiz.items.select_related("question", "topic", "source", "tag"))
    return of_items(items, feedback=quiz.feedback)


def _short_note(item: QuizItem, behind: int, available: int, is_short: bool) -> str:
    """Return the sentence about a rule that finds too few questions, for the instructor."""
    wanted = item.draw_count or 0
    if available < wanted:
        return _too_few(item, behind, available)
    if not is_short:
        return ""
    if behind >= wanted:
        return _("Other items of the quiz take some of these questions; the rest comes from elsewhere.")
    return ngettext(
        "Only %(behind)d question matches. The rest (%(rest)d) comes from elsewhere.",
        "Only %(behind)d questions match. The rest (%(rest)d) comes from elsewhere.",
        behind,
    ) % {"behind": behind, "rest": wanted - behind}


def _too_few(item: QuizItem, behind: int, available: int) -> str:
    """Return “Photosynthesis has 3 questions; you asked for 50.”"""
    name = _name_of(item)
    if item.fills_up:
        name, behind = _("The bank"), available
    words = {"cell": name, "behind": behind, "found": available, "wanted": item.draw_count}
    if behind > available:
        text = ngettext(
            "%(cell)s has %(behind)d questions, and other rows of the quiz take some: %(found)d is left; "
            "you asked for %(wanted)d.",
            "%(cell)s has %(behind)d questions, and other rows of the quiz take some: %(found)d are left; "
            "you asked for %(wanted)d.",
            available,
        )
        return text % words
    text = ngettext(
        "%(cell)s has %(behind)d question; you asked for %(wanted)d.",
        "%(cell)s has %(behind)d questions; you asked for %(wanted)d.",
        behind,
    )
    return text % words


def _name_of(item: QuizItem) -> str:
    """Return what a rule draws from: “Photosynthesis, easy”."""
    kind, difficulty = item.get_type_display(), item.get_difficulty_display()
    said = [item.topic, item.source, kind, difficulty, item.get_bloom_display(), item.tag]
    name = ", ".join(str(one) for one in said if one)
    return capfirst(name) or _("The bank")


def _seconds_needed(questions: set[int], *, pinned: set[int]) -> dict[int, Fraction]:
    """Return seconds each question needs by the time rule, thinking time included, of the version that is asked."""
    ready = QuestionVersion.objects.ready().filter(question__in=questions)
    versions = list(ready.select_related("question"))
    if pinned:
        versions += QuestionVersion.objects.filter(pk__in=pinned).select_related("question")
    needed = {}
    for version in versions:
        seconds, bloom = entitlements.seconds_and_bloom(version)
        needed[version.question_id] = seconds * (
            terms.THINKING_SHARE if bloom in terms.THINKING_LEVELS else Fraction(1)
        )
    return needed


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values) if values else Fraction(60)
