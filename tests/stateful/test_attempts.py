"""The state machine of `machine.py`: short here, 2,000 examples of 50 steps with `--hypothesis-profile=ci` (or CI set)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.shortcuts import get_object_or_404
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from quizzes.models import Attempt
from quizzes.reports import invariants
from quizzes.services import saving
from tests.databases import real_database
from tests.stateful.machine import START, AttemptMachine

SHARDS = 4  # so that several processes share the work
QUICK = {"sqlite": 15, "postgresql": 4}  # examples for each shard
CI = {"sqlite": 500, "postgresql": 50}
STEPS = 50


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[str]:
    with real_database(request.param, django_db_blocker, waits_for_disk=False):
        saving.forget_layouts()
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
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_engine_agrees_with_the_model(database: str, shard: int) -> None:
    sizes = CI if settings.get_current_profile_name() == "ci" else QUICK
    run(int(os.environ.get("EXAMPLES", sizes[database])))
    assert [str(violation) for violation in invariants.check(now=START)] == []  # in all that the examples left behind


GUARDS = {
    "the revision": ("revision < %(revision)s", "%(revision)s > 0"),
    "the status": ("status = 'in_progress'", "status <> ''"),
    "the learner": ("learner_id = %(learner)s", "%(learner)s > 0"),
}


def layout_for_anybody(attempt: int, _learner: int) -> saving.Asked:
    return saving._kept_layout(attempt, get_object_or_404(Attempt, pk=attempt).learner_id)


@pytest.mark.parametrize("guard", GUARDS)
def test_control_the_machine_notices_a_missing_guard(
    django_db_blocker: Any, guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded = saving.GUARDED_UPDATES["sqlite"]
    statement = guarded.replace(*GUARDS[guard])
    assert statement != guarded
    monkeypatch.setitem(saving.GUARDED_UPDATES, "sqlite", statement)
    if guard == "the learner":
        monkeypatch.setattr(saving, "layout_of", layout_for_anybody)
    with (
        real_database("sqlite", django_db_blocker, waits_for_disk=False),
        pytest.raises((AssertionError, BaseExceptionGroup)),
    ):
        run(200)
