"""Sources as a part of a file, and sources made of that part where the site has none of that name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from quizzes.models import Source, User

FIELDS = ("slug", "title", "kind", "reliability_note", "date_note", "url")


def parts_of(slugs: Iterable[str]) -> list[dict[str, str]]:
    """Return the sources with these slugs as they stand in a file (1 query)."""
    rows = Source.objects.filter(slug__in=set(slugs)).order_by("slug").values(*FIELDS)
    return [{name: str(value) for name, value in row.items() if value} for row in rows]


def missing(parts: Sequence[Mapping[str, str]], owner: User) -> dict[str, Source]:
    """Return the sources of a file that nobody here has, by slug, not stored yet (1 query at most)."""
    slugs = [part["slug"] for part in parts]
    taken = set(Source.objects.filter(slug__in=slugs).values_list("slug", flat=True)) if slugs else set()
    return {part["slug"]: Source(owner=owner, **part) for part in parts if part["slug"] not in taken}


def make(parts: Sequence[Mapping[str, str]], wanted: Collection[str], owner: User) -> list[Source]:
    """Store those of them that are wanted, as the person's own."""
    return Source.objects.bulk_create(row for slug, row in missing(parts, owner).items() if slug in wanted)
