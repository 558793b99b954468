"""Questions as GIFT, and what GIFT cannot carry of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from quizzes.formats.base import Issue, QuestionDraft, Spec, beside, losses_of

ACTS = str.maketrans({sign: f"\\{sign}" for sign in "\\:#={}~"} | {"\n": "\\n"})


def write(drafts: Iterable[QuestionDraft]) -> str:
    """Return the questions that GIFT can hold, under a category for each topic."""
    parts, topic = [], ""
    for draft in (one for one in drafts if not _obstacle(one)):
        if draft.topic != topic:
            topic = draft.topic
            parts.append(f"$CATEGORY: $course$/top/{topic}\n" if topic else "$CATEGORY: $course$/top\n")
        parts.append(_question(draft))
    return "\n".join(parts)


def _question(draft: QuestionDraft) -> str:
    spec = draft.spec
    marks = "".join(f" [tag:{tag}]" for tag in draft.tags)
    head = f"// [id:{draft.id}]{marks}\n" if draft.id else f"//{marks}\n" if marks else ""
    lines = BODIES[draft.type](spec)
    if spec.get("explanation"):
        lines.append(f"####{escaped(spec['explanation'])}")
    body = "".join(f"\n  {line}" for line in lines)
    return f"{head}[markdown]{escaped(spec['stem'])} {{{body}{chr(10) if body else ''}}}\n"


def escaped(text: str) -> str:
    return text.translate(ACTS)


def _with(text: str, feedback: str) -> str:
    return f"{escaped(text)}#{escaped(feedback)}" if feedback else escaped(text)


def _single(spec: Spec) -> list[str]:
    return [f"{'=' if row['correct'] else '~'}{_with(row['text'], row['feedback'])}" for row in spec["options"]]


def _multiple(spec: Spec) -> list[str]:
    share = 100 / Decimal(sum(row["correct"] for row in spec["options"]))
    weight = f"{share:.5f}".rstrip("0").rstrip(".")
    return [
        f"~%{weight if row['correct'] else f'-{weight}'}%{_with(row['text'], row['feedback'])}"
        for row in spec["options"]
    ]


def _truth(spec: Spec) -> list[str]:
    right, wrong = ("feedback_true", "feedback_false") if spec["answer"] else ("feedback_false", "feedback_true")
    feedback = f"#{escaped(spec[wrong])}#{escaped(spec[right])}" if spec[right] or spec[wrong] else ""
    return [f"{'TRUE' if spec['answer'] else 'FALSE'}{feedback}"]


def _words(spec: Spec) -> list[str]:
    rows = [f"={_weight(row['fraction'])}{_with(row['text'], row['feedback'])}" for row in spec["answers"]]
    return [*rows, f"=%0%*#{escaped(spec['feedback_wrong'])}"] if spec["feedback_wrong"] else rows


def _weight(fraction: object) -> str:
    percent = Fraction(str(fraction)) * 100
    return "" if percent == 100 else f"%{float(percent):.5f}".rstrip("0").rstrip(".") + "%"


def _number(spec: Spec) -> list[str]:
    key = f"{spec['value']}:{spec['tolerance']}" if spec.get("value") else f"{spec['low']}..{spec['high']}"
    parts = [f"#={key}#{escaped(spec['feedback'])}" if spec["feedback"] else f"#={key}"]
    parts += [f"=%0%{miss['value']}:0#{escaped(miss['feedback'])}" for miss in spec.get("near_misses", ())]
    return [*parts, f"~#{escaped(spec['feedback_wrong'])}"] if spec["feedback_wrong"] else parts


def _pairs(spec: Spec) -> list[str]:
    rows = [f"={escaped(row['left'])} -> {escaped(row['right'])}" for row in spec["pairs"]]
    return rows + [f"= -> {escaped(text)}" for text in spec["extra"]]


BODIES: Mapping[str, Callable[[Spec], list[str]]] = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "true_false": _truth,
    "short_answer": _words,
    "numeric": _number,
    "matching": _pairs,
    "essay": lambda _spec: [],
}


def losses(draft: QuestionDraft) -> Iterator[Issue]:
    """Return what a GIFT file cannot carry of a question."""
    return losses_of(draft, _obstacle(draft), _lost(draft))


def _obstacle(draft: QuestionDraft) -> str:
    """Return why a question cannot stand in GIFT, or nothing."""
    spec = draft.spec
    if draft.type not in BODIES:
        return _("GIFT has no questions of this type; it is left out.")
    texts = [pair["left"] for pair in spec.get("pairs", ())]
    texts += [f"{row['text']} {row['feedback']}" for row in spec.get("answers", ())]
    if any("->" in text for text in texts):
        return _("GIFT takes “->” for the middle of a pair; this question is left out.")
    return ""


def _lost(draft: QuestionDraft) -> Iterator[str]:
    spec = draft.spec
    yield from beside(draft, "topic", "tags")
    if any(row.get("pinned") for row in spec.get("options", ())):
        yield _("GIFT cannot keep an option at its place.")
    if spec.get("scheme", "net_correct") != "net_correct":
        yield _("GIFT marks by weights: “right minus wrong”.")
    if any(row["feedback"] for row in spec.get("pairs", ())):
        yield _("GIFT has no feedback for a pair.")
    if draft.type == "short_answer" and spec["accents_matter"]:
        yield _("GIFT has no rule for accents.")
    if draft.type == "numeric" and _is_special_number(spec):
        yield _("GIFT has no units, no relative tolerance and no rule for decimal marks.")
    if draft.type == "essay" and (spec["rubric"] or spec["model_answer"] or spec["min_words"] or spec["max_words"]):
        yield _("GIFT has no rubric, model answer or word limits.")


def _is_special_number(spec: Spec) -> bool:
    return bool(spec["unit"] or spec["tolerance_kind"] != "absolute" or spec["decimal_mark"] != "either")
