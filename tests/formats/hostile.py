"""Files made to hold a thread or fill the memory: each with words of the sentence that must answer it.

`python -m tests.benchmarks.uploads` measures what answering each of them takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from quizzes import formats
from quizzes.errors import ImportRejected
from quizzes.formats import rosters
from quizzes.formats.budgets import Budget
from tests.formats.hostile_workbooks import WORKBOOKS


@dataclass(frozen=True)
class Hostile:
    """One such file: `kind` is roster or a format, `make` builds it, `words` stand in the answer."""

    name: str
    kind: str
    words: str
    make: Callable[[], bytes]

    def __str__(self) -> str:
        return self.name


def answer(kind: str, data: bytes) -> str:
    """The sentences that the reader of this kind of file gives; time stands still, so that the other limits must do."""
    budget = Budget(clock=lambda: 0.0)
    if kind != "roster":
        return "; ".join(map(str, formats.get(kind).parse(data, budget=budget)[1]))
    try:
        found = rosters.read(data, "", budget=budget)
        return "; ".join(map(str, found.issues)) or f"{len(found.rows)} read"
    except ImportRejected as refusal:
        return str(refusal.message)


def questions(inside: str) -> bytes:
    return ('[{"type": "single_choice", "topic": "a", "stem": "b", ' + inside + "}]").encode()


TEXTS = [
    ("one endless line", "far too long", lambda: b"email\n" + b"x" * 999_000),
    ("one endless heading", "far too long", lambda: b"x" * 999_000),
    ("a million commas", "has 999001 columns", lambda: b"email\n" + b"," * 999_000),
    ("a heading of a million commas", "columns; at most 50", lambda: b"," * 999_000),
    ("a million empty lines", "more than 20,000 rows", lambda: b"email\n" + b"\n" * 999_000),
    ("half a million rows", "at most 2000 rows", lambda: b"email\n" + b"a\n" * 499_000),
    ("NULs", "characters that no list", lambda: bytes(999_000)),
    ("a quoted field over the whole file", "far too long", lambda: b'email\n"' + b"x\n" * 499_000),
    ("a quote that is never closed", "one is never closed", lambda: b'email\n"' + b"x\n" * 40_000),
    ("quotes alone", "far too long", lambda: b"email\n" + b'"' * 999_000),
    ("UTF-16 without a mark", "at most 2000 rows", lambda: ("email\n" + "a\n" * 99_000).encode("utf-16-le")),
    ("UTF-32", "characters that no list", lambda: ("email\n" + "a\n" * 99_000).encode("utf-32")),
    (
        "half a character at the end",
        "not UTF-16 all through",
        lambda: b"\xff\xfe" + "email\n".encode("utf-16-le") + b"a",
    ),
    (
        "Latin letters of another encoding",
        "“josé@example.org” is not an e-mail",
        lambda: "email\nJosé@example.org\n".encode("latin-1"),
    ),
    ("marks that stack", "is too long", lambda: ("email\n" + ("e" + "\u0301" * 30_000 + "\n") * 16).encode()),
]
JSON = [
    ("lists inside each other", "nested too deeply", lambda: b"[" * 200_000),
    ("objects inside each other", "nested too deeply", lambda: b'{"a":' * 200_000),
    ("500 lists inside each other", "must be an object", lambda: b"[" * 500 + b"]" * 500),
    ("a million empty lists", "more than 250,000 values", lambda: b"[" + b"[]," * 1_700_000 + b"[]]"),
    ("a million empty objects", "more than 250,000 values", lambda: b"[" + b"{}," * 1_700_000 + b"{}]"),
    ("2 M figures", "more than 250,000 values", lambda: b"[" + b"1," * 2_500_000 + b"1]"),
    ("200,000 empty objects", "at most 5000 questions", lambda: b"[" + b"{}," * 100_000 + b"{}]"),
    ("a number of 5 M figures", "number is too long", lambda: b"[" + b"9" * 5_000_000 + b"]"),
    ("a fraction of 5 M figures", "question 1", lambda: b"[0." + b"9" * 5_000_000 + b"]"),
    ("1,000 long numbers", "question 1", lambda: b"[" + b",".join([b"9" * 4_300] * 1_000) + b"]"),
    ("a number beyond all bounds", "too large a number", lambda: b"[1e999]"),
    ("a name of 5 MB", "question 1", lambda: questions(f'"{"x" * 5_000_000}": 1')),
    ("a text of 5 MB", "stem", lambda: b'[{"type": "essay", "topic": "a", "stem": "' + b"x" * 5_000_000 + b'"}]'),
    (
        "100,000 unknown fields",
        "more than 10000 values",
        lambda: questions(", ".join(f'"x{n}": 1' for n in range(100_000))),
    ),
    ("100,000 options", "more than 10000 values", lambda: questions('"options": [' + ", ".join(["1"] * 100_000) + "]")),
    ("100,000 tags", "more than 10000 values", lambda: questions('"tags": [' + ", ".join(['"a"'] * 100_000) + "]")),
    ("100,000 repeated names", "question 1", lambda: questions(", ".join(['"x": 1'] * 100_000))),
    ("9,000 options", "question 1, option 200", lambda: questions('"options": [' + ", ".join(["1"] * 9_000) + "]")),
    (
        "26 questions of 9,000 fields",
        "too many faults",
        lambda: b"[" + b",".join([questions(", ".join(f'"x{n}": 1' for n in range(9_000)))[1:-1]] * 26) + b"]",
    ),
    (
        "surrogates",
        "characters that cannot be stored",
        lambda: questions('"options": [' + '"\\ud800",' * 9_000 + '""]'),
    ),
    ("a text without an end", "not valid JSON", lambda: b'["' + b"x" * 5_000_000),
    ("NULs", "not valid JSON", lambda: bytes(5_000_000)),
    ("UTF-16", "not UTF-8", lambda: "[]".encode("utf-16")),
    ("spaces", "is empty", lambda: b" " * 5_000_000),
    ("26 MB", "larger than 25 MB", lambda: b"[" * 27_000_000),
]

ENDLESS = "more than 100,000 characters"
QUESTION = '<quiz><question type="{}"><questiontext><text>{}</text></questiontext>{}</question></quiz>'
# One question without end, which a reader might go over again and again.
QUESTIONS = [
    ("weights", "gift", ENDLESS, lambda: b"Q {" + b"~%50%a " * 700_000 + b"}"),
    ("pairs", "gift", ENDLESS, lambda: b"Q {" + b"=a -> b " * 600_000 + b"}"),
    ("lines of an option", "aiken", ENDLESS, lambda: b"Q\nA. a\n" + b"x\n" * 2_400_000 + b"ANSWER: A\n"),
    ("options with one letter", "aiken", ENDLESS, lambda: b"Q\n" + b"A. a\n" * 1_000_000 + b"ANSWER: A\n"),
    ("lines of an option", "text", ENDLESS, lambda: b"1. Q\na) x\n" + b"y\n" * 2_400_000),
    ("brackets", "text", ENDLESS, lambda: b"1. " + b"[" * 4_900_000 + b"\nAnswer: T"),
    ("spaces in an option", "text", "No option is marked", lambda: b"1. Q\na) x" + b" " * 4_900_000 + b"y\n"),
    (
        "gaps that are never closed",
        "moodle_xml",
        ENDLESS,
        lambda: QUESTION.format("cloze", "{1:SHORTANSWER:=a" * 250_000, "").encode(),
    ),
    (
        "80,000 answers",
        "moodle_xml",
        "more than 500 answers",
        lambda: QUESTION.format("multichoice", "Q", '<answer fraction="0"><text>a</text></answer>' * 80_000).encode(),
    ),
]

CORPUS = [Hostile(name, "roster", words, make) for name, words, make in [*WORKBOOKS, *TEXTS]]
CORPUS += [Hostile(name, "json", words, make) for name, words, make in JSON]
CORPUS += [Hostile(name, kind, words, make) for name, kind, words, make in QUESTIONS]
