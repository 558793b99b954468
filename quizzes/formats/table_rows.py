"""One row of a table of questions, read into the fields of a type of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from quizzes.formats.base import stable_id
from quizzes.formats.gift_text import Faulty, as_meant
from quizzes.formats.reading import Fields, Reading
from quizzes.formats.table_columns import LETTERS, plain_heading
from quizzes.formats.tabular import Row

TYPES = {
    "single_choice": ("single choice", "single", "multiple choice single", "one answer", "mc", "radio"),
    "multiple_choice": ("multiple choice", "multiple", "multiple response", "multiple answers", "several", "mr"),
    "true_false": ("true or false", "true false", "truefalse", "tf"),
    "short_answer": ("short answer", "text", "fill in", "short"),
    "numeric": ("number", "numeric", "numerical"),
    "matching": ("matching", "match", "pairs"),
    "ordering": ("ordering", "order", "sequence"),
    "essay": ("essay", "open", "free text", "long answer"),
}
NAMES = {words[0]: key for key, words in TYPES.items()}
BY_WORD = {word: key for key, words in TYPES.items() for word in words}
# Spreadsheets turn “true” into a value, and write that in the language of the person.
TRUTH = {"true": True, "t": True, "yes": True, "false": False, "f": False, "no": False} | {
    word: place == 0
    for words in ("wahr falsch", "vrai faux", "verdadero falso", "vero falso", "verdadeiro falso", "waar onwaar")
    for place, word in enumerate(words.split())
}
COMMA = re.compile(r"[-+−]?\d+,\d+")  # a decimal comma, or one between thousands
BETWEEN = re.compile(r"[\s,;|/+&]+(?:and\b)?[\s,;|/+&]*")
OPTION = re.compile(r"\b(?:options?|answers?|choices?)\b", re.IGNORECASE)  # before a letter
NAMED = re.compile(r"\(?(\w{1,2})[.)]?", re.ASCII)
NUMBER = re.compile(r"[-+−]?(\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})([eE][-+]?\d{1,2})?")
LONGEST_RANGE = 100  # characters
RANGE = re.compile(r"(.+?)(?:\.\.|…|\bto\b)\s*(.+)")
SHARE = re.compile(r"\((\d{1,4}/\d{1,4}|\d{1,3}(?:\.\d{1,12})?\s*%)\)$")
PIPE = re.compile(r"(?<!\\)\|")
SLUGGED = re.compile(r"[-a-zA-Z0-9_]{1,50}")
LEVELS = {  # a word → as it is stored
    "difficulty": {"easy": "easy", "medium": "medium", "hard": "hard"},
    "bloom": {"remember": "remember", "understand": "understand", "apply": "apply", "analyze": "analyse"},
}


def take(row: Row, columns: Mapping[str, int], reading: Reading) -> None:
    """Keep the question of a row, or say why not; raise Faulty for what its answer says."""
    question = Question(row, columns, reading)
    type = question.type()
    shared = {"stem": question.stem, "explanation": question["Explanation"]}
    reading.take(type, shared | question.fields(type), row.where, **question.envelope())


class Question:
    """The texts of a row by heading, and what they mean."""

    def __init__(self, row: Row, columns: Mapping[str, int], reading: Reading) -> None:
        self.row, self.reading = row, reading
        self.columns = columns
        self.texts = {name: row.text(column) for name, column in columns.items()}
        self.stem, self.correct = self["Question"], self["Correct"]
        filled = [at for at, letter in enumerate(LETTERS) if self[f"Option {letter}"]]
        self.options = [self[f"Option {letter}"] for letter in LETTERS[: filled[-1] + 1 if filled else 0]]
        self.feedback = [self[f"Feedback {letter}"] for letter in LETTERS]

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    def place(self, name: str) -> str:
        return self.row.cell(self.columns[name]) if name in self.columns else self.row.where

    def faulty(self, name: str, message: str) -> Faulty:
        return Faulty(self.place(name), message)

    def type(self) -> str:
        written = plain_heading(self["Type"])
        if written in BY_WORD:
            return BY_WORD[written]
        if written:
            message = _("“%(name)s” is no type of question here. Write one of: %(known)s.")
            raise self.faulty("Type", message % {"name": self["Type"][:40], "known": ", ".join(NAMES)})
        return self.told_by_answer()

    def told_by_answer(self) -> str:
        """Return the type of a row that names none."""
        if self.is_true_or_false:
            return "true_false"
        if self.options:
            return "multiple_choice" if len(self.letters()) > 1 else "single_choice"
        if not self.correct:
            raise self.faulty("Correct", _("There is no answer. For an essay write “essay” as the type."))
        if self.correct.casefold() in TRUTH:
            return "true_false"
        if COMMA.fullmatch(self.correct):
            return "numeric"  # which says what to do about the comma
        if "=>" in self.correct:
            return "matching"
        ends = self.ends()
        figures = ends or (self.correct,)
        return "numeric" if all(NUMBER.fullmatch(text) for text in figures) else "short_answer"

    def fields(self, type: str) -> Fields:
        readers: Mapping[str, Callable[[], Fields]] = {
            "single_choice": self.choice,
            "multiple_choice": self.choice,
            "true_false": self.truth,
            "short_answer": self.words,
            "numeric": self.number,
            "matching": self.pairs,
            "ordering": self.order,
            "essay": lambda: {"model_answer": self.correct},
        }
        return readers[type]()

    def envelope(self) -> Fields:
        topic, number = self["Topic"], self["ID"]
        is_slug = bool(SLUGGED.fullmatch(topic))
        found: Fields = {
            "id": stable_id(number[:200]) if number else None,
            "topic": topic if is_slug else "",
            "category": topic,
            "tags": self.reading.tags(self.place("Tags"), re.split(r"[,;\n]", self["Tags"])),
        }
        for name, heading in (("difficulty", "Difficulty"), ("bloom", "Bloom level")):
            level = self[heading].casefold().replace("analyse", "analyze")
            if level in LEVELS[name]:
                found[name] = LEVELS[name][level]
            elif level:
                message = _("“%(text)s” is none of: %(known)s; it is left out.")
                words = {"text": self[heading][:40], "known": ", ".join(LEVELS[name])}
                self.reading.note(self.place(heading), message % words)
        return found

    # Types

    def letters(self) -> set[int]:
        """Return the options that are right by their number, from letters, numbers or the text of one."""
        if not self.correct:
            raise self.faulty("Correct", _("It does not say which options are right. Write letters: A, or A, C."))
        texts = [text.casefold() for text in self.options]
        said = texts.index(self.correct.casefold()) if self.correct.casefold() in texts else None
        named = {self.named(part) for part in BETWEEN.split(OPTION.sub("", self.correct)) if part}
        if said is not None and named not in ({None}, {said}):
            message = _("“%(text)s” may be the option that says so, or the one of that place. Write its letter.")
            raise self.faulty("Correct", message % {"text": self.correct[:40]})
        if said is not None:
            return {said}
        if None in named or not named:
            message = _("“%(text)s” does not say which options are right. Write letters: A, or A, C.")
            raise self.faulty("Correct", message % {"text": self.correct[:40]})
        return {at for at in named if at is not None}

    def named(self, part: str) -> int | None:
        """Return the place of the option that “C”, “3” or “(c)” names, None for none."""
        match = NAMED.fullmatch(part)
        if match is None:
            return None
        at = int(match[1]) - 1 if match[1].isdecimal() else LETTERS.find(match[1].upper())
        return at if 0 <= at < len(self.options) else None

    def choice(self) -> Fields:
        right = self.letters()
        return {
            "options": [
                {"text": text, "correct": at in right, "feedback": self.feedback[at]}
                for at, text in enumerate(self.options)
            ]
        }

    @property
    def is_true_or_false(self) -> bool:
        """Whether the options are the two words for it."""
        return len(self.options) == 2 and {TRUTH.get(text.casefold()) for text in self.options} == {True, False}

    def truth(self) -> Fields:
        answer = TRUTH.get(self.correct.casefold())
        if answer is None and self.is_true_or_false:
            answer = TRUTH[self.options[min(self.letters())].casefold()]
        if answer is None:
            message = _("“%(text)s” is neither true nor false.")
            raise self.faulty("Correct", message % {"text": self.correct[:40]})
        first, second = self.feedback[:2]
        if self.is_true_or_false and not TRUTH[self.options[0].casefold()]:
            first, second = second, first
        return {"answer": answer, "feedback_true": first, "feedback_false": second}

    def words(self) -> Fields:
        parts = [part.replace("\\|", "|").strip() for part in PIPE.split(self.correct)]
        rows = [self.accepted(part) for part in [*parts, *self.options] if part]
        if not rows:
            raise self.faulty("Correct", _("There is no accepted answer. Write it here, several with “|” between."))
        for row, feedback in zip(rows, self.feedback, strict=False):
            row["feedback"] = feedback
        return {"answers": rows, "feedback_wrong": self["Other feedback"]}

    def accepted(self, text: str) -> Fields:
        """Return "Truce Supervision (50%)" as a text and its share."""
        match = SHARE.search(text)
        if match is None:
            return {"text": text, "fraction": "1"}
        written = match[1].rstrip("% ")
        if written.endswith("/0"):
            raise self.faulty("Correct", _("“%(text)s” is not a share.") % {"text": written})
        share = Fraction(written) if "/" in written else as_meant(Fraction(written) / 100)
        return {"text": text[: match.start()].rstrip(), "fraction": str(share)}

    def number(self) -> Fields:
        fields: Fields = {"feedback": self.feedback[0], "feedback_wrong": self["Other feedback"], "unit": self["Unit"]}
        if ends := self.ends():
            return fields | {"low": self.figure("Correct", ends[0]), "high": self.figure("Correct", ends[1])}
        fields["value"] = self.figure("Correct", self.correct)
        tolerance = self["Tolerance"].lstrip("±").strip()
        if tolerance.endswith("%"):
            share = Decimal(self.figure("Tolerance", tolerance.rstrip("% "))) / 100
            return fields | {"tolerance": f"{share.normalize():f}", "tolerance_kind": "relative"}
        return fields | ({"tolerance": self.figure("Tolerance", tolerance)} if tolerance else {})

    def ends(self) -> tuple[str, str] | None:
        """Return the ends of "1 .. 5"."""
        match = RANGE.fullmatch(self.correct) if len(self.correct) <= LONGEST_RANGE else None
        return (match[1].strip(), match[2]) if match else None

    def figure(self, name: str, text: str) -> str:
        plain = text.replace("−", "-").strip()
        if COMMA.fullmatch(plain):
            message = _("“%(text)s” has a comma. Write a decimal point, and nothing between thousands.")
            raise self.faulty(name, message % {"text": text[:40]})
        if not NUMBER.fullmatch(plain) or len(plain) > 40:
            raise self.faulty(name, _("“%(text)s” is not a number.") % {"text": text[:40]})
        return plain

    def pairs(self) -> Fields:
        rows: list[dict[str, str]] = []
        extra: list[str] = []
        for line in [*self.correct.splitlines(), *self.options]:
            if not line.strip():
                continue
            left, arrow, right = (part.strip() for part in re.sub(r"→|->", "=>", line, count=1).partition("=>"))
            if not arrow:
                message = _("“%(text)s” has no “=>”. Write each pair as “left => right”, on a line of its own.")
                raise self.faulty("Correct", message % {"text": line.strip()[:40]})
            if left:
                feedback = self.feedback[len(rows)] if len(rows) < len(self.feedback) else ""
                rows.append({"left": left, "right": right, "feedback": feedback})
            else:
                extra.append(right)
        return {"pairs": rows, "extra": extra}

    def order(self) -> Fields:
        texts = self.options or [line.strip() for line in self.correct.splitlines() if line.strip()]
        return {
            "elements": [
                {"text": text, "feedback": self.feedback[at] if at < len(LETTERS) else ""}
                for at, text in enumerate(texts)
            ]
        }
