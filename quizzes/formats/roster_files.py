"""Lists of people as text: from bytes to rows of cells. Which encoding and which separator are found, or chosen.

    sep=;
    Nachname;Vorname;E-Mail
    Müller;Jörg;joerg@example.org

Text of one byte a letter does not say how it is encoded. It is read in each encoding that spreadsheets of Europe and America
write, and the one counts in which the fewest letters look odd where they stand. Libraries that guess by the frequency of
letters need more text than a list of names has: charset-normalizer got five of six small rosters wrong.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import ImportRejected, Text
from quizzes.formats import budgets
from quizzes.formats.budgets import Budget
from quizzes.formats.workbooks import Cells

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# What an instructor can choose; no other encoding is ever tried, because some can hide what they hold.
ENCODINGS: dict[str, Text] = {
    "utf-8": gettext_lazy("UTF-8"),
    "utf-16-le": gettext_lazy("UTF-16"),
    "utf-16-be": gettext_lazy("UTF-16, other order"),
    "cp1252": gettext_lazy("Western European (Windows)"),
    "cp1250": gettext_lazy("Central European (Windows)"),
    "mac_roman": gettext_lazy("Western European (Mac)"),
    "cp850": gettext_lazy("Western European (DOS)"),
    "cp1251": gettext_lazy("Cyrillic (Windows)"),
    "koi8_r": gettext_lazy("Cyrillic (KOI8-R)"),
    "cp1253": gettext_lazy("Greek (Windows)"),
    "cp1254": gettext_lazy("Turkish (Windows)"),
    "cp1255": gettext_lazy("Hebrew (Windows)"),
    "cp1256": gettext_lazy("Arabic (Windows)"),
    "cp1257": gettext_lazy("Baltic (Windows)"),
    "cp1258": gettext_lazy("Vietnamese (Windows)"),
    "gb18030": gettext_lazy("Chinese, simplified"),
    "big5": gettext_lazy("Chinese, traditional"),
    "shift_jis": gettext_lazy("Japanese"),
    "cp949": gettext_lazy("Korean"),
}
GUESSED = ("cp1252", "cp1250", "mac_roman", "cp850")  # the first wins where letters look odd in none, or in all alike
OTHERS = re.compile(r"[^\x00-\x7f]")
COMMON = frozenset("äöüßéèêëàâáãåçñóòôõøíìîïúùûýæœÄÖÜÉÈÊËÀÂÁÃÅÇÑÓÒÔÕØÍÌÎÏÚÙÛÝÆŒ")
IN_WORDS = frozenset("’‘´·")
BETWEEN_WORDS = frozenset("“”„«»–—…€§°ºª\u00a0")
LOOKED_AT = 2000  # letters that are not ASCII
SEPARATORS = (";", "\t", "|", ",")  # a comma stands in texts as well, so it comes last
SAMPLE_ROWS, SAMPLE = 20, 50_000  # rows, characters


def decoded(data: bytes, chosen: str = "") -> tuple[str, str]:
    """Return (text, encoding); raise ImportRejected where the bytes do not fit the encoding that was chosen."""
    encoding = chosen if chosen in ENCODINGS else _guessed(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        words = {"encoding": ENCODINGS[encoding], "place": error.start}
        sentence = _("The file is not %(encoding)s all through (byte %(place)d). Choose another encoding.")
        raise ImportRejected(sentence % words) from error
    if "\x00" in text:
        raise ImportRejected(_("The file holds characters that no list has. Save it as “CSV UTF-8”."))
    return text.removeprefix("\ufeff"), encoding


def _guessed(data: bytes) -> str:
    marked = next((encoding for mark, encoding in BOMS if data.startswith(mark)), "")
    if marked or (marked := _without_mark(data)):
        return marked
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return min(GUESSED, key=lambda encoding: _oddity(data.decode(encoding, "replace")))
    return "utf-8"


def _without_mark(data: bytes) -> str:
    """Return the UTF-16 in which most of the text is ASCII, or nothing."""
    start = data[:400]
    zeros = [start[offset::2].count(0) * 2 / len(start) for offset in (0, 1)]
    if min(zeros) > 0.1 or max(zeros) < 0.6:
        return ""
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def _oddity(text: str) -> float:
    """Return how odd the letters are that are not ASCII."""
    return sum(_oddity_at(text, match.start()) for match in islice(OTHERS.finditer(text), LOOKED_AT))


def _oddity_at(text: str, place: int) -> float:
    """Return 2 for a sign inside a word, 1 for a capital there, 0.5 for a rare letter, 0 for one as it should be."""
    char, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if not char.isalpha():
        is_inside = before.isalpha() and after.isalpha()
        return 0 if char in IN_WORDS or (char in BETWEEN_WORDS and not is_inside) else 2
    if char.isupper() and before.isalpha() and (before.islower() or after.islower()):
        return 1
    return 0 if char in COMMON else 0.5


# Rows -----------------------------------------------------------------------------------------------------------------


def rows(text: str, budget: Budget) -> Iterator[tuple[int, Cells]]:
    """Yield (number, cells) of each row; raise ImportRejected for quotes that do not match, and for what costs too much."""
    told = re.match(r"(?i)sep=(.)\r?\n", text)  # Excel's own first line, which it does not show
    text = text[told.end() :] if told else text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=told[1] if told else separator(text), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken(number, error) from error
        budget.spend(budgets.ROWS)
        if len(cells) > budgets.COLUMNS:
            words = {"row": number, "count": len(cells), "most": budgets.COLUMNS}
            raise ImportRejected(_("Row %(row)d has %(count)d columns; at most %(most)d are read.") % words)
        yield number, cells


def _broken(number: int, error: csv.Error) -> ImportRejected:
    words = {"row": number}
    if "field larger" in str(error):
        return ImportRejected(_("Row %(row)d holds a text that is far too long.") % words)
    return ImportRejected(_("The quotes in row %(row)d do not match: one is never closed.") % words)


def separator(text: str) -> str:
    """Return what divides the most of the first rows into as many cells as the headings; a comma where nothing does."""
    sample = text[:SAMPLE]
    best = max(SEPARATORS, key=lambda sign: _alike(sample, sign))
    return best if _alike(sample, best)[1] else ","


def _alike(sample: str, sign: str) -> tuple[bool, int]:
    """Return how many of the first rows have the number of cells that most have, more than one; before it, whether the
    first row is among them: a sign in some long texts divides no headings."""
    widths: list[int] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=sign)
    with contextlib.suppress(csv.Error):  # it is said when the row is read
        widths.extend(len(cells) for cells in islice(reader, SAMPLE_ROWS))
    counts = Counter(width for width in widths if width > 1)
    most = max(counts.values(), default=0)
    return bool(most) and counts[widths[0]] == most, most
