"""Which of the nine colors and emblems a topic wears, and a member on the boards of their class; docs/look.md shows them."""

from __future__ import annotations

from zlib import crc32

from django.utils.translation import gettext_lazy as _

EMBLEMS = 9
NAMES = (
    _("Ring"),
    _("Round table"),
    _("Four signs"),
    _("Helmet"),
    _("Lifebuoy"),
    _("Coins"),
    _("Barrier"),
    _("Tree"),
    _("Lens"),
)
CHOICES = list(enumerate(NAMES, start=1))
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
    return picture_of(number_of(slug))


def picture_of(number: int) -> str:
    """Return the static file of emblem 1 to 9."""
    return f"quizzes/img/emblems/emblem-{number}.svg"


def drawn_for(number: int) -> int:
    """Return the emblem of a member who has chosen none, by their number: neighbors on a list look different."""
    return number % EMBLEMS + 1
