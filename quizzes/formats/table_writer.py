"""Questions as rows of a table, and what a table cannot carry of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from quizzes.formats.base import Issue, QuestionDraft, Spec, beside, losses_of
from quizzes.formats.sheets import LONGEST_TEXT
from quizzes.formats.table_columns import HEADINGS, LETTERS
from quizzes.formats.table_rows import NAMES, SHARE
from quizzes.formats.tabular import figure, guarded

Texts = dict[str, str]
TYPE_NAMES = {key: name for name, key in NAMES.items()}
PLAIN_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
ARROW = re.compile(r"=>|->|→")


def rows(drafts: Iterable[QuestionDraft]) -> Iterator[Texts]:
    """Yield the texts of each question that a table can hold, by heading."""
    for draft in drafts:
        if not _obstacle(draft):
            yield _texts(draft)


def cells(rows: Iterable[Texts]) -> Iterator[Sequence[object]]:
    """Yield the headings, then a row of cells for each question; no cell computes."""
    yield HEADINGS
    for texts in rows:
        yield [_cell(texts.get(heading, "")) for heading in HEADINGS]


def _cell(text: str) -> object:
    """Return a number where it comes back as it was, a text for all others; nothing for nothing."""
    if PLAIN_NUMBER.fullmatch(text) and figure(float(text)) == text:
        return Decimal(text)
    return guarded(text) or None


def _texts(draft: QuestionDraft) -> Texts:
    spec = draft.spec
    return {
        "Type": TYPE_NAMES[draft.type],
        "Question": spec["stem"],
        "Explanation": spec["explanation"],
        "Topic": draft.topic,
        "Tags": ", ".join(draft.tags),
        "Difficulty": draft.difficulty,
        "Bloom level": "analyze" if draft.bloom == "analyse" else draft.bloom,
        "ID": draft.id or "",
        **BODIES[draft.type](spec),
    }


def _lettered(word: str, texts: Iterable[str]) -> Texts:
    return {f"{word} {letter}": text for letter, text in zip(LETTERS, texts, strict=False)}


def _options(spec: Spec) -> Texts:
    right = ", ".join(letter for letter, row in zip(LETTERS, spec["options"], strict=False) if row["correct"])
    return (
        _lettered("Option", (row["text"] for row in spec["options"]))
        | _lettered("Feedback", (row["feedback"] for row in spec["options"]))
        | {"Correct": right}
    )


def _truth(spec: Spec) -> Texts:
    feedback = _lettered("Feedback", (spec["feedback_true"], spec["feedback_false"]))
    return feedback | {"Correct": "true" if spec["answer"] else "false"}


def _words(spec: Spec) -> Texts:
    return _lettered("Feedback", (row["feedback"] for row in spec["answers"])) | {
        "Correct": " | ".join(_accepted(row) for row in spec["answers"]),
        "Other feedback": spec["feedback_wrong"],
    }


def _accepted(row: Spec) -> str:
    text, share = row["text"].replace("|", "\\|"), Fraction(str(row["fraction"]))
    if share == 1:
        return f"{text} (100%)" if SHARE.search(text) else text
    percent = share * 100
    return f"{text} ({percent}%)" if percent.denominator == 1 else f"{text} ({share})"


def _number(spec: Spec) -> Texts:
    tolerance = spec["tolerance"] if Fraction(spec["tolerance"]) else ""
    if tolerance and spec["tolerance_kind"] == "relative":
        tolerance = f"{(Decimal(tolerance) * 100).normalize():f}%"
    return {
        "Correct": spec["value"] or f"{spec['low']} .. {spec['high']}",
        "Tolerance": tolerance,
        "Unit": spec["unit"],
        "Feedback A": spec["feedback"],
        "Other feedback": spec["feedback_wrong"],
    }


def _pairs(spec: Spec) -> Texts:
    lines = [f"{row['left']} => {row['right']}" for row in spec["pairs"]]
    lines += [f"=> {text}" for text in spec["extra"]]
    return _lettered("Feedback", (row["feedback"] for row in spec["pairs"])) | {"Correct": "\n".join(lines)}


def _order(spec: Spec) -> Texts:
    texts = _lettered("Option", (row["text"] for row in spec["elements"]))
    return texts | _lettered("Feedback", (row["feedback"] for row in spec["elements"]))


BODIES: Mapping[str, Callable[[Spec], Texts]] = {
    "single_choice": _options,
    "multiple_choice": _options,
    "true_false": _truth,
    "short_answer": _words,
    "numeric": _number,
    "matching": _pairs,
    "ordering": _order,
    "essay": lambda spec: {"Correct": spec["model_answer"]},
}


# Losses ---------------------------------------------------------------------------------------------------------------


def losses(draft: QuestionDraft) -> Iterator[Issue]:
    """Return what a table cannot carry of a question."""
    return losses_of(draft, _obstacle(draft), _lost(draft))


def _obstacle(draft: QuestionDraft) -> str:
    """Return why a question cannot stand in a table, or nothing."""
    spec = draft.spec
    if draft.type not in BODIES:
        return _("A table has no questions of this type; it is left out.")
    sides = [row["left"] for row in spec.get("pairs", ())]
    lines = [*sides, *(row["right"] for row in spec.get("pairs", ())), *spec.get("extra", ())]
    if any("\n" in text for text in lines) or any(ARROW.search(text) for text in lines):
        return _("A pair with an arrow or a line end in it cannot stand in a table; the question is left out.")
    if any(len(text) > LONGEST_TEXT for text in _texts(draft).values()):
        return _("One of its texts is too long for a cell; it is left out.")
    return ""


def _lost(draft: QuestionDraft) -> Iterator[str]:
    spec = draft.spec
    yield from beside(draft, "topic", "tags", "levels")
    if any(row.get("pinned") for row in spec.get("options", ())):
        yield _("A table cannot keep an option at its place.")
    if spec.get("scheme") not in (None, "net_correct", "longest_run"):
        yield _("A table does not say how partly right answers are marked.")
    if draft.type == "short_answer" and spec["accents_matter"]:
        yield _("A table has no rule for accents.")
    if any(row["feedback"] for row in spec.get("answers", ())[len(LETTERS) :]):
        yield _("A table has feedback for twelve answers at most.")
    if draft.type == "numeric" and _is_special_number(spec):
        yield _("A table has no near misses, no units that must be given, and no rules for signs and decimal marks.")
    if draft.type == "essay" and (spec["rubric"] or spec["min_words"] or spec["max_words"]):
        yield _("A table has no rubric and no word limits.")


def _is_special_number(spec: Spec) -> bool:
    return bool(spec["near_misses"] or spec["unit_required"] or spec["signed"] or spec["decimal_mark"] != "either")
