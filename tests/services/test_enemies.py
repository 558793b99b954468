"""Enemies of the bank as the fixtures name them."""

from __future__ import annotations

import json
from pathlib import Path

from quizzes.models import Question, User
from quizzes.services import enemies
from tests import factories


def write(folder: Path, *pairs: tuple[Question, Question]) -> None:
    rows = [[str(one.uuid), str(other.uuid), "the stem names the answer"] for one, other in pairs]
    (folder / "enemies_some.json").write_text(json.dumps(rows), "utf-8")


def test_pairs_are_brought_in_once_and_count_both_ways(db: None, tmp_path: Path) -> None:
    one, other = factories.question(), factories.question()
    write(tmp_path, (one, other))
    assert (enemies.load(tmp_path), enemies.load(tmp_path)) == (1, 0)
    assert list(one.enemies.all()) == [other]
    assert list(other.enemies.all()) == [one]


def test_questions_of_instructors_and_those_that_are_not_there_are_left_alone(instructor: User, tmp_path: Path) -> None:
    mine, site, gone = factories.question(owner=instructor), factories.question(), factories.question()
    write(tmp_path, (mine, site), (site, gone))
    gone.delete()
    assert enemies.load(tmp_path) == 0
    assert not site.enemies.exists()
