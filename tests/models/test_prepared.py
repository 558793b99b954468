"""Every prepared query asks what its QuerySet asks, and gives the same rows."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import Count, Model
from django.http import Http404
from django.test.utils import CaptureQueriesContext

import quizzes
from quizzes.models import Attempt, Quiz, User
from quizzes.models.prepared import ALL, Prepared, with_constants
from tests import factories
from tests.databases import real_database

for module in pkgutil.walk_packages(quizzes.__path__, "quizzes."):
    if "migrations" not in module.name:
        importlib.import_module(module.name)
IN_USE = list(ALL)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[str]:
    with real_database(request.param, django_db_blocker, waits_for_disk=False):
        yield request.param


def values() -> dict[str, Any]:
    """A value for each name that a prepared query may use, out of a site where each kind of row is there."""
    instructor, learner = factories.user("instructor", is_staff=True), factories.user("learner")
    classroom = factories.classroom(instructor=instructor, students=[learner])
    quiz = factories.quiz(3, time_limit=40)
    assignment = factories.assignment(classroom, quiz, closes_at=NOW + timedelta(days=1))
    factories.accommodation(assignment, learner, now=NOW, closes_at=NOW + timedelta(days=2))
    attempt = factories.attempt(learner, quiz, now=NOW, right=1, submit=True)
    factories.attempt(learner, quiz, now=NOW, assignment=assignment)
    session = SessionStore()
    session.create()
    return {
        "key": session.session_key,
        "learner": learner.pk,
        "pk": learner.pk,  # where only people are meant
        "quiz": quiz.pk,
        "slug": quiz.slug,
        "assignment": assignment.pk,
        "classroom": classroom.pk,
        "membership": classroom.memberships.get(user=learner).pk,
        "attempt": attempt.pk,
        "slot": 1,
        "now": NOW,
    }


def seen(row: Any) -> Any:
    """Everything that a row says, with the rows that came with it."""
    if not isinstance(row, Model):
        return row
    fields = {name: value for name, value in vars(row).items() if name != "_state"}
    return fields | {name: seen(value) for name, value in row._state.fields_cache.items()}


def said(asked: Prepared[Any]) -> str:
    return f"{asked.queryset.__module__}:{asked.queryset.__code__.co_firstlineno}"


@transaction.atomic  # some lock
def test_a_prepared_query_asks_what_its_queryset_asks(database: str) -> None:
    known = values()
    for asked in IN_USE:
        given = {name: known[name] for name in asked.names}
        queryset = asked.queryset(**given)
        plan = asked.plan()
        sql, parameters = queryset.query.get_compiler(connection=connection).as_sql()
        assert spelled_out(plan.sql, plan.bound(given)) == spelled_out(sql, parameters), said(asked)
        assert [seen(row) for row in asked(**given)] == [seen(row) for row in queryset], said(asked)


def spelled_out(sql: str, parameters: Iterable[Any]) -> str:
    sql, left = with_constants(sql, parameters)
    return f"{sql} {left}"


MINE = Prepared(lambda learner, now: Attempt.objects.taken_by(learner).filter(started_at__lte=now).order_by("pk"))


def test_it_gives_rows_with_what_is_related_annotated_or_listed(database: str) -> None:
    given = {"learner": values()["learner"], "now": NOW}
    questions: list[Prepared[Any]] = [
        Prepared(lambda learner, now: MINE.queryset(learner, now).select_related("quiz", "assignment__classroom")),
        Prepared(lambda learner, now: MINE.queryset(learner, now).annotate(asked=Count("answers"))),
        Prepared(lambda learner, now: MINE.queryset(learner, now).only("status", "quiz__title").select_related("quiz")),
        Prepared(
            lambda learner, now: MINE.queryset(learner, now).values_list("pk", "due_at", "max_marks", "is_counted")
        ),
        Prepared(lambda learner, now: MINE.queryset(learner, now).values_list("draw_notes", flat=True)),
        Prepared(lambda learner, now: MINE.queryset(learner, now).values_list("quiz").distinct()),
    ]
    for asked in questions:
        rows = [seen(row) for row in asked(**given)]
        assert rows, said(asked)
        assert rows == [seen(row) for row in asked.queryset(**given)]


@pytest.mark.django_db
def test_the_next_call_asks_for_other_values(learner: User, stranger: User) -> None:
    quiz = factories.quiz()
    for person in (learner, stranger):
        factories.attempt(person, quiz, now=NOW)
    found = [MINE(learner=person, now=NOW) for person in (learner, stranger)]
    assert [[row.learner_id for row in rows] for rows in found] == [[learner.pk], [stranger.pk]]
    assert MINE(learner=learner, now=NOW - timedelta(microseconds=1)) == []


@pytest.mark.django_db
def test_it_is_seen_by_who_counts_queries(learner: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        MINE(learner=learner, now=NOW)
    assert len(captured) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [None, 1.5, [1]])
def test_what_the_database_would_read_differently_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="learner"):
        MINE(learner=wrong, now=NOW)


@pytest.mark.django_db
def test_a_missing_or_an_unknown_name_is_refused(learner: User) -> None:
    for given in ({"learner": learner}, {"learner": learner, "now": NOW, "then": NOW}):
        with pytest.raises(TypeError, match="Expected"):
            MINE(**given)


@pytest.mark.django_db
def test_a_number_that_no_column_holds_finds_nothing() -> None:
    one = Prepared(lambda quiz: Quiz.objects.filter(pk=quiz))
    assert one(quiz=2**63) == []
    with pytest.raises(Http404):
        one.get_or_404(quiz=2**63)


def test_a_text_that_no_column_holds_finds_nothing(database: str) -> None:
    """Such as a session's key in a made-up cookie: PostgreSQL refuses the zero byte."""
    one = Prepared(lambda slug: Quiz.objects.filter(slug=slug))
    assert one(slug="a\0b") == []


def test_words_of_the_program_are_spelled_out_safely(database: str) -> None:
    for title in ("it's 100% and %s", '"', "\\", "\\'", "';--"):
        quiz = factories.quiz(title=title)
        factories.quiz(title="another")
        one = Prepared(title_ending_like(title))
        assert one(slug=quiz.slug) == [quiz]
        assert one.plan().parameters == [one.plan().parameters[0]]


def title_ending_like(title: str) -> Any:
    return lambda slug: Quiz.objects.filter(slug=slug, title=title, title__endswith=title[-1], pass_mark=None)


def test_threads_share_nothing(database: str) -> None:
    learner = values()["learner"]
    plans: list[Any] = []

    def ask() -> None:
        try:
            plans.append((MINE.plan(), len(MINE(learner=learner, now=NOW))))
        finally:
            connection.close()

    threads = [Thread(target=ask) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found for _plan, found in plans] == [2] * 4
    assert len({id(plan) for plan, _found in plans}) == 4
