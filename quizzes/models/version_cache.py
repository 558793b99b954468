"""Question versions that the process keeps: what was published never changes, so it is read and validated once.

Only what a version says, and the type of its question. What can still be changed about a question (topic, difficulty,
Bloom level, whether it is archived) is as old as the first look; ask the database for that.
"""

from __future__ import annotations

from collections.abc import Collection

from quizzes.models.bank import QuestionVersion

MAX_VERSIONS = 2000
_versions: dict[int, QuestionVersion] = {}


def get_many(pks: Collection[int]) -> dict[int, QuestionVersion]:
    """Return the versions by their keys, from memory where they are there (else 1 query); drafts are never kept."""
    versions = {pk: version for pk in pks if (version := _versions.get(pk)) is not None}
    missing = [pk for pk in pks if pk not in versions]
    if missing:
        fetched = QuestionVersion.objects.select_related("question").in_bulk(missing)
        if len(_versions) + len(fetched) > MAX_VERSIONS:
            _versions.clear()
        _versions.update({pk: version for pk, version in fetched.items() if not version.is_draft})
        versions |= fetched
    return versions


def clear() -> None:
    """Empty the memory; for tests, whose versions get the same keys again."""
    _versions.clear()
