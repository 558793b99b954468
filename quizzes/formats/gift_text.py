"""The text of a GIFT file taken apart: comments, categories, blocks, braces and escapes.

Moodle splits at blank lines and takes the first “{” that is not escaped and the next “}”. Inside braces : and = act; outside
they are letters. As there, escaped signs are put away first and come back at last: “C:\\#” is a backslash, and a “#” that acts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.translation import gettext as _

from quizzes.formats.texts import from_html, from_plain, is_html

FORMATS = {"html", "moodle", "plain", "markdown"}
ESCAPE = re.compile(r"\\([\\:#={}~n])")
ESCAPED = "\\:#={}~n"
HELD = "".join(chr(0xFDD0 + place) for place in range(len(ESCAPED)))  # stand for them meanwhile; no text has these
BACK = str.maketrans(HELD, ESCAPED.replace("n", "\n"))
WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{1,10})?)%")
STROKE = "\u2215"  # in the name of a category
NAME = re.compile(r"::(.*?)::", re.DOTALL)
TEXT_FORMAT = re.compile(r"\[(\w+)\]")
MARK = re.compile(r"\[(id|tag):([^\]]{1,200})\]")


class Faulty(Exception):
    """A question that cannot be read: its place, where that is not its first line, and a sentence."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where, self.message = where, message


@dataclass(frozen=True)
class Question:
    """A block with its name taken off: `answers` is what stands in the braces, None without braces."""

    stem: str
    format: str
    answers: str | None


@dataclass
class Block:
    """The lines of one question, and what the comments above it say of it."""

    line: int
    text: str
    category: str = ""
    id: str = ""
    tags: list[str] = field(default_factory=list)

    @property
    def where(self) -> str:
        return _("line %(n)d") % {"n": self.line}

    def question(self) -> Question:
        """Return stem and answers; raise Faulty where braces do not pair."""
        text = self.text.strip()
        if name := NAME.match(text):
            text = text[name.end() :].strip()
        written = TEXT_FORMAT.match(text)
        kind = written[1].lower() if written and written[1].lower() in FORMATS else "moodle"
        if written and written[1].lower() in FORMATS:
            text = text[written.end() :].strip()
        opened, closed = text.find("{"), text.find("}")
        if opened == closed == -1:
            return Question(text, kind, None)
        if opened == -1 or -1 < closed < opened:
            raise Faulty("", _("A “}” stands without a “{” before it. Write \\} for the sign itself."))
        if closed == -1:
            raise Faulty("", _("The answer block opened with “{” is never closed."))
        rest = text[closed + 1 :]
        if "{" in rest or "}" in rest:
            raise Faulty(
                "", _("There is a second “{” or “}”. Leave a blank line between questions; write \\{ for the sign.")
            )
        stem = text[:opened] + (f"_____{rest}" if rest.strip() else "")
        return Question(stem.strip(), kind, text[opened + 1 : closed])


@dataclass(frozen=True)
class Piece:
    """One answer: its sign ("=" or "~"), its weight −1…1 where one is given, and its text with feedback."""

    sign: str
    weight: Fraction | None
    text: str


def blocks(text: str) -> Iterator[Block]:
    """Yield the questions of a file in order."""
    category, marks, first = "", "", 0
    lines: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        bare = line.strip()
        if bare.startswith("//"):
            marks += bare
        elif bare.upper().startswith("$CATEGORY:") and not lines:
            category = bare.partition(":")[2].strip()
        elif bare:
            lines.append(line)
            first = first or number
        elif lines:
            yield _block(first, lines, category, marks)
            lines, first, marks = [], 0, ""


def _block(first: int, lines: list[str], category: str, marks: str) -> Block:
    marks_found = MARK.findall(marks)
    tags = [value for kind, value in marks_found if kind == "tag"]
    ids = [value.strip() for kind, value in marks_found if kind == "id"]
    return Block(first, held("\n".join(lines)), category_of(category), ids[-1] if ids else "", tags)


def category_of(path: str) -> str:
    """Return "UN/Organs" for "$course$/top/UN/Organs"; what Moodle writes as // is a stroke in a name."""
    parts = [part.strip() for part in path.replace("//", STROKE).split("/")]
    return "/".join(part for part in parts if part and not part.startswith("$") and part != "top")


def pieces(body: str) -> list[Piece]:
    """Return the answers in a body: each begins at an unescaped “=” or “~”; one without a sign counts as right."""
    starts = [found.start() for found in re.finditer("[=~]", body)]
    if not starts or body[: starts[0]].strip():
        starts = [-1, *starts]
    ends = [*starts[1:], len(body)]
    return [
        _piece(body[start] if start >= 0 else "=", body[start + 1 : end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _piece(sign: str, text: str) -> Piece:
    text = text.strip()
    weight = WEIGHT.match(text)
    if weight is None:
        return Piece(sign, None, text)
    value = Fraction(weight[1]) / 100
    if abs(value) > 1:
        raise Faulty("", _("A weight lies between %(least)s and %(most)s.") % {"least": "%-100%", "most": "%100%"})
    return Piece(sign, as_meant(value), text[weight.end() :].strip())


def as_meant(share: Fraction) -> Fraction:
    """Return the simple fraction that a share in per cent stands for: 33.33333 % is a third."""
    simple = share.limit_denominator(100)
    return simple if abs(simple - share) < Fraction(1, 10**5) else share.limit_denominator(9999)


def split_feedback(text: str) -> tuple[str, str]:
    """Return an answer and its feedback, which stands after a “#”."""
    answer, _sign, feedback = text.partition("#")
    return answer, feedback


def held(text: str) -> str:
    """Return a text with its escaped signs put away, so that those that are left act."""
    return ESCAPE.sub(lambda found: HELD[ESCAPED.index(found[1])], text)


def unescaped(text: str) -> str:
    """Return a text whose escaped signs were put away with the signs themselves."""
    return text.translate(BACK)


def marked_up(text: str, kind: str) -> tuple[str, list[str]]:
    """Return a text of that format as Markdown, and the names of what it loses; "raw" changes nothing but escapes."""
    text = text.strip()
    written = TEXT_FORMAT.match(text)
    if written and written[1].lower() in FORMATS:
        kind, text = written[1].lower(), text[written.end() :].strip()
    words = unescaped(text)
    if kind in ("markdown", "raw"):
        return words, []
    if kind == "html" or (kind == "moodle" and is_html(words)):
        return from_html(words)
    return from_plain(words), []
