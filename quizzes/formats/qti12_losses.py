"""What a QTI 1.2 package for Canvas cannot carry of a question, and what Canvas calls the types that it can."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from quizzes.formats.base import Issue, QuestionDraft, Spec, beside, losses_of

KINDS = {
    "single_choice": "multiple_choice_question",
    "multiple_choice": "multiple_answers_question",
    "true_false": "true_false_question",
    "short_answer": "short_answer_question",
    "numeric": "numerical_question",
    "matching": "matching_question",
    "essay": "essay_question",
    "cloze": "",  # of two, by its gaps
}


def losses(draft: QuestionDraft) -> Iterator[Issue]:
    """Return what a package for Canvas cannot carry of a question."""
    return losses_of(draft, obstacle(draft), _lost(draft))


def obstacle(draft: QuestionDraft) -> str:
    """Return why Canvas cannot hold a question, or nothing."""
    if draft.type not in KINDS:
        return _("QTI 1.2 as Canvas reads it has no questions of this type; it is left out.")
    kinds = {gap["kind"] for gap in draft.spec.get("gaps", ())}
    if "number" in kinds or len(kinds) > 1:
        return _("Canvas has gaps to write in or gaps to choose, not both, and none for numbers; it is left out.")
    return ""


def _lost(draft: QuestionDraft) -> Iterator[str]:
    spec = draft.spec
    yield from beside(draft)
    if any(row.get("pinned") for row in spec.get("options", ())):
        yield _("Canvas cannot keep an option at its place.")
    if draft.type in ("multiple_choice", "matching", "cloze"):
        yield _("Canvas marks partly right answers in a way of its own.")
    if any(row["feedback"] for row in spec.get("pairs", ())):
        yield _("Canvas has no feedback for a pair.")
    if draft.type in ("short_answer", "cloze"):
        yield _(
            "Canvas takes the accepted texts as they are: no shares, no stars for any letters, no rule for accents."
        )
    if draft.type == "numeric" and _is_special_number(spec):
        yield _("Canvas has no units, no near misses and no rules for signs and decimal marks.")
    if draft.type == "cloze":
        yield _("Canvas shows the text with gaps alone, without the line above it.")
    if draft.type == "essay" and (spec["rubric"] or spec["model_answer"] or spec["min_words"] or spec["max_words"]):
        yield _("The package has no rubric, model answer or word limits.")


def _is_special_number(spec: Spec) -> bool:
    is_plain = not spec["near_misses"] and not spec["unit"] and not spec["signed"]
    return not is_plain or spec["decimal_mark"] != "either" or "e" in str(spec["value"] or spec["low"]).lower()
