"""Every address of the site, out of the table of addresses, and values that fit it or do not."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.urls import URLResolver, get_resolver

PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
ODD = (
    "", "0", "-1", "1.5", "1e400", "NaN", "x", "on", "true", "None", "\u0661", "é\u0301", "🤷" * 50, "x" * 5_000, "9" * 5_000,
    str(2**31), str(2**63 - 1), str(2**63), "9" * 20, "\x00", "a\x00b", "\r\nSet-Cookie: a=b", "<script>alert(1)</script>",
    "' OR 1=1 --", "{{7*7}}", "%s%n", "../../etc/passwd", "//example.org", "[]", "{}", "[1]", "2026-02-30", "0001-01-01T00:00",
    "9999-12-31T23:59", "0001-01-01", "9999-12-31", "25:99", "\u202e", "1,2", "1__exact", "id", "pk", "__class__",
)  # fmt: skip
PARAMETERS = (
    "assignment", "page", "q", "questions", "quiz", "span", "type", "next", "e", "p", "o", "all", "_to_field", "_popup",
    "_changelist_filters", "app_label", "model_name", "field_name", "term", "status__exact", "quiz__id__exact",
    "assignment__classroom__id__exact", "classroom__id__exact", "started_at__gte", "started_at__lt", "topic__id__exact",
    "learner__password__startswith", "owner__isnull", "archived_at__isempty", "pk__in", "id", "closed_by", "nonsense",
)  # fmt: skip
MODELS = (
    "question",
    "quiz",
    "classroom",
    "membership",
    "assignment",
    "accommodation",
    "attempt",
    "user",
    "source",
    "topic",
    "studynote",
)


@dataclass(frozen=True)
class Route:
    """An address with places for its arguments: "attempts/{pk}/questions/{slot}/"."""

    template: str

    @property
    def is_workshop(self) -> bool:
        return self.template.startswith("admin/")

    def filled(self, known: dict[str, list[Any]], chance: random.Random) -> str:
        """The address with a value at each place, most of them known ones."""

        def value(match: re.Match[str]) -> str:
            fitting = known.get(match[1]) or self.keys(known)
            return quote(str(chance.choice(fitting if chance.random() < 0.85 else ODD)), safe="")

        return "/" + re.sub(r"\{(\w+)\}", value, self.template)

    def keys(self, known: dict[str, list[Any]]) -> list[Any]:
        """Keys of what the address is about, by the last noun in it: those of answers at marking/answers/."""
        nouns = [(self.template.rfind(noun), keys) for noun, keys in known.items() if noun in self.template]
        return max(nouns)[1] if nouns else known["pk"]


def routes() -> list[Route]:
    """Every address, those of the admin and of accounts too."""
    return sorted({Route(template) for template in _templates(get_resolver(), "")}, key=lambda route: route.template)


def _templates(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + PLACE.sub(lambda place: f"{{{place[1] or place[2]}}}", str(entry.pattern)).strip("^$")
        if isinstance(entry, URLResolver):
            yield from _templates(entry, path)
        else:
            yield path.replace("\\", "").replace("$", "").replace("^", "")


def query(chance: random.Random, known: dict[str, list[Any]]) -> str:
    """Some parameters with values that fit some of them, or nothing."""
    if chance.random() < 0.7:
        return ""
    names = chance.sample(PARAMETERS, chance.randint(1, 4))
    return "?" + urlencode([(name, value(chance, known)) for name in names])


def value(chance: random.Random, known: dict[str, list[Any]]) -> str:
    """A value for a field or parameter: odd ones, keys and names that are there."""
    likely = [*known["pk"], *known["slug"], *MODELS, "quizzes", "quiz", "1"]
    return str(chance.choice(likely) if chance.random() < 0.3 else chance.choice(ODD))
