"""Moodle's embedded answers: {1:SHORTANSWER:=Paris#Yes.~%50%Lutetia~*#No.} in the middle of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from html import unescape

from django.utils.translation import gettext as _

from quizzes.formats.base import Spec
from quizzes.formats.gift_text import WEIGHT, Faulty, as_meant
from quizzes.formats.reading import Fields

GAP = re.compile(r"(?<!\\)\{(\d*):([A-Z_]+):((?:\\.|[^\\}])*)\}", re.DOTALL)
SIGN = re.compile(r"(?<!\\)~")
KINDS = {
    "text": {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"},
    "number": {"NUMERICAL", "NM"},
    "choice": {"MULTICHOICE", "MC", "MCV", "MCH", "MCS", "MCVS", "MCHS", "MULTICHOICE_V", "MULTICHOICE_H",
               "MULTICHOICE_S", "MULTICHOICE_VS", "MULTICHOICE_HS"},
}  # fmt: skip
ACTS = str.maketrans({sign: f"\\{sign}" for sign in "\\}~#"})


def parsed(text: str) -> tuple[str, list[Fields], list[str]]:
    """Return the text with [[1]], [[2]] … for its gaps, the gaps, and what is to be said of them; raises Faulty."""
    gaps: list[Fields] = []
    notes: list[str] = []
    weights: set[str] = set()

    def marker(match: re.Match[str]) -> str:
        weights.add(match[1] or "1")
        gaps.append(_gap(match[2], unescape(match[3]), notes))
        return f"[[{len(gaps)}]]"

    replaced = GAP.sub(marker, text)
    if not gaps:
        raise Faulty("", _("There is no embedded answer such as {1:SHORTANSWER:=Paris}."))
    if len(weights) > 1:
        notes.append(_("Its gaps have different weights; every gap counts the same here."))
    return replaced.replace("\\{", "{").replace("\\}", "}"), gaps, list(dict.fromkeys(notes))


def _gap(code: str, body: str, notes: list[str]) -> Fields:
    kind = next((kind for kind, codes in KINDS.items() if code in codes), None)
    if kind is None:
        raise Faulty("", _("Embedded answers of the kind “%(code)s” cannot be read.") % {"code": code[:30]})
    rows = [_row(piece) for piece in SIGN.split(body) if piece.strip()]
    if kind == "choice":
        return _choice(rows)
    if kind == "number":
        return _number(rows, notes)
    answers = [row for row in rows if row["text"] != "*"]
    wrong = next((row["feedback"] for row in rows if row["text"] == "*"), "")
    return {
        "kind": "text",
        "answers": [row | {"fraction": str(row["fraction"])} for row in answers],
        "feedback_wrong": wrong,
    }


def _row(piece: str) -> Fields:
    text, *feedback = re.split(r"(?<!\\)#", piece.strip(), maxsplit=1)
    share = Fraction(0)
    if text.startswith("="):
        text, share = text[1:], Fraction(1)
    elif weight := WEIGHT.match(text):
        text, share = text[weight.end() :], max(Fraction(0), min(Fraction(1), as_meant(Fraction(weight[1]) / 100)))
    return {"text": _plain(text), "fraction": share, "feedback": _plain(feedback[0]) if feedback else ""}


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).strip()


def _choice(rows: list[Fields]) -> Fields:
    options = [{"text": row["text"], "correct": row["fraction"] == 1, "feedback": row["feedback"]} for row in rows]
    return {"kind": "choice", "options": options}


def _number(rows: list[Fields], notes: list[str]) -> Fields:
    keys = [row for row in rows if row["fraction"] == 1 and row["text"] != "*"]
    if not keys:
        raise Faulty("", _("A gap for a number has no right answer."))
    if len(keys) > 1:
        notes.append(_("Only the first number of a gap counts here."))
    value, _colon, tolerance = str(keys[0]["text"]).partition(":")
    wrong = next((row["feedback"] for row in rows if row["text"] == "*"), "")
    return {
        "kind": "number",
        "value": value.strip(),
        "tolerance": tolerance.strip() or "0",
        "feedback": keys[0]["feedback"],
        "feedback_wrong": wrong,
    }


# Out ------------------------------------------------------------------------------------------------------------------


def written(gap: Spec) -> str:
    """Return a gap of ours as an embedded answer."""
    if gap["kind"] == "choice":
        rows = [(Fraction(bool(row["correct"])), row["text"], row["feedback"]) for row in gap["options"]]
        return f"{{1:MULTICHOICE:{_joined(rows)}}}"
    if gap["kind"] == "number":
        key = ":".join(middle(gap))
        return f"{{1:NUMERICAL:{_joined([(Fraction(1), key, gap['feedback']), *_wrong(gap)])}}}"
    rows = [(Fraction(str(row["fraction"])), row["text"], row["feedback"]) for row in gap["answers"]]
    return f"{{1:SHORTANSWER:{_joined([*rows, *_wrong(gap)])}}}"


def middle(key: Spec) -> tuple[str, str]:
    """Return value and tolerance of a number; those of a range are its middle and half of its width."""
    if key["value"] is not None:
        return key["value"], key["tolerance"]
    low, high = Decimal(key["low"]), Decimal(key["high"])
    return f"{(low + high) / 2:f}", f"{(high - low) / 2:f}"


def _wrong(gap: Spec) -> list[tuple[Fraction, str, str]]:
    return [(Fraction(0), "*", gap["feedback_wrong"])] if gap.get("feedback_wrong") else []


def _joined(rows: Iterable[tuple[Fraction, str, str]]) -> str:
    parts = []
    for share, text, feedback in rows:
        is_weighed = share or text.startswith(("=", "%"))  # which would act at the beginning
        sign = "=" if share == 1 else f"%{float(share * 100):.5f}".rstrip("0").rstrip(".") + "%" if is_weighed else ""
        parts.append(f"{sign}{text.translate(ACTS)}" + (f"#{feedback.translate(ACTS)}" if feedback else ""))
    return "~".join(parts)
