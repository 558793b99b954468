"""GIFT, as Moodle reads and writes it.

    // [id:who-authorizes] [tag:organs]
    $CATEGORY: UN/Organs
    ::Q1::[markdown]Who authorizes a mission? {=The Security Council#Yes. ~The Secretariat#It carries it out.#### Because.}

Read: single and multiple choice, true or false, short answer, numbers with tolerance or range, matching, essay, missing
words; names, categories, comments, text formats, feedback, general feedback, partial credit. Not read, and named:
descriptions, several options that are each fully right. The tokens stand in gift_text.py, what is written in gift_writer.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.formats import figures, gift_writer
from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, Unreadable, checked_size, decoded, stable_id
from quizzes.formats.budgets import Budget
from quizzes.formats.gift_text import Block, Faulty, Piece, blocks, marked_up, pieces, split_feedback, unescaped
from quizzes.formats.reading import Fields, Reading, read_with

TRUE, FALSE = {"T", "TRUE"}, {"F", "FALSE"}
WHOLE = Fraction(1)


class Gift(Format):
    key = "gift"
    name = gettext_lazy("GIFT (Moodle)")
    extension = ".gift"
    media_type = "text/plain"
    has_place_for_report = True

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        return read_with(lambda reading: _read(data, reading), budget)

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        return gift_writer.write(drafts).encode()

    def losses(self, drafts: Iterable[QuestionDraft]) -> list[Issue]:
        return [issue for draft in drafts for issue in gift_writer.losses(draft)]

    def with_report(self, data: bytes, report: str) -> bytes:
        words = report.replace("[", "(").replace("]", ")")  # no mark of an id or a tag
        return "".join(f"// {line}".rstrip() + "\n" for line in words.splitlines()).encode() + b"\n" + data

    def recognizes(self, name: str, data: bytes) -> bool:
        text = data.decode("utf-8-sig", "replace")
        return super().recognizes(name, data) or bool(re.search(r"(?<!\\)\{[^{}=~#TF]*[=~#TF][^{}]*\}", text))


def _read(data: bytes, reading: Reading) -> None:
    text = decoded(checked_size(data))
    if "\0" in text:
        raise Unreadable(_("file"), _("It contains characters that cannot be stored."))
    for block in reading.turns(blocks(text)):
        reading.refuse_if_long(block.where, len(block.text))
        try:
            _take(block, reading)
        except Faulty as fault:
            reading.refuse(fault.where or block.where, fault.message)


def _take(block: Block, reading: Reading) -> None:
    question = block.question()
    if question.answers is None:
        return reading.note(block.where, _("This is a description and not a question; it is left out."))
    stem, lost = marked_up(question.stem, question.format)
    body, general = _general_feedback(question.answers)
    explanation, more = marked_up(general, question.format)
    for name in (*lost, *more):
        reading.note(block.where, _("%(what)s is left out.") % {"what": _capital(str(name))})
    type, fields = Answers(block, question.format, reading).read(body)
    envelope = {
        "id": stable_id(block.id) if block.id else None,
        "tags": reading.tags(block.where, block.tags),
        "category": block.category,
    }
    return reading.take(type, {"stem": stem, "explanation": explanation, **fields}, block.where, **envelope)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _general_feedback(answers: str) -> tuple[str, str]:
    """Return what stands before the last “####”, and the general feedback after it."""
    before, sign, after = answers.rpartition("####")
    return (before, after) if sign else (answers, "")


class Answers:
    """Reads what stands in the braces of one question: its type, and the fields of it."""

    def __init__(self, block: Block, format: str, reading: Reading) -> None:
        self.where = block.where
        self.format = format
        self.reading = reading

    def read(self, body: str) -> tuple[str, Fields]:
        body = body.strip()
        if not body:
            return "essay", {}
        if body.startswith("#"):
            return "numeric", self.number(body[1:])
        found = pieces(body)
        if any(piece.sign == "~" for piece in found):
            return self.choice(found)
        if len(found) == 1 and split_feedback(found[0].text)[0].strip().upper() in TRUE | FALSE:
            return "true_false", self.truth(found[0].text)
        if any(piece.sign == "=" and "->" in piece.text for piece in found):
            return "matching", self.pairs(found)
        return "short_answer", self.words(found)

    def text(self, raw: str) -> str:
        """Return a text of the answers as Markdown; what it loses is noted."""
        words, lost = marked_up(raw, self.format)
        for name in lost:
            self.reading.note(self.where, _("%(what)s is left out.") % {"what": _capital(str(name))})
        return " ".join(words.split())

    def feedback(self, raw: str) -> str:
        words, _lost = marked_up(raw, self.format)
        return words.strip()

    # Choices

    def choice(self, found: list[Piece]) -> tuple[str, Fields]:
        """Return one right option with “=”, or several with weights."""
        keys = [piece for piece in found if piece.sign == "="]
        if len(keys) > 1:
            raise Faulty(
                "", _("Several options are marked with “=”. Mark one, or give each right option a weight (~%50%).")
            )
        if keys:
            return "single_choice", {"options": [self.option(piece, piece.sign == "=") for piece in found]}
        rights = [piece for piece in found if piece.weight and piece.weight > 0]
        if not rights:
            raise Faulty("", _("No option is marked as right with “=” or a weight such as %50%."))
        self.compare_weights(found, rights)
        return "multiple_choice", {"options": [self.option(piece, piece in rights) for piece in found]}

    def option(self, piece: Piece, is_right: bool) -> Fields:
        text, feedback = split_feedback(piece.text)
        if piece.weight and not is_right and piece.sign == "~" and piece.weight > 0:
            self.reading.note(self.where, _("Points for a wrong option of a single choice are not given here."))
        return {"text": self.text(text), "correct": is_right, "feedback": self.feedback(feedback)}

    def compare_weights(self, found: list[Piece], rights: list[Piece]) -> None:
        """Say where the weights of Moodle mark otherwise than “right minus wrong” does."""
        total = sum((piece.weight or Fraction(0) for piece in rights), Fraction(0))
        if abs(total - 1) > Fraction(1, 50):
            message = _("The weights of the right options add up to %(sum)s%%, not to 100%%.")
            self.reading.note(self.where, message % {"sum": f"{float(total * 100):g}"})
        shares = {round(float(piece.weight or 0), 2) for piece in rights}
        penalties = {round(float(piece.weight or 0), 2) for piece in found if piece not in rights}
        if len(shares) > 1 or penalties - {-share for share in shares}:
            self.reading.note(
                self.where, _("Its weights are replaced by “right minus wrong”: each wrong choice cancels a right one.")
            )

    # The rest

    def truth(self, raw: str) -> Fields:
        """Return the fields of “T#if wrong#if right”."""
        answer, *feedback = raw.split("#", maxsplit=2)
        wrong, right = ([self.feedback(text) for text in feedback] + ["", ""])[:2]
        is_true = answer.strip().upper() in TRUE
        return {
            "answer": is_true,
            "feedback_true": right if is_true else wrong,
            "feedback_false": wrong if is_true else right,
        }

    def words(self, found: list[Piece]) -> Fields:
        rows, wrong = [], ""
        for piece in found:
            text, feedback = split_feedback(piece.text)
            share = WHOLE if piece.weight is None else max(Fraction(0), piece.weight)
            if text.strip() == "*" and not share:
                wrong = self.feedback(feedback)
            else:
                rows.append({"text": self.plain(text), "fraction": str(share), "feedback": self.feedback(feedback)})
        if all(Fraction(row["fraction"]) == 0 for row in rows):
            raise Faulty("", _("No answer is marked as right."))
        return {"answers": rows, "feedback_wrong": wrong}

    def plain(self, raw: str) -> str:
        """Return an accepted text: no Markdown, and stars stay wildcards."""
        return marked_up(raw, "raw")[0].strip()

    def pairs(self, found: list[Piece]) -> Fields:
        rows, extra = [], []
        for piece in found:
            left, arrow, right = piece.text.partition("->")
            if not arrow:
                raise Faulty("", _("“%(text)s” has no “->”.") % {"text": self.plain(piece.text)[:40]})
            if left.strip():
                rows.append({"left": self.text(left), "right": self.text(right)})
            else:
                extra.append(self.text(right))
        taken = {row["right"] for row in rows}
        return {"pairs": rows, "extra": [text for text in dict.fromkeys(extra) if text not in taken]}

    def number(self, body: str) -> Fields:
        """Return the fields of “#1948:2”, “#1945..1950” or “#=1948:0 =%50%1948:10 ~wrong”."""
        body, _sign, wrong = body.partition("~")
        found = [piece for piece in pieces(body.strip()) if piece.text] or [Piece("=", None, "")]
        keys = [piece for piece in found if piece.weight in (None, WHOLE)]
        if not keys:
            raise Faulty("", _("No number is worth all points."))
        text, feedback = split_feedback(keys[0].text)
        misses = [piece for piece in found if piece.weight is not None and piece.weight <= 0]
        if len(found) > 1 + len(misses):
            self.reading.note(
                self.where, _("Only the first number counts here; further ones with a part of the points are left out.")
            )
        said = {"feedback": self.feedback(feedback), "feedback_wrong": self.feedback(wrong.strip().lstrip("#"))}
        return {**self.range_of(text), **said, "near_misses": [self.miss(piece) for piece in misses]}

    def miss(self, piece: Piece) -> Fields:
        """Return a number that earns nothing, and what is said to it."""
        text, feedback = split_feedback(piece.text)
        return {"value": self.figure(text.partition(":")[0].strip()), "feedback": self.feedback(feedback)}

    def range_of(self, text: str) -> dict[str, str]:
        low, dots, high = (part.strip() for part in text.partition(".."))
        if dots:
            return {"low": self.figure(low), "high": self.figure(high)}
        value, colon, tolerance = (part.strip() for part in text.partition(":"))
        return {"value": self.figure(value), "tolerance": self.figure(tolerance) if colon else "0"}

    def figure(self, text: str) -> str:
        number = figures.as_ours(text)
        if number is None:
            raise Faulty("", _("“%(text)s” is not a number.") % {"text": unescaped(text)[:40]})
        return number


FORMAT = Gift()
