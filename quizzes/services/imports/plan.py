"""What an import would do, and what the person chose of it. Values, and the one column that keeps the choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet

from quizzes.formats.base import Issue, QuestionDraft
from quizzes.models import ImportDraft, Quiz
from quizzes.services.imports.keeping import Row, wanted

MOST_IN_QUIZ = 200


@dataclass(frozen=True)
class Choices:
    """How the person wants it: `other` are the places (from 0) whose tick is not what it was at first."""

    topic: str = ""  # a name, for questions without one; made where there is none
    uses_categories: bool = False  # each category of the file becomes a topic
    tags: tuple[str, ...] = ()  # slugs
    publishes: bool = True
    is_kept_for_exams: bool = False
    quiz: str = ""  # a title; empty for none
    kind: str = "practice"  # of the quiz; "file" for the settings and items that the file has
    has_quiz: bool = False  # in the file
    other: frozenset[int] = frozenset()

    def takes(self, place: int, row: Row) -> bool:
        return row.may_be_taken and row.is_taken_at_first != (place in self.other)


@dataclass(frozen=True)
class Line:
    """One question of the file: its place from 0, as it would be written, and what would happen."""

    place: int
    draft: QuestionDraft
    row: Row

    @property
    def where(self) -> str:
        return self.draft.where


@dataclass(frozen=True)
class Plan:
    """All of them, and what the format could not read."""

    lines: tuple[Line, ...]
    issues: tuple[Issue, ...]

    @classmethod
    def of(cls, drafts: Sequence[QuestionDraft], rows: Sequence[Row], issues: Iterable[Issue]) -> Plan:
        pairs = enumerate(zip(drafts, rows, strict=True))
        return cls(tuple(Line(place, wanted(draft, row), row) for place, (draft, row) in pairs), tuple(issues))

    def of_action(self, *actions: str) -> list[Line]:
        return [line for line in self.lines if line.row.action in actions]

    @property
    def takeable(self) -> list[Line]:
        return [line for line in self.lines if line.row.may_be_taken]

    @property
    def left_out(self) -> list[Issue]:
        """What is not imported, with its place."""
        refused = [Issue(line.where, " ".join(line.row.reasons)) for line in self.of_action("refused")]
        return [*(issue for issue in self.issues if not issue.is_note), *refused]

    @property
    def notes(self) -> list[Issue]:
        """What questions that are taken come without."""
        lost = [Issue(line.where, words) for line in self.takeable for words in line.row.lost]
        return [*(issue for issue in self.issues if issue.is_note), *lost]

    @property
    def categories(self) -> list[str]:
        """What the file calls the topics of the questions that have none yet."""
        named = (line.draft.category for line in self.takeable if not line.draft.topic)
        return list(dict.fromkeys(name for name in named if name))

    def pages(self, size: int) -> int:
        return max(1, -(-len(self.lines) // size))

    def lines_on(self, page: int, size: int) -> tuple[Line, ...]:
        """Return the lines of one page, from 1; the last one where there are fewer."""
        start = (min(max(page, 1), self.pages(size)) - 1) * size
        return self.lines[start : start + size]

    def taken(self, choices: Choices) -> list[Line]:
        return [line for line in self.lines if choices.takes(line.place, line.row)]


def asking(lines: Iterable[Line]) -> QuerySet[Quiz]:
    """Return the published quizzes that would ask something else once these questions are published (1 query)."""
    pks = [line.row.question for line in lines if line.row.action == "changed"]
    following = Quiz.objects.published().filter(items__question__in=pks, items__pinned_version=None)
    return following.select_related("owner").distinct()


def choices_of(draft: ImportDraft) -> Choices:
    kept: Mapping[str, Any] = draft.choices
    return Choices(**{**kept, "tags": tuple(kept.get("tags", ())), "other": frozenset(kept.get("other", ()))})


def keep_choices(draft: ImportDraft, choices: Choices) -> None:
    """Keep what was chosen so far, for the next page."""
    draft.choices = {**asdict(choices), "tags": list(choices.tags), "other": sorted(choices.other)}
    draft.save(update_fields=["choices"])
