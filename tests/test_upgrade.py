"""A school that ran an earlier version installs this one: nothing is lost, and everyone goes on where they were.

What stands in the dumps, and how they were made, is told in `tests/fixtures/README.md`. Students there are named after
the state their attempt is in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import resolve

from quizzes import marking
from quizzes.models import (
    Accommodation,
    Answer,
    Attempt,
    AttemptEvent,
    Notice,
    Question,
    QuestionVersion,
    Quiz,
    QuizItem,
    Source,
    User,
    papers,
)
from quizzes.reports import invariants
from quizzes.services import assignments, attempts, exactness, people, shipped
from tests import databases, factories, upgrading
from tests.pages import CONFIRMED, browser, read
from tests.upgrading import Upgraded

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # when the dumps were made
ALIKE = 2  # pages of one kind that a reader opens
LEFT_OUT = re.compile(r"/(static|accounts/2fa|accounts/logout|admin/logout)")  # files, and what asks for a password
DATABASES = [
    pytest.param((version, vendor), id=f"{version} {vendor}", marks=[pytest.mark.postgres] * (vendor == "postgresql"))
    for version in upgrading.VERSIONS
    for vendor in ("sqlite", "postgresql")
]


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[Upgraded]:
    """The database of an earlier version, up to date."""
    with django_db_blocker.unblock(), upgrading.upgraded(*request.param) as found:
        yield found


@pytest.fixture
def school(database: Upgraded, django_db_blocker: Any) -> Iterator[Upgraded]:
    """The same in use, at the instant of the dump; what a test does to it is taken back."""
    with (
        django_db_blocker.unblock(),
        databases.standing_in(database.settings),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        yield database
        transaction.set_rollback(True)


def of(name: str) -> Attempt:
    """The newest attempt of a student."""
    return Attempt.objects.filter(learner__username=name).order_by("-pk")[0]


def save(client: Client, attempt: Attempt, slot: int, *, revision: int, choice: str = "0") -> Any:
    body = {"slot": slot, "revision": revision, "answer": {"choice": [choice]}}
    return client.post(f"/attempts/{attempt.pk}/save/", body, content_type="application/json")


# What was there -------------------------------------------------------------------------------------------------------


def test_the_school_has_attempts_in_every_state_and_events_of_every_kind(school: Upgraded) -> None:
    states = set(Attempt.objects.values_list("status", "is_counted").distinct())
    practice = {("in_progress", False), ("graded", False)}
    assert states == {(status, True) for status in Attempt.Status.values} | practice
    first = {"started", "resumed", "saved", "flagged", "checked", "submitted", "closed", "extended", "reopened"}
    first |= {"graded", "regraded", "marked", "overridden"}  # the kinds that version 0.1.0 knew
    assert set(AttemptEvent.objects.values_list("kind", flat=True)) >= first
    assert Question.objects.order_by().values("type").distinct().count() >= 9
    assert Attempt.objects.overdue_at(NOW).count() == 1


def test_no_row_is_lost(school: Upgraded) -> None:
    now = upgrading.counts()
    assert school.counts["quizzes_answer"] > 100
    for table, count in school.counts.items():
        if table in upgrading.BOOKKEEPING:
            assert now[table] >= count
        else:
            assert (table, now[table]) == (table, count)


def test_published_quizzes_have_their_computed_limit_and_rules_go_on_filling_up(school: Upgraded) -> None:
    computed = Quiz.objects.filter(time_rule="computed")
    limits = {quiz.slug: quiz.computed_limit for quiz in computed.filter(status="published")}
    assert limits
    assert all(limits.values())
    assert not QuizItem.objects.filter(fills_up=False).exists()


def test_every_answer_and_every_mark_is_what_it_was(school: Upgraded) -> None:
    assert upgrading.results() == school.results


def test_every_mark_is_kept_exactly_and_rounds_to_what_it_was(school: Upgraded) -> None:
    for answer in Answer.objects.exclude(marks=None):
        assert answer.exact_fraction is not None
        assert answer.exact_marks is not None
        assert marking.rounded(answer.exact_fraction, marking.STORED_FRACTION) == answer.fraction
        assert marking.rounded(answer.exact_marks) == answer.marks
    for attempt in Attempt.objects.exclude(marks=None):
        assert attempt.exact_marks is not None
        assert marking.rounded(attempt.exact_marks) == attempt.marks
    assert Answer.objects.exclude(override=None).filter(exact_override=None).count() == 0


def test_exactness_changes_nothing_that_is_shown(school: Upgraded) -> None:
    """The marks of the dump add up to the same."""
    assert [found for found in exactness.corrections() if found.is_shown] == []


def test_the_tables_are_those_of_a_new_database(school: Upgraded) -> None:
    after = upgrading.schema()
    with databases.standing_in(databases.configured(connection.vendor)):
        assert upgrading.schema() == after


def test_no_migration_is_missing(school: Upgraded) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    call_command("migrate", check=True, verbosity=0)


def test_what_must_always_hold_holds_as_before(school: Upgraded) -> None:
    assert [str(violation) for violation in invariants.check(now=NOW)] == []


def test_the_next_sweep_closes_what_is_overdue_and_grades_what_was_left(school: Upgraded) -> None:
    attempts.close_overdue(now=NOW)
    overdue, stranded = of("overdue"), of("stranded")
    assert (overdue.status, overdue.closed_by, overdue.submitted_at) == ("graded", "deadline", overdue.due_at)
    assert (stranded.status, stranded.marks) == ("graded", 1)
    attempts.close_overdue(now=NOW + timedelta(hours=4))
    assert [str(violation) for violation in invariants.check(now=NOW + timedelta(hours=4))] == []


# Owners ---------------------------------------------------------------------------------------------------------------


def test_what_was_published_can_be_copied_and_the_sites_is_used(school: Upgraded) -> None:
    published = set(QuestionVersion.objects.exclude(status="draft").values_list("question", flat=True))
    for question in Question.objects.all():
        expected = "copy" if question.pk in published else "private"
        assert question.visibility == ("use" if question.owner is None else expected), question.pk
    assert Question.objects.filter(visibility="private").exists()
    quizzes = {quiz.slug: quiz.visibility for quiz in Quiz.objects.filter(owner__isnull=False)}
    assert (quizzes["exam"], quizzes["not-published"]) == ("copy", "private")
    assert set(Source.objects.values_list("owner", "visibility")) == {(None, "use")}


def test_questions_of_colleagues_stay_in_quizzes_as_they_are(school: Upgraded) -> None:
    foreign = QuizItem.objects.filter(question__in=upgrading.FOREIGN)
    assert foreign.count() == 5
    for item in foreign.select_related("question", "pinned_version"):
        assert item.pinned_version == item.question.ready_version  # type: ignore[union-attr]
    others = QuizItem.objects.filter(question__isnull=False).exclude(question__in=upgrading.FOREIGN)
    assert set(others.values_list("quiz__slug", "pinned_version")) >= {("all-types", None), ("short", None)}
    assert others.exclude(quiz__slug="not-published").filter(pinned_version__isnull=False).count() == 0


def test_the_owner_of_a_quiz_hears_that_its_rules_draw_less(school: Upgraded) -> None:
    [notice] = Notice.objects.all()
    assert (notice.recipient.username, notice.quiz.slug) == ("ada", "drawn")  # type: ignore[union-attr]
    assert "2 questions that it could draw before are left out." in notice.sentence
    assert "2 questions that it could draw before" in read(browser(notice.recipient).get("/"))


# The triggers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "graded"},
        {"at": NOW},
        {"slot": 7},
        {"revision": 99},
        {"late_by_ms": 1},
        {"details": {"reason": "another"}},
        {"attempt": F("attempt_id") + 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_event_is_never_changed(school: Upgraded, change: dict[str, Any]) -> None:
    event = AttemptEvent.objects.filter(kind="saved").order_by("-pk")[:1]
    with pytest.raises(Error, match="events are never changed"), transaction.atomic():
        AttemptEvent.objects.filter(pk__in=event.values("pk")).update(**change)


def test_a_reason_is_taken_out_of_the_log_when_its_learner_is_forgotten(school: Upgraded) -> None:
    event = AttemptEvent.objects.get(kind="extended")
    assert event.details["reason"] == "The network was down."
    people.anonymise(event.attempt.learner, by=User.objects.get(username="office"), now=NOW)
    event.refresh_from_db()
    assert event.details == {"from": "2026-03-02T10:05:00Z", "to": "2026-03-02T12:00:00Z"}


def test_a_save_is_logged_by_the_database_itself(school: Upgraded) -> None:
    answer = Answer.objects.get(attempt=of("extended"), slot=2)
    Answer.objects.filter(pk=answer.pk).update(revision=5, saved_at=NOW, saved_from="phone")
    event = AttemptEvent.objects.get(attempt=answer.attempt_id, slot=2, kind="saved")
    assert (event.revision, event.at, event.device, event.late_by_ms) == (5, NOW, "phone", 0)


def test_exact_fractions_come_without_a_new_table_of_answers(django_db_blocker: Any) -> None:
    """A table that is built again loses its triggers; on SQLite Django does so for many changes."""
    out = StringIO()
    with django_db_blocker.unblock(), databases.standing_in(databases.configured("sqlite")):
        call_command("sqlmigrate", "quizzes", "0009", stdout=out)
    assert out.getvalue().count(" ADD COLUMN ") == 4
    assert "CREATE TABLE" not in out.getvalue()


# The shipped bank -----------------------------------------------------------------------------------------------------


ADAS_OWN = "quizzes practice: it belongs to Ada Marsh."  # the bank has one of the same slug


def load_bank() -> str:
    out = StringIO()
    call_command("load_bank", stdout=out)
    return out.getvalue()


def test_the_bank_comes_in_and_leaves_what_was_there_as_it_was(school: Upgraded) -> None:
    versions, schema = list(Answer.objects.values_list("pk", "version")), upgrading.schema()
    questions = set(Question.objects.values_list("pk", "is_archived"))
    assert "questions new: 320" in load_bank()
    assert list(Answer.objects.order_by("pk").values_list("pk", "version")) == sorted(versions)
    assert set(Question.objects.values_list("pk", "is_archived")) >= questions
    assert upgrading.results() == school.results
    assert upgrading.schema() == schema
    assert [str(violation) for violation in invariants.check(now=NOW)] == []
    assert load_bank() == f"The bank is that of this edition, but for:\n  left: {ADAS_OWN}\n"


def test_the_next_edition_comes_to_a_school_at_work(school: Upgraded) -> None:
    """A question that changed, one that was edited here, one that ada's quiz asks, and a quiz that a class still has."""
    load_bank()
    first, quiz = shipped.read(), Quiz.objects.get(slug="d1-questions-and-answers")
    asked = attempts.start(factories.user("newcomer"), quiz, now=NOW)
    keys = [str(question.uuid) for question in Question.objects.filter(tags__slug="d1").order_by("pk")[:4]]
    changed, edited, ours, retired = (Question.objects.get(uuid=key) for key in keys)
    factories.version(edited, edited.ready_version.spec | {"stem": "Edited here?"})  # type: ignore[union-attr]
    factories.quiz([ours], owner=User.objects.get(username="ada"))
    factories.assignment(factories.classroom(), quiz)
    before = list(asked.answers.order_by("slot").values_list("version"))
    done = shipped.load(next_edition(first, keys, quiz.slug), now=NOW)
    assert {left.key for left in done.left} == {keys[1], keys[2], quiz.slug, "practice"}
    assert list(changed.versions.order_by("number").values_list("status", flat=True)) == ["retired", "ready"]
    assert edited.ready_version.stem == "Edited here?"  # type: ignore[union-attr]
    archived = Question.objects.filter(is_archived=True, uuid__in=keys).values_list("pk", flat=True)
    assert list(archived) == [retired.pk]
    assert Quiz.objects.get(pk=quiz.pk).status == "published"
    assert list(asked.answers.order_by("slot").values_list("version")) == before
    assert [str(violation) for violation in invariants.check(now=NOW)] == []


def next_edition(first: shipped.Edition, keys: list[str], slug: str) -> shipped.Edition:
    """The first two questions in other words, without the other two and the quiz."""
    new = {}
    for key in keys[:2]:
        draft = first.questions[key]
        new[key] = replace(draft, spec=dict(draft.spec) | {"explanation": "In other words."})
    questions = {key: draft for key, draft in first.questions.items() if key not in keys[2:]} | new
    quizzes = {name: paper for name, paper in first.quizzes.items() if name != slug}
    retired, replaced = dict.fromkeys(keys[2:], "trivial"), {slug: "a unit"}
    return replace(first, questions=questions, quizzes=quizzes, retired=retired, replaced=replaced)


# Going on -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "slot"), [("answering", 1), ("extended", 2), ("excepted", 2), ("drawing", 1), ("reopened", 1)]
)
def test_an_attempt_in_progress_is_answered_and_submitted(school: Upgraded, name: str, slot: int) -> None:
    attempt, client = of(name), browser(of(name).learner)
    assert save(client, attempt, slot, revision=9).status_code == 200
    assert client.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED).status_code == 302
    attempt.refresh_from_db()
    assert attempt.status in {"graded", "awaiting_marking"}
    assert attempt.submitted_at == NOW
    assert [str(violation) for violation in invariants.check(now=NOW)] == []


def test_one_who_may_not_go_back_goes_on_where_they_were(school: Upgraded) -> None:
    attempt, client = of("sequential"), browser(of("sequential").learner)
    assert save(client, attempt, 1, revision=9).status_code == 400
    assert save(client, attempt, 2, revision=9).status_code == 200


def test_practice_goes_on(school: Upgraded) -> None:
    attempt = of("practicing")
    after_the_exam = NOW + timedelta(days=3)  # which asks the same questions
    assert attempts.check(papers.of_attempt(attempt.pk, attempt.learner_id), slot=3, now=after_the_exam).marks == 1
    checked = save(browser(attempt.learner), attempt, 1, revision=9)
    assert checked.status_code == 409  # it was checked before the upgrade


def test_an_older_answer_than_the_stored_one_is_still_refused(school: Upgraded) -> None:
    attempt = of("answering")
    refused = save(browser(attempt.learner), attempt, 1, revision=2, choice="2")
    assert (refused.status_code, refused.json()["error"]) == (409, "stale")


def test_a_learner_starts_the_next_attempt(school: Upgraded) -> None:
    before, client = of("graded"), browser(of("graded").learner)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):  # an exam before that asks the same questions
        began = client.post(f"/quizzes/{before.quiz.slug}/start/", {"assignment": str(before.assignment_id)})
    assert began.status_code == 302
    assert (of("graded").number, of("graded").status) == (before.number + 1, "in_progress")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("graded", "2 of 2 points"),
        ("slower", "1 of 2 points"),
        ("late", "2 of 2 points"),
        ("marked", "7.75 of 9 points"),
        ("regraded", "0.5 of 9 points"),
    ],
)
def test_a_result_says_what_it_said(school: Upgraded, name: str, words: str) -> None:
    attempt = of(name)
    assert words in read(browser(attempt.learner).get(f"/attempts/{attempt.pk}/result/"))


def test_an_exception_has_no_due_date_until_it_is_given_one(school: Upgraded) -> None:
    row = Accommodation.objects.select_related("assignment", "membership").get(membership__user__username="excepted")
    assert row.due_at is None
    later = NOW + timedelta(days=9)
    office = User.objects.get(username="office")
    fields = {"due_at": later, "closes_at": later, "reason": row.reason, "actor": office}
    assert assignments.grant(row.assignment, row.membership, now=NOW, **fields).due_at == later
    with pytest.raises(Error, match="exception_due_before_it_closes"), transaction.atomic():
        Accommodation.objects.filter(pk=row.pk).update(closes_at=NOW)


def test_what_was_regraded_belongs_to_the_version_it_was_graded_by(school: Upgraded) -> None:
    """Version 0.1.0 graded by the new key and went on showing the old one."""
    graded_by = of("regraded").events.get(kind="regraded", details__has_key="by").details["by"]
    moved = Answer.objects.filter(pk__in=graded_by).values_list("pk", "version")
    assert {str(answer): version for answer, version in moved} == graded_by != {}


# Pages ----------------------------------------------------------------------------------------------------------------


def pages_of(client: Client) -> dict[str, int]:
    """Pages that a reader comes to by following links from the home page, at most ALIKE of each kind, with their status."""
    found: dict[str, int] = {}
    kinds: Counter[str] = Counter()
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = resolve(path).view_name
        if path in found or kinds[kind] == ALIKE:
            continue
        kinds[kind] += 1
        answered = client.get(path)
        found[path] = answered.status_code
        waiting += links_in(answered)
    return found


def links_in(answered: Any) -> list[str]:
    if answered.status_code == 302:
        return [answered.headers["Location"].partition("?")[0]]
    if answered.streaming or not answered.headers["Content-Type"].startswith("text/html"):
        return []
    found = re.findall(r'href="(/[^"?#]*)', answered.content.decode())
    return [path for path in dict.fromkeys(found) if not LEFT_OUT.match(path)]


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("answering", 10),
        ("marked", 15),
        ("practicing", 10),
        pytest.param("ada", 50, marks=pytest.mark.ci),
        ("office", 60),
    ],
)
def test_every_page_opens(school: Upgraded, name: str, least: int) -> None:
    """An error inside a page is raised here, so that the test says which."""
    found = pages_of(browser(User.objects.get(username=name)))
    # 403: Django's admin links a member to the page of the person, which is for administrators.
    assert {path: status for path, status in found.items() if status not in (200, 302, 403)} == {}
    assert len(found) >= least


def test_a_page_that_was_open_before_saves_at_the_latest_after_logging_in(school: Upgraded) -> None:
    """Its cookie is that of the earlier version; a page that is told “logged out” keeps its answers and sends them later."""
    attempt = of("answering")
    client = Client(headers={"accept": "application/json"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(attempt.learner)
    assert client.get("/").status_code == 200
    assert client.get(f"/attempts/{attempt.pk}/state/").status_code in (200, 401)
    assert save(client, attempt, 1, revision=9).status_code in (200, 401)
    client.force_login(attempt.learner)
    assert save(client, attempt, 1, revision=9).status_code == 200


def session_of(person: User) -> str:
    """The key of a session in which the person logged in before the upgrade."""
    return next(row.pk for row in Session.objects.all() if row.get_decoded().get(SESSION_KEY) == str(person.pk))
