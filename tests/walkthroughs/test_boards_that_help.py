"""A board that helps: emblems of one's own, and an instructor who shows students only their neighbors."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from quizzes.models import Assignment, Classroom, Membership, User
from quizzes.services import people
from tests import factories
from tests.clocks import stopped_at
from tests.pages import browser, nothing_inline, read


@pytest.fixture
def assignment(classroom: Classroom, learner: User, now: datetime) -> Assignment:
    """Eleven classmates with a result each, the learner sixth of them."""
    given = factories.assignment(classroom, factories.quiz(12))
    for number in range(11):
        person = learner if number == 5 else factories.user()
        if person != learner:
            factories.member(classroom, person, nickname=f"bird {number + 1:02}")
        factories.attempt(person, given.quiz, assignment=given, right=11 - number, now=now, submit=True)
    return given


def part(client: Client, address: str, tag: str = "") -> Any:
    """What the script of the page gets when nothing of a moment ago is shared."""
    cache.clear()
    named = {"if-none-match": tag} if tag else {}
    return client.get(address, headers={"x-requested-with": "fetch", **named})


def ranks(page: str) -> list[int]:
    """All ranks that a page shows, on the podium and in the table."""
    return sorted(int(rank) for rank in re.findall(r'class="(?:rank|plinth)">(\d+)<', page))


def words(client: Client, address: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", read(client.get(address))))


def settings_form(client: Client, classroom: Classroom) -> dict[str, Any]:
    return dict(client.get(f"/classrooms/{classroom.pk}/settings/").context["form"].initial)


def test_an_instructor_turns_show_all_off_and_students_see_their_neighbors(
    classroom: Classroom, assignment: Assignment, instructor: User, learner: User, now: datetime
) -> None:
    room, one = f"/classrooms/{classroom.pk}/", f"/assignments/{assignment.pk}/board/"
    student, teacher = browser(learner), browser(instructor)
    new = factories.user()
    factories.member(classroom, new)
    with stopped_at(now):
        assert "Show all 11" in read(student.get(f"{room}board/"))
        assert ranks(read(student.get(f"{room}board/?all"))) == list(range(1, 12))
        tag = part(student, f"{room}board/")["ETag"]
        assert part(student, f"{room}board/", tag).status_code == 304

        form = settings_form(teacher, classroom) | {"description": "", "board_shows_all": ""}
        assert "are saved" in read(teacher.post(f"{room}settings/", form, follow=True))

        changed = part(student, f"{room}board/", tag)
        assert changed.status_code == 200
        for page in (read(changed), read(student.get(f"{room}board/")), read(student.get(one))):
            assert ranks(page) == [1, 2, 3, *range(3, 10)]
            assert "Show all" not in page
        assert ranks(read(student.get(room))) == list(range(1, 10))
        assert "bird 10" not in read(student.get(room)) + read(part(student, f"{room}board/?top"))
        for address in (f"{room}board/?all", f"{room}board/?span=week&all", f"{one}?all"):
            assert student.get(address).status_code == part(student, address).status_code == 404
            assert b"This class doesn&#x27;t show every rank" in student.get(address).content
        assert ranks(read(browser(new).get(f"{room}board/"))) == [1, 2, 3]  # no place, so no neighbors
        assert ranks(read(teacher.get(f"{room}board/?all"))) == list(range(1, 12))
        assert "Show all 11" in read(teacher.get(one))


def test_a_board_says_in_words_how_ranks_changed(
    classroom: Classroom, assignment: Assignment, learner: User, now: datetime
) -> None:
    client, board = browser(learner), f"/classrooms/{classroom.pk}/board/"
    with stopped_at(now) as clock:
        assert "new" not in words(client, board)
        clock.shift(timedelta(days=8))
        assert "You are 6th of 11." in words(client, board)
        tag = part(client, board)["ETag"]
        factories.attempt(
            learner, assignment.quiz, assignment=assignment, right=9, now=now + timedelta(days=8), submit=True
        )
        late = factories.user()
        factories.member(classroom, late, nickname="late bird")
        factories.attempt(late, assignment.quiz, assignment=assignment, right=8, now=now, submit=True)
        late.attempts.update(submitted_at=now + timedelta(days=8))
        assert part(client, board, tag).status_code == 200
        page = words(client, board)
        assert "You are 3rd of 12, up 3." in page
        assert "Rank Name Change since a week ago Score" in page
        assert "5 late bird new 8" in page
        assert "7 bird 05 down 2 7" in page
        assert "Changes are since a week ago." in page
        assert "Change since" not in words(client, f"{board}?span=week")
        assert "Change since" not in words(
            browser(factories.user(is_superuser=True)), board.replace("board", "projector")
        )


def test_members_choose_an_emblem_that_colors_the_podium(
    classroom: Classroom, assignment: Assignment, learner: User, now: datetime
) -> None:
    best = Membership.objects.get(nickname="bird 01")
    client, me = browser(best.user), f"/classrooms/{classroom.pk}/me/"
    board = f"/classrooms/{classroom.pk}/board/"
    with stopped_at(now):
        page = client.get(me)
        assert nothing_inline(page) == []
        assert page.context["form"].initial["emblem"] == best.pk % 9 + 1  # drawn by their number
        assert [name in read(page) for name in ("Ring", "Round table", "Lens")] == [True] * 3
        tag = part(client, board)["ETag"]
        chosen = {"nickname": "bird 01", "emblem": best.pk % 9 or 9, "is_visible": "on"}
        client.post(me, chosen)
        changed = part(client, board, tag)
        first = changed.content.decode().split('class="podium"')[1].split("</li>")[0]
        assert f'class="unit-{chosen["emblem"]}"' in first
        assert re.search(rf'src="[^"]*emblem-{chosen["emblem"]}[^"]*" alt=""', first)
        client.post(me, {"nickname": "bird 01", "is_visible": "on"})
        best.refresh_from_db()
        assert best.emblem == chosen["emblem"], "a form without the field changes nothing"
        assert "10 is not one of the available choices" in read(client.post(me, chosen | {"emblem": 10}))


def test_an_emblem_goes_with_the_person(classroom: Classroom, learner: User, now: datetime) -> None:
    Membership.objects.filter(user=learner).update(emblem=4)
    people.anonymise(learner, by=factories.user(is_superuser=True, is_staff=True), now=now)
    assert Membership.objects.get(user=learner).emblem == 0
