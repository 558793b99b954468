"""Enemies: questions of the site's bank that give each other away, as the fixtures name them."""

from __future__ import annotations

import json
from pathlib import Path

from quizzes.models import Question


def load(folder: Path) -> int:
    """Bring in the pairs of `enemies_*.json` whose questions are there; return how many are new. None is taken out."""
    pairs = [row[:2] for path in sorted(folder.glob("enemies_*.json")) for row in json.loads(path.read_text("utf-8"))]
    keys = {key for pair in pairs for key in pair}
    site = Question.objects.filter(owner=None, uuid__in=keys).order_by()
    numbers = {str(key): pk for key, pk in site.values_list("uuid", "pk")}
    through = Question.enemies.through
    known = set(through.objects.order_by().values_list("from_question", "to_question"))
    wanted = {tuple(numbers[key] for key in pair) for pair in pairs if all(key in numbers for key in pair)}
    both = {way for one, other in wanted for way in ((one, other), (other, one))} - known
    through.objects.bulk_create(through(from_question_id=one, to_question_id=other) for one, other in sorted(both))
    return len(both) // 2
