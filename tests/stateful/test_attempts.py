"""The state machine of `machine.py`: short here, 2,000 examples of 50 steps with `--hypothesis-profile=ci` (or CI set)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from quizzes.models import Attempt, papers, version_cache
from quizzes.reports import invariants
from quizzes.services.attempts import answers
from tests.databases import real_database
from tests.stateful.machine import START, AttemptMachine

OF_ATTEMPT = papers.of_attempt
SHARDS = 4  # so that several processes share the work
QUICK = {"sqlite": 8, "postgresql": 3}  # examples for each shard
CI = {"sqlite": 500, "postgresql": 50}
STEPS = 50


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[str]:
    with real_database(request.param, django_db_blocker, waits_for_disk=False):
        version_cache.clear()
        yield request.param


def run(examples: int) -> None:
    size = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        database=None,
        phases=(
            Phase.explicit,
            Phase.generate,
        ),  # a failing example is printed as it was found: shrinking takes minutes
    )
    run_state_machine_as_test(AttemptMachine, settings=size)


@pytest.mark.timeout(2400)
@pytest.mark.parametrize("shard", [pytest.param(0, marks=pytest.mark.smoke), *range(1, SHARDS)])
def test_the_engine_agrees_with_the_model(database: str, shard: int) -> None:
    sizes = CI if settings.get_current_profile_name() == "ci" else QUICK
    run(int(os.environ.get("EXAMPLES", sizes[database])))
    assert [str(violation) for violation in invariants.check(now=START)] == []  # in all that the examples left behind


GUARDS = {
    "the revision": ("revision < %(revision)s", "%(revision)s > 0"),
    "the status": ("status = 'in_progress'", "status <> ''"),
    "the learner": ("learner_id = %(learner)s", "%(learner)s > 0"),
}


def paper_for_anybody(attempt: int, learner: int) -> papers.Paper:
    return replace(OF_ATTEMPT(attempt, Attempt.objects.get(pk=attempt).learner_id), learner_id=learner)


@pytest.mark.parametrize("guard", ["the revision", "the status", "the learner"])
def test_control_the_machine_notices_a_missing_guard(
    django_db_blocker: Any, guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded = answers.GUARDED_UPDATES["sqlite"]
    statement = guarded.replace(*GUARDS[guard])
    assert statement != guarded
    monkeypatch.setitem(answers.GUARDED_UPDATES, "sqlite", statement)
    if guard == "the learner":
        monkeypatch.setattr(papers, "of_attempt", paper_for_anybody)
    with (
        real_database("sqlite", django_db_blocker, waits_for_disk=False),
        pytest.raises((AssertionError, BaseExceptionGroup)),
    ):
        run(200)
