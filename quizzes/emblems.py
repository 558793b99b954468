"""Which of the nine colors and emblems a topic wears; docs/look.md shows them."""

from __future__ import annotations

from zlib import crc32

EMBLEMS = 9
_WORN_BY = {
    1: ("collective-security",),
    2: ("un-organs",),
    3: ("concepts", "diplomacy"),
    4: ("mission-structure", "department"),
    5: ("regional-nato", "agencies-ngos"),
    6: ("funding-member-states", "seoul"),
    7: ("challenges", "political-will"),
    8: ("origins", "case-studies", "stabilisation-reconciliation"),
    9: ("future-evaluation",),
}
_OF_TOPIC = {slug: number for number, slugs in _WORN_BY.items() for slug in slugs}


def number_of(slug: str) -> int:
    """Return 1 to 9 for the topic `slug`: the same one each time, also for a topic that is not of the shipped bank."""
    return _OF_TOPIC.get(slug) or crc32(slug.encode()) % EMBLEMS + 1


def color_class(slug: str) -> str:
    """Return the class that gives an element the color of the topic `slug`."""
    return f"unit-{number_of(slug)}"


def picture(slug: str) -> str:
    """Return the static file of the topic's emblem."""
    return f"quizzes/img/emblems/emblem-{number_of(slug)}.svg"
