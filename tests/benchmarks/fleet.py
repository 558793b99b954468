"""Three processes, PostgreSQL, Redis and nginx under 300 students, with each of them gone for a moment in the middle.

    python -m tests.benchmarks.fleet                                  300 students, attempts of about three minutes
    python -m tests.benchmarks.fleet --students 12 --seconds 20       what CI runs

Installs what is missing (apt, as root) and starts everything on 127.0.0.1, nginx with the sample of deploy/. Students of
classes of 30 log in, take a timed quiz of ten questions one page at a time, hand in and look at the board; one in ten does
not hand in. The board of each class is on a projector meanwhile. One process dies by kill -9, Redis and PostgreSQL are
restarted. In the end no acknowledged save may be lost, `check_invariants` must be silent, attempts that were left must be
closed once, at the deadline, and log-outs, counts of tries and boards must be the same by every process. Exit code 1
otherwise. Prints what it cost: CPU of each part for one log-in and one minute of one student.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.benchmarks import agreement, site, topology
from tests.benchmarks.client import QUESTIONS, lost, saves_of
from tests.benchmarks.students import Plan, Projector, Student, Tab
from tests.benchmarks.topology import Fleet, accidents, manage

CLASS = 30
PASSWORD = "correct horse 9"
SLACK = 15  # seconds for what goes away in the middle
GRACE_AND_SWEEP = 5 + 20 + 10  # seconds after a deadline until a sweep has closed and graded
Cpu = dict[str, float]


def school(plan: Plan, options: argparse.Namespace) -> list[Student]:
    """Classes, their instructors with a projector each, and their students, all with the same password."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415  after the database was chosen

    from quizzes.models import User  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    hashed, people = make_password(PASSWORD), list[Student]()
    limit = math.ceil(2 * plan.seconds / 60)
    quiz = factories.quiz(QUESTIONS, slug=plan.slug, time_limit=limit, layout="one", is_open_to_all=False)

    def person(name: str, **fields: Any) -> User:
        return User.objects.create(username=name, password=hashed, **fields)

    for first in range(0, options.students, CLASS):
        teacher = person(f"teacher-{first}", is_staff=True)
        pupils = [person(f"pupil-{number}") for number in range(first, min(first + CLASS, options.students))]
        room = factories.classroom(instructor=teacher, students=pupils)
        given = factories.assignment(room, quiz).pk

        def one(kind: type[Student], name: str, number: int, room: int = room.pk, given: int = given) -> Student:
            rng = random.Random(f"{options.seed}-{name}")
            place = {"name": name, "number": number, "classroom": room, "assignment": given}
            return kind(lambda: Tab(plan.origin), plan.slug, rng, plan=plan, **place)

        people += [one(Student, pupil.username, first + place) for place, pupil in enumerate(pupils)]
        people.append(one(Projector, teacher.username, first))
    return people


@contextmanager
def at_work(people: list[Student]) -> Iterator[None]:
    """Let all come, each in a thread; in the end wait until every student is done, then switch the projectors off."""
    stop = threading.Event()
    threads = [(person, threading.Thread(target=person.run, args=(stop,))) for person in people]
    for _person, thread in threads:
        thread.start()
    try:
        yield
        for person, thread in threads:
            if not isinstance(person, Projector):
                thread.join()
    finally:
        stop.set()
        for _person, thread in threads:
            thread.join()


def close_after(plan: Plan) -> None:
    """All classes close at one instant, some time after everyone should have handed in."""
    from django.db import connections  # noqa: PLC0415

    from quizzes.models import Assignment  # noqa: PLC0415

    closes_at = datetime.now(UTC) + timedelta(seconds=1.5 * plan.seconds + SLACK)
    Assignment.objects.filter(quiz__slug=plan.slug).update(closes_at=closes_at)
    connections.close_all()


def difference(before: Cpu, after: Cpu) -> Cpu:
    return {part: after[part] - before[part] for part in after}


def all_are_in(people: list[Student]) -> None:
    while not all(person.is_in or person.faults for person in people):
        time.sleep(0.1)


def in_the_middle(fleet: Fleet, plan: Plan) -> list[str]:
    """Let one part after the other go away while people answer; return what, and for how long."""
    told, pause = [], plan.seconds / 4
    for name, strike in accidents(fleet):
        time.sleep(pause)
        began = time.monotonic()
        strike()
        told.append(f"{name} ({time.monotonic() - began:.1f} s)")
    return told


def run(fleet: Fleet, options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Return the figures, and what was wrong."""
    from django.db import connections  # noqa: PLC0415

    plan = Plan(fleet.origin, f"fleet-{time.time_ns():x}", PASSWORD, options.seconds)
    people = school(plan, options)
    connections.close_all()  # the database server goes away
    before = fleet.cpu()
    with at_work(people):
        all_are_in(people)
        entered = fleet.cpu()
        close_after(plan)
        plan.begin.set()
        told = in_the_middle(fleet, plan)
    done = fleet.cpu()
    wait_for_the_sweep(plan)
    faults = wrong_in_the_database(people, plan) + disagreements(fleet, people)
    faults += [fault for person in people for fault in person.faults]
    figures = {"accidents": told} | figures_of(people, difference(before, entered), difference(entered, done))
    return figures, faults


def wait_for_the_sweep(plan: Plan) -> None:
    """Until those who did not hand in are closed; `wrong_in_the_database` says if they are not."""
    from quizzes.models import Attempt  # noqa: PLC0415

    last = Attempt.objects.filter(quiz__slug=plan.slug).order_by("-due_at").values_list("due_at", flat=True).first()
    end = (last.timestamp() if last else time.time()) + GRACE_AND_SWEEP
    while time.time() < end and Attempt.objects.filter(quiz__slug=plan.slug).exclude(status="graded").exists():
        time.sleep(0.5)


def wrong_in_the_database(people: list[Student], plan: Plan) -> list[str]:
    from django.db.models import Count, F, Q  # noqa: PLC0415

    from quizzes.models import Attempt  # noqa: PLC0415

    closed = Count("events", filter=Q(events__kind="closed"))
    graded = Count("events", filter=Q(events__kind="graded"))
    rows = Attempt.objects.filter(quiz__slug=plan.slug).annotate(closed=closed, graded=graded)
    left = rows.exclude(pk__in=[attempt for person in people for attempt in person.submitted])
    once = left.filter(status="graded", closed_by="deadline", submitted_at=F("due_at"), closed=1, graded=1)
    faults = [f"lost: {place}" for place in lost(list(people))]
    if once.count() != left.count() or rows.filter(graded=1).count() != rows.count():
        faults.append(f"{left.count()} attempts were left to the deadline, {once.count()} closed and graded once by it")
    checked = manage("check_invariants")
    return faults + ([f"invariants: {checked.stdout[-300:]}{checked.stderr[-300:]}"] if checked.returncode else [])


def disagreements(fleet: Fleet, people: list[Student]) -> list[str]:
    students = [person for person in people if not isinstance(person, Projector)]
    first, second, third = students[:3]
    boards = [f"/assignments/{first.assignment}/board/", f"/classrooms/{first.classroom}/board/"]
    return [
        *agreement.of_boards(fleet, agreement.logged_in(fleet, first.name, PASSWORD), boards),
        *agreement.of_log_outs(fleet, first.name, PASSWORD),
        *agreement.of_wrong_passwords(fleet, second.name),
        *agreement.of_codes(fleet, third.name, PASSWORD),
    ]


def figures_of(people: list[Student], entering: Cpu, taking: Cpu) -> dict[str, Any]:
    students = [person for person in people if not isinstance(person, Projector)]
    handed_in = [person for person in students if person.minutes]
    # Those who did not hand in answered for as long as the others.
    minutes = sum(person.minutes for person in handed_in) / max(1, len(handed_in)) * len(students)
    return {
        "students": len(students),
        "students_who_met_the_close": sum(person.is_late for person in students),
        "saves_acknowledged": saves_of(list(students)),
        "requests_repeated": sum(person.repeats for person in people),
        "longest_wait_of_a_save_s": round(max(person.longest for person in students), 1),
        "told_meanwhile": sorted(set().union(*(person.told for person in people))),
        "projector_looks": sum(person.looks for person in people if isinstance(person, Projector)),
        "minutes_of_an_attempt": round(minutes / len(students), 2),
        "saves_a_student_minute": round(saves_of(list(students)) / minutes, 1),
        "cpu_ms_of_a_log_in": {part: round(cpu / len(students) * 1000, 1) for part, cpu in entering.items()},
        "cpu_ms_of_a_student_minute": {part: round(cpu / minutes * 1000, 2) for part, cpu in taking.items()},
        "cpu_ms_of_an_attempt": {part: round(cpu / len(students) * 1000, 1) for part, cpu in taking.items()},
    }


def prepare() -> None:
    """An empty site, as `migrate` and `collectstatic` leave it."""
    for command in (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
        done = manage(*command)
        assert done.returncode == 0, done.stderr
    site.import_django()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=180, help="that an attempt takes, nearly")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick-passwords", action="store_true", help="that cost nothing to try, on a busy machine")
    options = parser.parse_args()
    if options.quick_passwords:
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.quick_passwords"
    if reason := topology.missing():
        print(reason, "(installing)", file=sys.stderr)
        topology.install()
    site.choose_database("postgresql")
    assert site.cluster
    try:
        prepare()
        fleet = Fleet(site.FOLDER, site.cluster)
        with fleet.running():
            figures, faults = run(fleet, options)
    finally:
        site.cluster.stop()
    print(json.dumps(figures | {"wrong": len(faults)}, indent=2))
    print(*faults[:20], sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
