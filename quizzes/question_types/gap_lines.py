"""A gap of a cloze as lines of text, so that its row in the author's form needs one box.

    = Security Council # why it is right          the right option, or an accepted text or number
    = %50% Council # what it lacks                half of the points (text gaps); %1/3% is a third
    ~ Secretariat # what it really does           a wrong option, a foreseen wrong text, a near miss
    = 1948 ± 2        = 1948 ± 5%        = 10 .. 20        numbers: tolerance, relative tolerance, range
    ! feedback to anything else                   (text and number gaps)

The first line without a sign is the right answer; further ones are wrong options, near misses, or texts accepted as well.

`\\#`, `\\%` and `\\\\` are plain characters, `\\n` is a line break.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.json_types import JSONObject
from quizzes.question_types.authoring import RowForm, decimal_mark_field, lines, signed_field
from quizzes.question_types.number_match import one_reading

SHARE = re.compile(r"%([0-9./]{1,12})%\s*")
WORDS = re.compile(r"(?:\\.|[^\\#])*")
NUMBER = re.compile(
    r"(?P<low>\S+)\s*\.\.\s*(?P<high>\S+)|(?P<value>[^\s±]+)(?:\s*±\s*(?P<tolerance>[^\s%]+)\s*(?P<percent>%)?)?"
)
ESCAPES = {"\\": "\\\\", "#": "\\#", "%": "\\%", "\n": "\\n"}


def escaped(text: str) -> str:
    return "".join(ESCAPES.get(char, char) for char in text)


def plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


def line(mark: str, words: str, feedback: str = "") -> str:
    """Return one line of words that are escaped already."""
    return f"{mark} {words} # {escaped(feedback)}" if feedback else f"{mark} {words}"


def named_share(share: Fraction) -> str:
    """Return the share in front of an accepted text, where it is not the whole."""
    percent = share * 100
    return "" if share in (0, 1) else f"%{percent if percent.denominator == 1 else share}% "


def to_lines(gap: JSONObject) -> str:
    """Return a gap of a stored spec as lines."""
    return "\n".join({"choice": _choice_lines, "text": _text_lines, "number": _number_lines}[gap["kind"]](gap))


def _choice_lines(gap: JSONObject) -> Iterator[str]:
    for option in gap["options"]:
        yield line("=" if option.get("correct") else "~", escaped(option["text"]), option.get("feedback", ""))


def _text_lines(gap: JSONObject) -> Iterator[str]:
    for answer in gap["answers"]:
        share = Fraction(str(answer.get("fraction", 1)))
        words = named_share(share) + escaped(answer["text"])
        yield line("=" if share else "~", words, answer.get("feedback", ""))
    yield from _other(gap)


def _number_lines(gap: JSONObject) -> Iterator[str]:
    yield line("=", _number(gap), gap.get("feedback", ""))
    for miss in gap.get("near_misses", ()):
        yield line("~", str(miss["value"]), miss.get("feedback", ""))
    yield from _other(gap)


def _number(gap: Mapping[str, object]) -> str:
    if gap.get("value") is None:
        return f"{gap['low']} .. {gap['high']}"
    tolerance = str(gap.get("tolerance", "0"))
    if gap.get("tolerance_kind") == "relative":
        return f"{gap['value']} ± {_shifted(tolerance, 2)}%"
    return f"{gap['value']} ± {tolerance}"


def _shifted(figure: str, places: int) -> str:
    """Return a decimal figure times a power of ten, exactly."""
    value = Fraction(figure) * Fraction(10) ** places
    digits = 0
    while (value * 10**digits).denominator != 1 and digits < 40:
        digits += 1
    whole = f"{int(value * 10**digits):0{digits + 1}d}"
    return f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole


def _other(gap: JSONObject) -> Iterator[str]:
    if gap.get("feedback_wrong"):
        yield line("!", escaped(gap["feedback_wrong"]))


# And back --------------------------------------------------------------------------------------------------------------


def from_lines(kind: str, text: str) -> dict[str, Any]:
    """Return the gap that lines describe; raises ValueError with the number of the line that cannot be read."""
    gap: dict[str, Any] = {"kind": kind}
    rows = [(number, row.strip()) for number, row in enumerate(re.split(r"\r\n|\n|\r", text), start=1) if row.strip()]
    has_key = False
    for number, row in rows:
        mark, share, words, feedback = _taken_apart(row, number)
        mark = mark or ("~" if has_key and kind != "text" else "=")
        has_key = has_key or mark == "="
        if share and kind != "text":
            raise ValueError(_("line %(number)d: only a text can earn a share of its own") % {"number": number})
        if mark == "!":
            gap["feedback_wrong"] = plain(row[1:].strip())
        elif kind == "choice":
            option = {"text": plain(words), "correct": mark == "=", "feedback": feedback}
            gap.setdefault("options", []).append(option)
        elif kind == "text":
            fraction = _share(share) if mark == "=" else "0"
            gap.setdefault("answers", []).append({"text": plain(words), "fraction": fraction, "feedback": feedback})
        elif mark == "~":
            gap.setdefault("near_misses", []).append({"value": plain(words), "feedback": feedback})
        else:
            gap.update(_number_from(words, number), feedback=feedback)
    return gap


def _taken_apart(row: str, number: int) -> tuple[str, str, str, str]:
    """Mark (empty where there is none), share, words and feedback of one line."""
    mark = row[0] if row[0] in "=~!" else ""
    rest = row[len(mark) :].lstrip()
    share = SHARE.match(rest)
    rest = rest[share.end() :] if share else rest
    words = WORDS.match(rest)
    end = words.end() if words else 0
    if mark != "!" and rest[end:] and rest[end] != "#":
        raise ValueError(_("Line %(number)d ends with a single \\; write \\\\ for one.") % {"number": number})
    return mark, share[1] if share else "", rest[:end].rstrip(), plain(rest[end + 1 :].strip())


def _share(written: str | None) -> str:
    """Return the share of `%50%` or `%1/3%`, as a spec holds it."""
    if not written:
        return "1"
    if "/" in written:
        return written
    try:
        return str(Fraction(written) / 100)
    except ValueError:
        return written  # the schema says what is wrong with it


def _number_from(words: str, number: int) -> dict[str, str]:
    match = NUMBER.fullmatch(words.strip())
    if match is None:
        raise ValueError(_("line %(number)d is not a number such as 1948 ± 2 or 10 .. 20") % {"number": number})
    if match["low"]:
        return {"low": match["low"], "high": match["high"]}
    result = {"value": match["value"], "tolerance": match["tolerance"] or "0"}
    if match["percent"]:
        try:
            result["tolerance"] = _shifted(one_reading(result["tolerance"]), -2)
        except ValueError:
            raise ValueError(_("line %(number)d has a tolerance that is no number") % {"number": number}) from None
        result["tolerance_kind"] = "relative"
    return result


# The row ---------------------------------------------------------------------------------------------------------------


class GapRow(RowForm):
    holds = "answers"
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            ("choice", gettext_lazy("choose from a list")),
            ("text", gettext_lazy("write a text")),
            ("number", gettext_lazy("write a number")),
        ],
        initial="choice",
    )
    answers = lines(
        gettext_lazy("Answers, one a line"),
        rows=4,
        required=True,
        limit=20_000,
        help_text=gettext_lazy(
            "The right answer first, then wrong options or other accepted texts. “# …” after an answer is its feedback. "
            "Signs, where you want them: “=” right, “~” wrong, “!” feedback to anything else, “%50%” half of the "
            "points, “1948 ± 2” and “10 .. 20” for numbers."
        ),
    )
    accents_matter = forms.BooleanField(label=gettext_lazy("Accents matter"), required=False)
    signed = signed_field()
    decimal_mark = decimal_mark_field()

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        if "kind" in cleaned and "answers" in cleaned:
            try:
                cleaned["gap"] = from_lines(cleaned["kind"], cleaned["answers"])
            except ValueError as error:
                raise ValidationError({"answers": str(error)}) from error
        return cleaned

    def to_spec(self) -> dict[str, object]:
        gap: dict[str, object] = self.cleaned_data["gap"]
        names = {"text": ["accents_matter"], "number": ["signed", "decimal_mark"]}.get(str(gap["kind"]), [])
        return gap | {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}

    @classmethod
    def initial_from(cls, value: JSONObject) -> dict[str, object]:
        return {
            "kind": value["kind"],
            "answers": to_lines(value),
            "accents_matter": bool(value.get("accents_matter")),
            "signed": bool(value.get("signed")),
            "decimal_mark": value.get("decimal_mark", "either"),
        }
