"""Everybody's time is over in one instant: what the submits cost, and what a sweep costs those who go on."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.benchmarks import site
from tests.benchmarks.browser import Browser
from tests.benchmarks.swarm import Outcome, request, swarm
from tests.benchmarks.work import ANSWER, Facts, quiz_of_ten, saves_of


def measure_finish(facts: Facts, options: argparse.Namespace) -> None:
    """Everybody's time is over in one instant: first all browsers submit, then all are gone and the sweep closes them."""
    quiz, people = quiz_of_ten(), site.people(2 * options.starts)
    with_browser, gone = people[: options.starts], people[options.starts :]
    due_at = datetime.now(UTC) + timedelta(seconds=10 + options.starts / 25)  # until then all are made
    end_of_gone = due_at + timedelta(seconds=30)
    submits = [
        iter([request("POST", f"/attempts/{pk}/submit/", session, kind="application/x-www-form-urlencoded")])
        for pk, (_user, session) in zip(answered(quiz, with_browser, due_at), with_browser, strict=True)
    ]
    answered(quiz, gone, end_of_gone)
    server = site.Server().start()
    other_quiz = quiz_of_ten()  # of those who go on
    lines = [
        saves_of(Browser(server.port, session).start(other_quiz.slug), session)
        for _user, session in site.people(options.clients)
    ]
    sleep_until(due_at)
    before = server.cpu()
    found = swarm(server.port, submits)
    facts["finish_cpu_ms"] = (server.cpu() - before) / options.starts * 1000  # for each submit
    facts["finish_statuses"], facts["finish_seconds"] = found.statuses, found.seconds
    facts["finish_p99_ms"] = found.percentile(0.99)
    sleep_until(end_of_gone + timedelta(seconds=5))  # the transport grace
    meanwhile, facts["sweep_seconds"] = saves_during_the_sweep(server, lines, quiz)
    facts["sweep_done_seconds_after_the_end"] = (datetime.now(UTC) - end_of_gone).total_seconds()
    facts["sweep_saves"], facts["sweep_saves_statuses"] = len(meanwhile.times), meanwhile.statuses
    facts["sweep_saves_p50_ms"], facts["sweep_saves_p99_ms"] = meanwhile.percentile(0.5), meanwhile.percentile(0.99)
    facts["sweep_saves_longest_ms"] = max(meanwhile.times) * 1000
    server.stop()
    facts["finish_not_closed_and_graded_once_at_the_deadline"] = 2 * options.starts - ended_well(quiz)
    command = [sys.executable, "manage.py", "check_invariants"]
    checked = subprocess.run(command, cwd=site.ROOT, capture_output=True, text=True)
    facts["finish_invariants"] = checked.stdout.strip()[-300:]


def answered(quiz: Any, people: list[tuple[Any, str]], due_at: datetime) -> list[int]:
    """Attempts with ten answers each, all due at one instant."""
    from django.db import transaction  # noqa: PLC0415

    from quizzes.services import attempts  # noqa: PLC0415
    from tests import saving  # noqa: PLC0415

    made, began = [], due_at - timedelta(minutes=quiz.time_limit)
    with transaction.atomic():
        for user, _session in people:
            attempt = attempts.start(user, quiz, now=began)
            for slot in range(1, 11):
                at = began + timedelta(minutes=slot)
                saving.save(attempt.pk, user, slot=slot, fields=ANSWER, revision=1, now=at)
            made.append(attempt.pk)
    return made


def sleep_until(instant: datetime) -> None:
    left = (instant - datetime.now(UTC)).total_seconds()
    if left < 0:
        raise RuntimeError(f"this machine is too slow: {-left:.1f} s late")
    time.sleep(left)


def saves_during_the_sweep(server: site.Server, lines: list[Iterator[bytes]], quiz: Any) -> tuple[Outcome, float]:
    """Others save as fast as possible until the sweep has graded all; what they met while it worked, and for how long."""
    from quizzes.models import Attempt  # noqa: PLC0415

    during, slices = Outcome(), 600
    left = everyone = Attempt.objects.filter(quiz=quiz).exclude(status="graded").count()
    while left and slices:
        found, before = swarm(server.port, lines, seconds=0.25), left
        left, slices = Attempt.objects.filter(quiz=quiz).exclude(status="graded").count(), slices - 1
        if left < before:
            during.times += found.times
            during.seconds += found.seconds
            for status, times in found.statuses.items():
                during.statuses[status] = during.statuses.get(status, 0) + times
    assert everyone, "somebody must be left to the sweep"
    assert not left, f"{left} of {everyone} were not closed"
    return during, during.seconds


def ended_well(quiz: Any) -> int:
    """Attempts that were closed at the deadline and graded, with one event for each."""
    from django.db.models import Count, F, Q  # noqa: PLC0415

    from quizzes.models import Attempt  # noqa: PLC0415

    once = {f"{kind}_times": Count("events", filter=Q(events__kind=kind)) for kind in ("closed", "graded", "submitted")}
    ended = Attempt.objects.filter(quiz=quiz, status="graded", closed_by="deadline", submitted_at=F("due_at"))
    return ended.annotate(**once).filter(closed_times=1, graded_times=1, submitted_times=0).count()
