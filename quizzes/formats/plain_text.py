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

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.formats import typed_lines
from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, beside, checked_size, decoded, losses_of
from quizzes.formats.budgets import Budget
from quizzes.formats.reading import Fields, Reading, read_with
from quizzes.formats.texts import from_plain, one_line
from quizzes.formats.typed_lines import ANSWER, FIGURED, LETTERS, ROMAN, Typed
from quizzes.markup import plain

LABELED = re.compile(r"\(?([A-La-l]|[ivx]{1,4})[.):\]]\s*(.*)")
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
TRUTH = {"true": True, "t": True, "false": False, "f": False}
TYPES = ("single_choice", "multiple_choice", "true_false", "short_answer", "numeric", "essay")


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
        return any(map(FIGURED.match, lines)) and any(ANSWER.match(line) or "*" in line for line in lines)


# In -------------------------------------------------------------------------------------------------------------------


def _read(data: bytes, reading: Reading) -> None:
    for typed in reading.turns(typed_lines.questions(decoded(checked_size(data)), reading)):
        _take(typed, reading)


def _take(typed: Typed, reading: Reading) -> None:
    if typed.is_heading:
        return reading.note(typed.where, _("This line is no question; it is left out."))
    if typed.fault:
        return reading.refuse(typed.where, typed.fault)
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
    keys = typed.stars | _keys(typed)
    if not keys:
        if typed.answer:
            message = _("“%(letter)s” is not the letter of an option.") % {"letter": typed.answer[:20]}
        else:
            message = _("No option is marked as right. Put a star in front of it, or write “Answer: B”.")
        return reading.refuse(typed.where, message)
    texts = [text.lower() for text in typed.options]
    if len(keys) == 1 and sorted(texts) == ["false", "true"]:
        return reading.take("true_false", shared | {"answer": TRUTH[texts[min(keys)]]}, typed.where)
    rows = [{"text": from_plain(text), "correct": place in keys} for place, text in enumerate(typed.options)]
    return reading.take(
        "single_choice" if len(keys) == 1 else "multiple_choice", shared | {"options": rows}, typed.where
    )


def _keys(typed: Typed) -> set[int]:
    """Return the places that an answer names: by letters, by the text of an option, or by both; none for anything else."""
    texts = [_told_apart(text) for text in typed.options]
    labels = ROMAN if typed.is_roman else [letter.lower() for letter in LETTERS]
    known = {label: place for place, label in enumerate(labels[: len(texts)])}
    answer = typed.answer
    if _told_apart(answer) in texts and answer.lower() not in known:
        return {texts.index(_told_apart(answer))}
    both = LABELED.fullmatch(answer)
    if both and both[1].lower() in known and _told_apart(both[2]) in ("", texts[known[both[1].lower()]]):
        return {known[both[1].lower()]}
    letters = [letter.strip("().").lower() for letter in re.split(r"[\s,;&/]+|\band\b", answer)]
    places = {known.get(letter, -1) for letter in letters if letter}
    return set() if -1 in places else places


def _told_apart(text: str) -> str:
    return one_line(text).rstrip(".").casefold()


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
