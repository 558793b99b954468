"""Aiken: a stem on one line, an option on each of the next, and the letter of the right one.

    Who authorizes a mission?
    A. The Security Council
    B) The Secretariat
    ANSWER: A

One question has one right option; there is no feedback, and no other type. Moodle reads a stem of one line; further lines
before the first option are taken here as more of the stem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, beside, checked_size, decoded, losses_of
from quizzes.formats.budgets import Budget
from quizzes.formats.reading import LONGEST, Reading, read_with
from quizzes.formats.texts import from_plain, one_line
from quizzes.markup import plain

OPTION = re.compile(r"([A-Za-z])[.)]\s+(.*)")
ANSWER = re.compile(r"ANSWER\s*:\s*(.*)", re.IGNORECASE)
LETTERS = "ABCDEFGHIJKL"
Block = list[tuple[int, str]]  # lines by their numbers


class Aiken(Format):
    key = "aiken"
    name = gettext_lazy("Aiken")
    extension = ".txt"
    media_type = "text/plain"

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        return read_with(lambda reading: _read(data, reading), budget)

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        return "\n".join(_written(draft) for draft in drafts if _fits(draft)).encode()

    def losses(self, drafts: Iterable[QuestionDraft]) -> list[Issue]:
        return [issue for draft in drafts for issue in _losses(draft)]

    def recognizes(self, name: str, data: bytes) -> bool:
        """Whether it has its answers, one letter each, and no numbers before its stems: others are typed text."""
        text = data.decode("utf-8-sig", "replace")
        answers = re.findall(r"^[ \t]*ANSWER[ \t]*:(.*)$", text, re.MULTILINE)
        is_numbered = re.match(r"\s*(?:q(?:uestion)?\s*)?\d{1,4}[.):]\s", text, re.IGNORECASE)
        return bool(answers) and not is_numbered and all(re.fullmatch(r"\s*[A-Z][.)]?\s*", one) for one in answers)


# In -------------------------------------------------------------------------------------------------------------------


def _read(data: bytes, reading: Reading) -> None:
    for block in reading.turns(_blocks(decoded(checked_size(data)), reading)):
        _take(block, reading)


def _blocks(text: str, reading: Reading) -> Iterator[Block]:
    """Yield the lines of each question with their numbers; the last ones may have no answer."""
    block: Block = []
    size = 0
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare:
            block.append((number, bare))
            size += len(line) + len("\n")
            if size > LONGEST:
                reading.refuse_if_long(_line(block[0]), size)
        if ANSWER.match(bare):
            yield block
            block, size = [], 0
    if block:
        yield block


def _line(row: tuple[int, str]) -> str:
    return _("line %(n)d") % {"n": row[0]}


def _take(block: Block, reading: Reading) -> None:
    where = _line(block[0])
    if not ANSWER.match(block[-1][1]):
        return reading.refuse(where, _("This question has no line “ANSWER: A”."))
    stem, options = _parts([line for _number, line in block[:-1]])
    letter = ANSWER.match(block[-1][1])[1].strip().rstrip(".)").upper()  # type: ignore[index]
    if not options:
        return reading.refuse(where, _("There are no options; write them as “A. …”, each on a line of its own."))
    if letter not in LETTERS[: len(options)] or len(letter) != 1:
        message = _("“%(letter)s” is not the letter of an option; a question of Aiken has one.")
        return reading.refuse(_line(block[-1]), message % {"letter": letter[:20]})
    rows = [{"text": from_plain(text), "correct": place == LETTERS.index(letter)} for place, text in enumerate(options)]
    return reading.take("single_choice", {"stem": from_plain(stem), "options": rows}, where)


def _parts(lines: list[str]) -> tuple[str, list[str]]:
    """Return stem and options; letters count when they follow each other from A."""
    stem: list[str] = []
    options: list[str] = []
    for line in lines:
        match = OPTION.match(line)
        if match and match[1].upper() == LETTERS[len(options) : len(options) + 1]:
            options.append(match[2])
        elif options:
            options[-1] += f" {line}"
        else:
            stem.append(line)
    return "\n".join(stem), options


# Out ------------------------------------------------------------------------------------------------------------------


def _fits(draft: QuestionDraft) -> bool:
    return draft.type == "single_choice" or (draft.type == "multiple_choice" and len(_keys(draft)) == 1)


def _keys(draft: QuestionDraft) -> list[int]:
    return [place for place, option in enumerate(draft.spec["options"]) if option["correct"]]


def _written(draft: QuestionDraft) -> str:
    spec = draft.spec
    options = [f"{LETTERS[n]}. {one_line(plain(option['text']))}" for n, option in enumerate(spec["options"])]
    return "\n".join([one_line(plain(spec["stem"])), *options, f"ANSWER: {LETTERS[_keys(draft)[0]]}", ""])


def _losses(draft: QuestionDraft) -> Iterator[Issue]:
    obstacle = "" if _fits(draft) else _("Aiken holds questions with one right option only; this one is left out.")
    return losses_of(draft, obstacle, _lost(draft))


def _lost(draft: QuestionDraft) -> Iterator[str]:
    spec = draft.spec
    yield from beside(draft)
    if spec.get("explanation") or any(option["feedback"] for option in spec["options"]):
        yield _("Aiken has no feedback and no explanation.")
    if any(option["pinned"] for option in spec["options"]):
        yield _("Aiken cannot keep an option at its place.")
    texts = [spec["stem"], *(option["text"] for option in spec["options"])]
    if any(plain(text) != text for text in texts):
        yield _("Aiken has no emphasis, lists or links; the words stay.")


FORMAT = Aiken()
