"""Every prepared query asks what its QuerySet asks and gives the same rows; its plain twin runs where it should."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

import quizzes
from quizzes.models import Attempt, Quiz, User
from quizzes.models.prepared import ALL, Prepared, columns, instance
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
    exam, alone = (factories.quiz(1, feedback="exam", closes_at=NOW + timedelta(days=1)) for _quiz in range(2))
    factories.assignment(classroom, exam)
    factories.attempt(learner, alone, now=NOW, submit=True)
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


def said(asked: Prepared[Any]) -> str:
    return f"{asked.queryset.__module__}:{asked.queryset.__code__.co_firstlineno}"


@transaction.atomic  # some lock
def test_a_prepared_query_asks_what_its_queryset_asks(database: str) -> None:
    known = values()
    for asked in IN_USE:
        given = {name: known[name] for name in asked.names}
        queryset = asked.queryset(**given)
        assert asked(**given) == list(queryset), said(asked)


def test_there_are_at_most_eight_hot_spots() -> None:
    assert 1 <= len(IN_USE) <= 8, [said(asked) for asked in IN_USE]


def own_attempts(learner: Any, now: Any) -> Any:
    return Attempt.objects.taken_by(learner).filter(started_at__lte=now).order_by("pk")


MINE = Prepared(lambda learner, now: own_attempts(learner, now).values_list("pk", "learner"))


def test_it_gives_tuples_of_what_is_listed_annotated_or_related(database: str) -> None:
    given = {"learner": values()["learner"], "now": NOW}
    questions: list[Prepared[Any]] = [
        Prepared(
            lambda learner, now: own_attempts(learner, now).values_list("pk", "quiz__title", "assignment__opens_at")
        ),
        Prepared(lambda learner, now: own_attempts(learner, now).annotate(asked=Count("answers")).values_list("asked")),
        Prepared(
            lambda learner, now: own_attempts(learner, now).values_list("due_at", "max_marks", "is_counted", "limit")
        ),
        Prepared(lambda learner, now: own_attempts(learner, now).values_list("draw_notes")),
        Prepared(lambda learner, now: own_attempts(learner, now).values_list("quiz").distinct()),
    ]
    for asked in questions:
        rows = asked(**given)
        assert rows, said(asked)
        assert all(type(row) is tuple for row in rows)
        assert rows == list(asked.queryset(**given))


@pytest.mark.django_db
def test_a_row_of_columns_becomes_an_instance_whatever_their_order(learner: User) -> None:
    whole = instance(User, User.objects.values_list(*columns(User)).get())
    assert {name: getattr(whole, name) for name in columns(User)} == User.objects.values().get()
    some = instance(User, User.objects.values_list("username", "id").get(), ("username", "id"))
    assert (some.pk, some.username, some.get_deferred_fields()) == (
        learner.pk,
        "learner",
        {*columns(User)} - {"username", "id"},
    )
    some.first_name = "Ada"
    some.save(update_fields=["first_name"])
    assert User.objects.get().first_name == "Ada"


@pytest.mark.django_db
def test_rows_other_than_tuples_are_refused() -> None:
    for build in (own_attempts, lambda learner, now: own_attempts(learner, now).values_list("pk", flat=True)):
        with pytest.raises(TypeError, match="only"):
            Prepared(build).compiled()


@pytest.mark.django_db
@pytest.mark.parametrize("switch", ["setting", "django"])
def test_the_plain_queryset_runs_where_a_setting_or_an_untested_django_says_so(
    switch: str, learner: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.attempt(learner, factories.quiz(), now=NOW)
    compiled = MINE(learner=learner, now=NOW)
    if switch == "setting":
        settings.PREPARED_QUERIES = False
    else:
        monkeypatch.setattr("django.VERSION", (99, 0, 0, "final", 0))
    monkeypatch.setattr(Prepared, "compiled", lambda prepared: pytest.fail("it was compiled"))
    assert MINE(learner=learner, now=NOW) == compiled
    assert MINE(learner=2**63, now=NOW) == []


@pytest.mark.django_db
def test_the_next_call_asks_for_other_values(learner: User, stranger: User) -> None:
    quiz = factories.quiz()
    for person in (learner, stranger):
        factories.attempt(person, quiz, now=NOW)
    found = [MINE(learner=person, now=NOW) for person in (learner, stranger)]
    assert [[learner for _pk, learner in rows] for rows in found] == [[learner.pk], [stranger.pk]]
    assert MINE(learner=learner, now=NOW - timedelta(microseconds=1)) == []


@pytest.mark.django_db
def test_it_is_seen_by_who_counts_queries(learner: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        MINE(learner=learner, now=NOW)
    assert len(captured) == 1  # an upper bound would also hold if none were counted


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
    one = Prepared(lambda quiz: Quiz.objects.filter(pk=quiz).values_list("pk"))
    assert one(quiz=2**63) == []
    assert one.first(quiz=2**63) is None


def test_a_text_that_no_column_holds_finds_nothing(database: str) -> None:
    """Such as a session's key in a made-up cookie: PostgreSQL refuses the zero byte."""
    one = Prepared(lambda slug: Quiz.objects.filter(slug=slug).values_list("pk"))
    assert one(slug="a\0b") == []


def test_words_of_the_program_are_spelled_out_safely(database: str) -> None:
    for title in ("it's 100% and %s", '"', "\\", "\\'", "';--"):
        quiz = factories.quiz(title=title)
        factories.quiz(title="another")
        one = Prepared(title_ending_like(title))
        assert one(slug=quiz.slug) == [(quiz.pk,)]
        assert len(one.compiled().parameters) == 1


def title_ending_like(title: str) -> Any:
    return lambda slug: Quiz.objects.filter(
        slug=slug, title=title, title__endswith=title[-1], pass_mark=None
    ).values_list("pk")


def test_threads_share_nothing(database: str) -> None:
    learner = values()["learner"]
    queries: list[Any] = []

    def ask() -> None:
        try:
            queries.append((MINE.compiled(), len(MINE(learner=learner, now=NOW))))
        finally:
            connection.close()

    threads = [Thread(target=ask) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found for _query, found in queries] == [3] * 4
    assert len({id(query) for query, _found in queries}) == 4
