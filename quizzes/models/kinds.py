"""What a quiz is for, chosen first: four sets of settings that go together. Each can be changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import Text
from quizzes.models.quizzes import Preset, Quiz


@dataclass(frozen=True)
class Kind:
    """One choice; `settings` are fields of a quiz with their values."""

    key: str
    name: Text
    what: Text
    settings: Mapping[str, object]


@dataclass(frozen=True)
class Change:
    """A setting that another kind would change, in words."""

    label: str
    before: str
    after: str


def _settings(feedback: str, attempts: int | None, **others: object) -> dict[str, object]:
    """Return every kind sets the same fields, so that changing from one to another leaves nothing of the first."""
    usual = {
        "feedback": feedback,
        "attempts_allowed": attempts,
        "time_rule": Quiz.TimeRule.UNTIMED,
        "time_limit": None,
        "counting": Quiz.Counting.HIGHEST,
        "shuffle_questions": True,
        "shuffle_options": True,
    }
    return usual | others


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "practice",
            gettext_lazy("Practice"),
            gettext_lazy("Each answer is checked at once; unlimited attempts; no clock; never graded."),
            _settings(Preset.PRACTICE, None),
        ),
        Kind(
            "homework",
            gettext_lazy("Homework"),
            gettext_lazy("Answers after submitting; 3 attempts, the best one counts; no clock."),
            _settings(Preset.HOMEWORK, 3),
        ),
        Kind(
            "exam",
            gettext_lazy("Exam"),
            gettext_lazy("1 attempt; a time limit computed from its questions; answers after it closes."),
            _settings(Preset.EXAM, 1, time_rule=Quiz.TimeRule.COMPUTED),
        ),
        Kind(
            "survey",
            gettext_lazy("Survey"),
            gettext_lazy("1 attempt; no marks, no right answers; questions and options in their own order."),
            _settings(Preset.SURVEY, 1, shuffle_questions=False, shuffle_options=False),
        ),
    )
}


def changes(quiz: Quiz, kind: Kind) -> list[Change]:
    """Return what the kind would change in the settings of a quiz."""
    wanted = Quiz(**kind.settings)
    return [
        Change(str(Quiz._meta.get_field(name).verbose_name), _words(quiz, name), _words(wanted, name))  # type: ignore[union-attr]
        for name in kind.settings
        if getattr(quiz, name) != getattr(wanted, name)
    ]


def _words(quiz: Quiz, name: str) -> str:
    value = getattr(quiz, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return _("no limit")
    display = getattr(quiz, f"get_{name}_display", None)
    return str(display() if display else value)
