"""Question versions that the process keeps: what was published never changes, so it is read once and not for each attempt.

Only for what a version says, and the type of its question. What can still be changed about a question (topic, difficulty,
Bloom level, whether it is archived) is as old as the first look; ask the database for that.
"""

from __future__ import annotations

from collections.abc import Collection

from quizzes.models.bank import QuestionVersion

VERSIONS_KEPT = 2000
_versions: dict[int, QuestionVersion] = {}


def versions(wanted: Collection[int]) -> dict[int, QuestionVersion]:
    """The versions by their numbers, from memory where they are there (else 1 query); drafts are never kept."""
    found = {pk: version for pk in wanted if (version := _versions.get(pk)) is not None}
    missing = [pk for pk in wanted if pk not in found]
    if missing:
        fetched = QuestionVersion.objects.select_related("question").in_bulk(missing)
        if len(_versions) + len(fetched) > VERSIONS_KEPT:
            _versions.clear()
        _versions.update({pk: version for pk, version in fetched.items() if not version.is_draft})
        found |= fetched
    return found


def forget() -> None:
    """Empty the memory; for tests, whose versions get the same numbers again."""
    _versions.clear()
