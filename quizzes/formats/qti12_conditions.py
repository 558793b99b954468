"""How an item of QTI 1.2 marks: its respconditions, as which answer earns what and brings which feedback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from quizzes.formats.xml_reader import Element, words_in

FIGURE = re.compile(r"[-+]?(\d{1,20}\.?\d{0,12}|\.\d{1,12})")
TESTS = ("varequal", "vargte", "vargt", "varlte", "varlt", "varsubstring")


@dataclass(frozen=True)
class Test:
    """One test of a condition: varequal 4 of the response "response1"."""

    kind: str
    response: str
    value: str
    attributes: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Condition:
    """What must hold, without what must not; the points it gives; the names of the feedback it shows."""

    tests: tuple[Test, ...]
    points: Fraction | None
    feedback: tuple[str, ...]


class Marking:
    """All conditions of an item: `earned` and `said` by response and answer."""

    def __init__(self, item: Element) -> None:
        self.conditions = list(conditions(item))
        self._earned: dict[str, dict[str, Fraction]] = {}
        self._said: dict[tuple[str, str], list[str]] = {}
        for condition in self.conditions:
            exact = [test for test in condition.tests if test.kind == "varequal"]
            for test in exact if condition.points else ():
                points = self._earned.setdefault(test.response, {})
                points[test.value] = max(points.get(test.value, Fraction(0)), condition.points or Fraction(0))
            if len(condition.tests) == len(exact) == 1:
                self._said.setdefault((exact[0].response, exact[0].value), []).extend(condition.feedback)

    @property
    def scored(self) -> list[Condition]:
        return [condition for condition in self.conditions if condition.points and condition.tests]

    def earned(self, response: str) -> dict[str, Fraction]:
        """Return the points of the answers to one response; the highest of each."""
        return self._earned.get(response, {})

    def said(self, response: str, value: str) -> list[str]:
        """Return the names of the feedback to one answer alone."""
        return self._said.get((response, value), [])


def conditions(item: Element) -> Iterator[Condition]:
    """Yield the conditions of an item in order."""
    for element in item.iter("respcondition"):
        holder = element.find("conditionvar")
        tests = tuple(_tests(holder)) if holder is not None else ()
        yield Condition(
            tests,
            _points(element),
            tuple(one.get("linkrefid", "") for one in element.iterfind("displayfeedback")),
        )


def _tests(holder: Element) -> Iterator[Test]:
    """Yield the tests in a condition, those below <not> left out."""
    for element in holder.iter(*TESTS):
        if any(above.tag == "not" for above in element.iterancestors()):
            continue
        value = words_in(element)
        yield Test(
            str(element.tag),
            element.get("respident", ""),
            value,
            {str(name): str(given) for name, given in element.attrib.items()},
        )


def _points(element: Element) -> Fraction | None:
    """Return what a condition gives in all, None where it gives nothing or takes away."""
    found = [_figure(one) for one in element.iterfind("setvar") if one.get("varname", "SCORE").upper() != "FEEDBACK"]
    total = sum((points for points in found if points is not None), Fraction(0))
    return total if total > 0 else None


def _figure(element: Element) -> Fraction | None:
    text = words_in(element)
    if not FIGURE.fullmatch(text):
        return None
    return -Fraction(text) if element.get("action", "").lower() == "subtract" else Fraction(text)
