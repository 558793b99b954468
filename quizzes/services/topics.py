"""Topics, made by typing their name."""

from __future__ import annotations

from itertools import count

from django.utils.text import slugify

from quizzes.models import Topic


def named(name: str) -> Topic | None:
    """Return the topic of this name, whatever its capitals, made where there is none; None for no name."""
    name = " ".join(name.split())
    if not name:
        return None
    # Letters beyond ASCII have no case in SQLite's comparison; topics are few.
    known = {topic.name.casefold(): topic for topic in Topic.objects.all()}
    return known.get(name.casefold()) or Topic.objects.get_or_create(name=name, defaults={"slug": _free_slug(name)})[0]


def _free_slug(name: str) -> str:
    """Return a slug made from the name, with a number where another topic has it; of plain letters whatever the script."""
    base = slugify(name)[:40] or "topic"
    taken = set(Topic.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    free = (slug for number in count(2) if (slug := f"{base}-{number}") not in taken)
    return base if base not in taken else next(free)
