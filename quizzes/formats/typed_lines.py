"""Lines that people type, put together into questions: where one begins, and what is an option, an answer, an explanation.

A question begins at a number, or at a blank line after one that has its options or its answer. Labels of options follow each
other, A, B, C or i, ii, iii, on lines of their own or in one line. A key may stand at the end: “Answers: 1. A 2. C”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from quizzes.formats.reading import Reading
from quizzes.formats.texts import one_line

WORDED = re.compile(r"\(?q(?:uestion)?\s*\.?\s*(\d{1,4})\b\s*[.):–-]?\s*(.*)", re.IGNORECASE)  # Question 3: …
FIGURED = re.compile(r"\(?(\d{1,4})\s*(?:[.):](?:\s+|(?=[^\s\d]))|(?P<dash>\s[-–]\s+))(.*)")  # 3. …, 3) …, 3 - …
LABELED = re.compile(r"\(?([A-La-l]|[ivx]{1,4})[.):\]]\s*(.+)")
ANSWER = re.compile(
    r"(?:the\s+)?(?:(?:correct|right)\s+)?(?:answers?|ans|key|solution|(?<=correct )option|(?<=right )option)"
    r"(?:\s*(?:is|are)?\s*[.:=)–-]+\s*(.+)|\s+([A-L](?:\s*(?:,|&|and)\s*[A-L])*))"
    r"|(?:correct|right)\s*:\s*(.+)",
    re.IGNORECASE,
)
EXPLANATION = re.compile(r"(?:explanation|feedback|rationale|reason|because)\s*:\s*(.+)", re.IGNORECASE)
KEY_HEADING = re.compile(r"(?:the\s+)?(?:answers?(?:\s+(?:key|sheet))?|key|solutions?)\s*:?", re.IGNORECASE)
KEY_ROW = re.compile(r"(?:q(?:uestion)?\s*)?(\d{1,4})\s*[.):=–-]?\s*(\S.*)", re.IGNORECASE)
KEY_LETTER = re.compile(r"(\d{1,4})\s*[.):=–-]?\s*([A-La-l]|true|false|t|f)(?:[\s,;]+|$)", re.IGNORECASE)
MARK_BEFORE = re.compile(r"(?:\*{1,2}|[✓✔√☑])\s*")
MARK_AFTER = re.compile(r"\s*(?:\*{1,2}|[✓✔√☑]|[(\[](?:correct|right)(?:\s+answer)?[)\]])$", re.IGNORECASE)
WRONG_AFTER = re.compile(r"\s*[(\[](?:wrong|incorrect)[)\]]$", re.IGNORECASE)
LETTERS = "ABCDEFGHIJKL"
ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]
FAR_TOO_LONG = 20_000  # characters of an option


@dataclass
class Typed:
    """What was typed for one question, line by line; `number` is the one it was given."""

    line: int
    stem: list[str] = field(default_factory=list)
    number: int | None = None
    options: list[str] = field(default_factory=list)
    stars: set[int] = field(default_factory=set)
    answer: str = ""
    explanation: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)  # lines after the answer that say no more of themselves
    size: int = 0  # characters
    is_roman: bool = False
    fault: str = ""
    is_heading: bool = False  # of a part, or of the whole: lines without a number among questions that have one

    @property
    def where(self) -> str:
        return _("line %(n)d") % {"n": self.line}

    @property
    def is_complete(self) -> bool:
        """Whether another question may follow."""
        return bool(self.answer) or len(self.options) > 1


def questions(text: str, reading: Reading) -> Iterator[Typed]:
    """Yield the questions of a text in order; those without a mark or an answer get what a key at the end says."""
    raw = text.splitlines()
    lines = list(map(one_line, raw))
    end, key = _key_at_end(lines)
    is_numbered = any(WORDED.fullmatch(line) or FIGURED.fullmatch(line) for line in lines if line)
    for typed in _typed(lines[:end], raw, reading):
        typed.explanation += typed.after
        typed.is_heading = is_numbered and typed.number is None and not typed.options and not typed.answer
        if typed.number is not None and not typed.answer and not typed.stars:
            typed.answer = key.get(typed.number, "")
        yield typed


def _typed(lines: Sequence[str], raw: Sequence[str], reading: Reading) -> Iterator[Typed]:
    typed: Typed | None = None
    is_after_blank = False
    for number, line in enumerate(lines, start=1):
        if not line:
            is_after_blank = True
            continue
        begun = _begun(line, number, typed, is_indented=raw[number - 1][:1].isspace())
        if begun is None and typed is not None and is_after_blank and _is_next(line, typed):
            begun = Typed(number)
            _add_stem(begun, line)
        if begun is None and typed is not None and typed.after and _takes_lines_along(line):
            begun = Typed(number - 1, stem=typed.after)
            typed.after = []
            _add(begun, line)
        if begun is not None:
            if typed is not None:
                yield typed
            typed = begun
        elif typed is None:
            typed = Typed(number)
            _add_stem(typed, line)
        else:
            _add(typed, line)
        typed.size += len(line) + 1
        reading.refuse_if_long(typed.where, typed.size)
        is_after_blank = False
    if typed is not None:
        yield typed


def _begun(line: str, number: int, typed: Typed | None, *, is_indented: bool) -> Typed | None:
    """Return the question that a numbered line begins; an indented one in a stem is a part of that."""
    worded, figured = WORDED.fullmatch(line), FIGURED.fullmatch(line)
    if worded is None and figured is None:
        return None
    if typed is not None and typed.stem and not typed.options and not typed.answer and is_indented:
        return None
    given = int(worded[1] if worded else figured[1])  # type: ignore[index]  # one of the two is there
    if worded is None and figured and figured["dash"] and given != (typed.number or 0 if typed else 0) + 1:
        return None  # 1945 - 1950
    begun = Typed(number, number=given)
    stem = worded[2] if worded else figured[3]  # type: ignore[index]
    if stem:
        _add_stem(begun, stem)
    return begun


def _is_next(line: str, typed: Typed) -> bool:
    """Return whether a line after a blank one begins another question."""
    is_of_question = LABELED.fullmatch(_unmarked(line)[0]) or _answer_in(line) or EXPLANATION.match(line)
    has_paragraphs = typed.number is not None and typed.explanation
    return typed.is_complete and not is_of_question and not has_paragraphs


def _takes_lines_along(line: str) -> bool:
    """Return whether the lines after an answer were the stem of a question that goes on with this line."""
    label = LABELED.fullmatch(_unmarked(line)[0])
    return bool(_answer_in(line)) or (label is not None and label[1] in ("A", "a", "i"))


def _add(typed: Typed, line: str) -> None:
    """Put a line where it belongs: an option in turn, the answer, the explanation, or more of what came before."""
    if _add_options(typed, line):
        return
    if answer := _answer_in(line):
        if typed.answer:
            typed.fault = _("It has two answers. Leave a blank line between questions, or number them.")
        typed.answer = answer
    elif match := EXPLANATION.match(line):
        typed.explanation.append(match[1])
    elif typed.explanation:
        typed.explanation.append(line)
    elif typed.answer:
        typed.after.append(line)
    elif not typed.options:
        _add_stem(typed, line)
    elif len(typed.options[-1]) < FAR_TOO_LONG:  # the type refuses far shorter ones, and adding to it is slow
        typed.options[-1] += f" {line}"


def _add_stem(typed: Typed, line: str) -> None:
    """Add a line to the stem; options that stand in it, a) … b) …, are taken off."""
    first = re.search(r"(?:^|\s)\*{0,2}\(?([Aa])[.)]\s", line)
    if first and re.search(rf"\s\*{{0,2}}\(?{chr(ord(first[1]) + 1)}[.)]\s", line[first.end() :]):
        typed.stem += [line[: first.start()].strip()] if line[: first.start()].strip() else []
        _add_options(typed, line[first.start() :].strip())
    else:
        typed.stem.append(line)


def _add_options(typed: Typed, line: str) -> bool:
    """Add the options that a line has, one or several; return whether it has any."""
    label = LABELED.fullmatch(_unmarked(line)[0])
    if label is None:
        return False
    if not typed.options:
        typed.is_roman = label[1] == "i"
    if label[1].lower() != _label(typed, len(typed.options)).lower():
        if typed.options and not typed.is_roman and label[1].upper() in LETTERS:
            words = {"one": _label(typed, len(typed.options) - 1), "other": label[1].upper()}
            typed.fault = _("After option %(one)s stands %(other)s. Letter the options one after the other.") % words
        return False
    following = re.escape(_label(typed, len(typed.options) + 1))
    first, *rest = re.split(rf"\s+(?=\*{{0,2}}\(?{following}[.)]\s)", line, maxsplit=1, flags=re.IGNORECASE)
    bare, is_marked = _unmarked(first)
    label = LABELED.fullmatch(bare)
    if label is None:  # a label, and nothing but a mark behind it
        return False
    text, is_starred = _unmarked(label[2])
    if is_marked or is_starred:
        typed.stars.add(len(typed.options))
    typed.options.append(WRONG_AFTER.sub("", text))
    for others in rest:
        _add_options(typed, others)
    return True


def _label(typed: Typed, place: int) -> str:
    names = ROMAN if typed.is_roman else LETTERS
    return names[place] if place < len(names) else "-"


def _unmarked(text: str) -> tuple[str, bool]:
    """Return a text without the star, the tick or the “(correct)” that marks it as right, and whether it had one."""
    bare = MARK_AFTER.sub("", MARK_BEFORE.sub("", text, count=1) if MARK_BEFORE.match(text) else text)
    return (bare.strip(), True) if bare != text and bare.strip() else (text, False)


def _answer_in(line: str) -> str:
    """Return the answer that a line gives: “Ans: B”, “(Correct answer: C)”, “Answer B”."""
    bare = line[1:-1].strip() if line[:1] in "([" and line[-1:] in ")]" else line
    match = ANSWER.fullmatch(bare)
    return next((part.strip() for part in match.groups() if part), "") if match else ""


# A key at the end ------------------------------------------------------------------------------------------------------


def _key_at_end(lines: Sequence[str]) -> tuple[int, Mapping[int, str]]:
    """Return where the lines of a key begin, and the answers by the numbers of their questions."""
    places = [place for place, line in enumerate(lines) if KEY_HEADING.fullmatch(line)]
    if not places:
        return len(lines), {}
    rows = [line for line in lines[places[-1] + 1 :] if line]
    if not rows or not all(map(KEY_ROW.fullmatch, rows)):
        return len(lines), {}
    return places[-1], {number: answer for line in rows for number, answer in _key_rows(line)}


def _key_rows(line: str) -> Iterator[tuple[int, str]]:
    """Yield the answers of “3. B”, or of “1. A 2. C, 3-B”."""
    several = KEY_LETTER.findall(line)
    if len(several) > 1 and not KEY_LETTER.sub("", line).strip():
        yield from ((int(number), answer) for number, answer in several)
    elif match := KEY_ROW.fullmatch(line):
        yield int(match[1]), match[2]
