"""Questions as people type them: numbered stems, lettered options, a star or “Answer: B” for what is right.

    1. Who authorizes a mission?          2) Select the organs.       3. The League was founded in 1945.
       *a) The Security Council              A. Council *                Answer: False
        b) The Secretariat                   B. Secretariat *
       Explanation: The Charter says so.     C. NATO                  4. Capital of France?
                                                                         Answer: Paris / paris

Several right options make it multiple choice. Without options the answer decides: true or false, a number, or a text with
others after “/”; without an answer it is an essay where the line says so (“Answer: essay”).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, beside, checked_size, decoded, losses_of
from quizzes.formats.budgets import Budget
from quizzes.formats.reading import Fields, Reading, read_with
from quizzes.formats.texts import from_plain, one_line
from quizzes.markup import plain

NUMBERED = re.compile(r"(?:question\s*)?(\d{1,4})\s*[.):]\s+(.*)", re.IGNORECASE)
OPTION = re.compile(r"(\*?)\s*\(?([A-La-l])[.):]\s*(\*?)\s*(.*?)\s*(\*|\(correct\))?$", re.IGNORECASE)
ANSWER = re.compile(r"(?:correct\s+)?(?:answers?|ans|key|solution)\s*[:=]\s*(.+)", re.IGNORECASE)
EXPLANATION = re.compile(r"(?:explanation|feedback|rationale|because)\s*:\s*(.+)", re.IGNORECASE)
LETTERS = "ABCDEFGHIJKL"
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
TRUTH = {"true": True, "t": True, "false": False, "f": False}
TYPES = ("single_choice", "multiple_choice", "true_false", "short_answer", "numeric", "essay")
FAR_TOO_LONG = 20_000  # characters of an option


@dataclass
class Typed:
    """What was typed for one question, line by line."""

    line: int
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    stars: set[int] = field(default_factory=set)
    answer: str = ""
    explanation: list[str] = field(default_factory=list)
    size: int = 0  # characters

    @property
    def where(self) -> str:
        return _("line %(n)d") % {"n": self.line}


class PlainText(Format):
    key = "text"
    name = gettext_lazy("Typed text")
    extension = ".text"
    media_type = "text/plain"

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        return read_with(lambda reading: _read(data, reading), budget)

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        fitting = [draft for draft in drafts if draft.type in TYPES]
        return "\n".join(f"{number}. {_written(draft)}" for number, draft in enumerate(fitting, start=1)).encode()

    def losses(self, drafts: Iterable[QuestionDraft]) -> list[Issue]:
        return [issue for draft in drafts for issue in _losses(draft)]

    def recognizes(self, name: str, data: bytes) -> bool:
        lines = [line.strip() for line in data.decode("utf-8-sig", "replace").splitlines()]
        return any(NUMBERED.match(line) for line in lines) and any(ANSWER.match(line) or "*" in line for line in lines)


# In -------------------------------------------------------------------------------------------------------------------


def _read(data: bytes, reading: Reading) -> None:
    for typed in reading.turns(_questions(decoded(checked_size(data)), reading)):
        _take(typed, reading)


def _questions(text: str, reading: Reading) -> Iterator[Typed]:
    typed: Typed | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        bare = one_line(line)
        numbered = NUMBERED.match(bare)
        if numbered and not (typed and typed.stem and not typed.options and not typed.answer and line[:1].isspace()):
            if typed:
                yield typed
            typed = Typed(number, [numbered[2]])
            reading.refuse_if_long(typed.where, len(bare))
        elif bare and typed:
            _add(typed, bare)
            typed.size += len(bare) + 1
            reading.refuse_if_long(typed.where, typed.size)
        elif bare:
            typed = Typed(number, [bare])
    if typed:
        yield typed


def _add(typed: Typed, line: str) -> None:
    """Put a line where it belongs: an option in turn, the answer, the explanation, or more of what came before."""
    option = OPTION.match(line)
    if option and option[2].upper() == LETTERS[len(typed.options) : len(typed.options) + 1]:
        if option[1] or option[3] or option[5]:
            typed.stars.add(len(typed.options))
        typed.options.append(option[4])
    elif found := ANSWER.match(line):
        typed.answer = found[1].strip()
    elif found := EXPLANATION.match(line):
        typed.explanation.append(found[1])
    elif typed.explanation:
        typed.explanation.append(line)
    elif typed.options:
        if len(typed.options[-1]) < FAR_TOO_LONG:  # the type refuses far shorter ones, and adding to it is slow
            typed.options[-1] += f" {line}"
    else:
        typed.stem.append(line)


def _take(typed: Typed, reading: Reading) -> None:
    shared: Fields = {
        "stem": from_plain("\n".join(typed.stem)),
        "explanation": from_plain("\n".join(typed.explanation)),
    }
    if typed.options:
        return _take_choice(typed, shared, reading)
    answer = typed.answer
    if not answer:
        message = _(
            "There is neither an option nor an answer. Write “Answer: …”, or “Answer: essay” for a longer text."
        )
        return reading.refuse(typed.where, message)
    if answer.lower() in TRUTH:
        return reading.take("true_false", shared | {"answer": TRUTH[answer.lower()]}, typed.where)
    if answer.lower() == "essay":
        return reading.take("essay", shared, typed.where)
    if NUMBER.fullmatch(answer):
        return reading.take("numeric", shared | {"value": answer.lstrip("+"), "tolerance": "0"}, typed.where)
    texts = [text.strip() for text in answer.split("/") if text.strip()]
    rows = [{"text": text.replace("*", "\\*"), "fraction": "1"} for text in dict.fromkeys(texts)]
    return reading.take("short_answer", shared | {"answers": rows}, typed.where)


def _take_choice(typed: Typed, shared: Fields, reading: Reading) -> None:
    keys = set(typed.stars)
    for letter in re.split(r"[\s,;&]+|\band\b", typed.answer):
        bare = letter.strip("().").upper()
        if bare and (len(bare) > 1 or bare not in LETTERS[: len(typed.options)]):
            message = _("“%(letter)s” is not the letter of an option.") % {"letter": letter[:20]}
            return reading.refuse(typed.where, message)
        keys |= {LETTERS.index(bare)} if bare else set()
    if not keys:
        message = _("No option is marked as right. Put a star in front of it, or write “Answer: B”.")
        return reading.refuse(typed.where, message)
    rows = [{"text": from_plain(text), "correct": place in keys} for place, text in enumerate(typed.options)]
    return reading.take(
        "single_choice" if len(keys) == 1 else "multiple_choice", shared | {"options": rows}, typed.where
    )


# Out ------------------------------------------------------------------------------------------------------------------


def _written(draft: QuestionDraft) -> str:
    spec = draft.spec
    lines = [one_line(plain(spec["stem"]))]
    for place, option in enumerate(spec.get("options", ())):
        lines.append(f"{'*' if option['correct'] else ' '}{LETTERS[place].lower()}) {one_line(plain(option['text']))}")
    if answer := _answer(draft):
        lines.append(f"Answer: {answer}")
    if spec.get("explanation"):
        lines.append(f"Explanation: {one_line(plain(spec['explanation']))}")
    return "\n".join([*lines, ""])


def _answer(draft: QuestionDraft) -> str:
    spec = draft.spec
    if draft.type == "true_false":
        return "True" if spec["answer"] else "False"
    if draft.type == "numeric":
        return str(spec["value"] or spec["low"])
    if draft.type == "short_answer":
        return " / ".join(row["text"].replace("\\*", "*") for row in spec["answers"] if str(row["fraction"]) == "1")
    return "essay" if draft.type == "essay" else ""


def _losses(draft: QuestionDraft) -> Iterator[Issue]:
    obstacle = "" if draft.type in TYPES else _("Typed text has no questions of this type; it is left out.")
    return losses_of(draft, obstacle, _lost(draft))


def _lost(draft: QuestionDraft) -> Iterator[str]:
    yield from beside(draft)
    yield _("Typed text keeps words, right answers and the explanation only.")


FORMAT = PlainText()
