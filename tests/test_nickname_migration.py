"""Members who shared a nickname are told apart when an older installation is brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from quizzes.models import Classroom, Membership, User
from tests import factories
from tests.databases import real_database

pytestmark = pytest.mark.ci

People = tuple[list[Classroom], list[User]]
ENTRY = import_module("quizzes.migrations.0013_entry").Migration


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def older_database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[People]:
    """Two classes and people in a database as it was before; it is of today again afterwards."""
    with real_database(request.param, django_db_blocker):
        rooms = [Classroom.objects.create(name=name) for name in ("10B", "10C")]
        people = [factories.user() for _number in range(11)]  # by the tables of today, which an older one has not
        call_command("migrate", "quizzes", ENTRY.dependencies[0][1], verbosity=0)
        try:
            yield rooms, people
        finally:
            call_command("migrate", verbosity=0)


def add(room: Classroom, user: User, nickname: str) -> None:
    """A member, written without the column that is to come."""
    names = "classroom_id, user_id, role, status, nickname, is_visible, time_factor, is_untimed, joined_at"
    values = [room.pk, user.pk, "student", "active", nickname, True, 1, False, "2026-03-02 09:00:00+00:00"]
    places = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO quizzes_membership ({names}) VALUES ({places})", values)


def test_the_first_keeps_the_nickname_and_the_others_get_numbers(older_database: People) -> None:
    (room, other), people = older_database
    long = "n" * 40
    for nickname in ("kestrel", "Kestrel", "kestrel 2", "ｋｅｓｔｒｅｌ ", "", "", "  ", long, long, "owl"):
        add(room, people.pop(), nickname)
    add(other, people.pop(), "kestrel")
    call_command("migrate", verbosity=0)
    found = [row.nickname for row in Membership.objects.filter(classroom=room).order_by("pk")]
    assert found[:7] == ["kestrel", "Kestrel 3", "kestrel 2", "ｋｅｓｔｒｅｌ 4", "", "", ""]
    assert found[7:] == [long, "n" * 38 + " 2", "owl"]
    assert Membership.objects.get(classroom=other).nickname == "kestrel"
    assert Membership.objects.get(nickname="Kestrel 3").nickname_key == "kestrel 3"
