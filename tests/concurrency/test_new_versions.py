"""A question gets new content while people answer the old one (F44): each answer counts by what its learner was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from quizzes.models import Question, version_cache
from quizzes.reports import invariants
from quizzes.services import attempts, bank, exchange
from tests import factories, saving
from tests.concurrency.racing import ROUNDS, errors_in, track
from tests.factories import RIGHT
from tests.lint.samples import SINGLE

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEYS = (0, 1)  # the option that is right by the old content, and by the new
Renewal = Callable[[Question, dict[str, Any]], Callable[[], Any]]


@pytest.fixture(autouse=True)
def nobody_remembers() -> None:
    """Numbers of rows come again after a database was emptied."""
    version_cache.clear()


def content(key: int) -> dict[str, Any]:
    """The same question with another option marked as right."""
    options = [{**option, "correct": place == key} for place, option in enumerate(SINGLE["options"])]
    return SINGLE | {"options": options}


def by_import(question: Question, spec: dict[str, Any]) -> Callable[[], Any]:
    draft = exchange.draft_of(question)
    assert draft is not None
    changed = replace(draft, spec=exchange.as_stored("single_choice", spec))
    report = exchange.plan_import([changed], actor=None, publish=True)
    assert len(report.changed) == 1, report.refused
    return lambda: exchange.apply_import(report, actor=None, now=NOW)


def by_hand(question: Question, spec: dict[str, Any]) -> Callable[[], Any]:
    boss = factories.user(is_staff=True, is_superuser=True)
    draft = bank.save_draft(question, spec, actor=boss, now=NOW, expected_revision=question.ready_version.revision)
    return lambda: bank.publish(draft, actor=boss, now=NOW)


@pytest.mark.parametrize("renewal", [by_import, by_hand])
def test_new_content_meanwhile_changes_nothing_for_who_was_asked_the_old(database: str, renewal: Renewal) -> None:
    for _round in range(max(5, ROUNDS // 6)):
        question = factories.question(content(KEYS[0]))
        question.places.create(source=factories.source(), paragraph=1)
        quiz = factories.quiz([question, factories.question()])
        old = question.ready_version
        row, beginner = attempts.start(factories.user(), quiz, now=NOW), factories.user()
        renew = renewal(question, content(KEYS[1]))
        with track(3) as race:
            saved, _renewed, begun = results = race(
                lambda row=row: saving.save(row.pk, row.learner, slot=1, fields=RIGHT, revision=1, now=NOW),
                renew,
                lambda quiz=quiz, beginner=beginner: attempts.start(beginner, quiz, now=NOW),
            )
        assert errors_in(results) == []
        assert (saved.revision, row.answers.get(slot=1).version_id) == (1, old.pk)
        assert attempts.submit(row, now=NOW).marks == Decimal(1)

        new = question.versions.get(status="ready")  # whoever began meanwhile was asked one of them, and wholly
        asked = begun.answers.get(slot=1).version_id
        assert (new.number, asked in (old.pk, new.pk)) == (2, True)
        saving.save(begun.pk, beginner, slot=1, fields=RIGHT, revision=1, now=NOW)
        assert attempts.submit(begun, now=NOW).marks == Decimal(asked == old.pk)

        later = factories.attempt(factories.user(), quiz, now=NOW, right=1, submit=True)
        assert later.marks == 0, "the new content has another key, or this test shows nothing"
    assert list(invariants.check(now=NOW)) == []
