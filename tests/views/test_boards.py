"""Leaderboards, progress and the projector over HTTP: who may look, what they see, and what asking again costs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes.models import Assignment, Classroom, Membership, User
from quizzes.templatetags.quizzes_boards import lines
from tests import factories, saving
from tests.clocks import Clock
from tests.pages import nothing_inline

HOUR = timedelta(hours=1)


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def assignment(classroom: Classroom) -> Assignment:
    return factories.assignment(classroom, factories.quiz(4))


def result(person: User, of: Assignment, *, right: int, now: datetime) -> None:
    factories.attempt(person, of.quiz, assignment=of, right=right, now=now, submit=True)


def joined(classroom: Classroom, nickname: str, **fields: Any) -> User:
    person = factories.user()
    factories.member(classroom, person, nickname=nickname, **fields)
    return person


def part(client: Client, address: str, tag: str = "") -> Any:
    """What the script of the page gets when nothing of a moment ago is shared."""
    cache.clear()
    return asked(client, address, tag)


def asked(client: Client, address: str, tag: str = "") -> Any:
    """What the script gets, at once."""
    named = {"if-none-match": tag} if tag else {}
    return client.get(address, headers={"x-requested-with": "fetch", **named})


def text_of(response: Any) -> str:
    """The words of a page, without its marks."""
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def one_line(page: str) -> str:
    return re.sub(r"\s+", " ", page)


def addresses(assignment: Assignment) -> dict[str, str]:
    room, pk = f"/classrooms/{assignment.classroom_id}", assignment.pk
    return {
        "board": f"{room}/board/",
        "of one assignment": f"/assignments/{pk}/board/",
        "progress": f"/assignments/{pk}/progress/",
        "projector": f"{room}/projector/",
    }


# Who may look ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asks", [part, Client.get], ids=["script", "browser"])
def test_members_see_boards_and_those_who_teach_see_progress_too(
    client: Client, assignment: Assignment, instructor: User, learner: User, stranger: User, asks: Any
) -> None:
    assistant = joined(assignment.classroom, "", role="assistant")
    expected = {
        instructor: [200, 200, 200, 200],
        assistant: [200, 200, 200, 200],
        learner: [200, 200, 404, 404],
        stranger: [404, 404, 404, 404],
        factories.user(is_superuser=True): [200, 200, 200, 200],
        factories.user(is_staff=True): [404, 404, 404, 404],
    }
    for person, codes in expected.items():
        client.force_login(person)
        found = [asks(client, address).status_code for address in addresses(assignment).values()]
        assert found == codes, person


def test_nobody_sees_a_board_without_logging_in(client: Client, assignment: Assignment) -> None:
    for address in addresses(assignment).values():
        assert client.get(address).status_code == 302
        assert part(client, address).status_code == 302
        assert part(client, address, "*").status_code == 302


def test_a_removed_member_sees_nothing_more_at_once(client: Client, assignment: Assignment, learner: User) -> None:
    address = addresses(assignment)["board"]
    client.force_login(learner)
    tag = asked(client, address)["ETag"]
    Membership.objects.filter(user=learner).update(status="removed")
    assert asked(client, address).status_code == 404
    assert asked(client, address, tag).status_code == 404


def test_boards_answer_reading_only(client: Client, assignment: Assignment, instructor: User) -> None:
    client.force_login(instructor)
    for address in addresses(assignment).values():
        assert client.post(address).status_code == 405


def test_boards_that_do_not_exist_are_not_found(client: Client, instructor: User) -> None:
    client.force_login(instructor)
    for address in (
        "/classrooms/9/board/",
        "/assignments/9/board/",
        "/assignments/9/progress/",
        "/classrooms/9/projector/",
    ):
        assert part(client, address).status_code == 404


# What they see --------------------------------------------------------------------------------------------------------


def test_a_learner_reads_their_rank_and_finds_their_own_row(
    client: Client, classroom: Classroom, assignment: Assignment, learner: User, now: datetime
) -> None:
    Membership.objects.filter(user=learner).update(nickname="blue heron")
    for nickname, right in (("kestrel", 4), ("amaranth", 3), ("north star", 3)):
        result(joined(classroom, nickname), assignment, right=right, now=now)
    result(learner, assignment, right=2, now=now)
    client.force_login(learner)
    response = part(client, addresses(assignment)["board"])
    text = text_of(response)
    assert "You are 4th of 4." in text
    assert "1 kestrel 4 2 amaranth 3 2 north star 3 4 you (blue heron) 2" in text
    assert response.content.decode().count('class="me"') == 1
    assert "<html" not in response.content.decode()


def test_a_board_says_when_shares_count(
    client: Client, assignment: Assignment, learner: User, classroom: Classroom, now: datetime
) -> None:
    """C7: 4 of 4 stands above 10 of 20."""
    result(learner, assignment, right=4, now=now)
    assignment.quiz.items.update(points=5)
    client.force_login(learner)
    address = addresses(assignment)["board"]
    assert "so shares are compared" not in part(client, address).content.decode()
    result(joined(classroom, "owl"), assignment, right=2, now=now)
    page = text_of(part(client, address))
    assert "Attempts at one assignment are worth different marks, so shares are compared." in page
    assert page.index("1 you") < page.index("2 owl 10")


def test_a_browser_without_scripts_gets_the_whole_page(
    client: Client, assignment: Assignment, learner: User, now: datetime
) -> None:
    result(learner, assignment, right=2, now=now)
    client.force_login(learner)
    for name in ("board", "of one assignment"):
        response = client.get(addresses(assignment)[name])
        assert "You are 1st of 1." in text_of(response)
        assert "Refresh" in text_of(response)
        assert not nothing_inline(response)
        assert "ETag" not in response


def test_a_class_without_results_says_so(client: Client, assignment: Assignment, learner: User) -> None:
    client.force_login(learner)
    assert "No results yet." in text_of(part(client, addresses(assignment)["board"]))


def test_a_class_without_assignments_says_what_the_board_waits_for(
    client: Client, classroom: Classroom, learner: User
) -> None:
    client.force_login(learner)
    assert "as soon as a quiz that counts is handed in" in text_of(part(client, f"/classrooms/{classroom.pk}/board/"))


def test_an_examination_is_named_as_not_counted_until_it_closes(
    client: Client, classroom: Classroom, learner: User, now: datetime, clock: Clock
) -> None:
    quiz = factories.quiz(2, feedback="exam", title="The great examination")
    assignment = factories.assignment(classroom, quiz, closes_at=now + HOUR)
    result(learner, assignment, right=2, now=now)
    client.force_login(learner)
    address = addresses(assignment)["board"]
    before = part(client, address)
    assert "Not counted yet: The great examination." in text_of(before)
    assert "1st" not in text_of(before)
    clock.at = now + HOUR - timedelta(seconds=1)
    assert part(client, address, before["ETag"]).status_code == 304
    clock.at = now + HOUR
    after = part(client, address, before["ETag"])
    assert "You are 1st of 1." in text_of(after)
    assert "Not counted yet" not in text_of(after)


def test_the_board_of_the_week_begins_on_monday_in_the_zone_of_the_class(
    client: Client, classroom: Classroom, assignment: Assignment, learner: User, now: datetime
) -> None:
    result(learner, assignment, right=4, now=now - timedelta(hours=10))  # Sunday 23:00 UTC
    client.force_login(learner)
    address = addresses(assignment)["board"]
    assert "You are 1st of 1." in text_of(part(client, address))
    assert "No ranks yet." in text_of(part(client, f"{address}?span=week"))
    classroom.time_zone = "Europe/Berlin"  # where it was Monday already
    classroom.save()
    assert "You are 1st of 1." in text_of(part(client, f"{address}?span=week"))


def test_names_are_shown_as_text(client: Client, assignment: Assignment, learner: User, now: datetime) -> None:
    Membership.objects.filter(user=learner).update(nickname="<script>alert(1)</script>")
    result(learner, assignment, right=1, now=now)
    client.force_login(learner)
    assert "&lt;script&gt;" in part(client, addresses(assignment)["board"]).content.decode()


class Rows:
    """A board of `size` rows with the reader at `place`, from 0."""

    shows_all = True

    def __init__(self, size: int, place: int | None) -> None:
        self.rows = [type("Row", (), {"rank": number + 1, "is_me": number == place}) for number in range(size)]


def ranks(size: int, place: int | None) -> list[int | None]:
    return [row and row.rank for row in lines(Rows(size, place))]  # type: ignore[arg-type]


def test_a_long_board_shows_ten_and_the_neighbors_of_ones_own_row() -> None:
    ten = list(range(1, 11))
    assert ranks(31, None) == ten
    assert ranks(31, 3) == ten
    assert ranks(31, 9) == [*ten, 11, 12, 13]
    assert ranks(31, 13) == list(range(1, 18))
    assert ranks(31, 14) == list(range(1, 19))  # no gap of one row
    assert ranks(31, 15) == [*ten, None, *range(13, 20)]
    assert ranks(31, 30) == [*ten, None, 28, 29, 30, 31]
    assert ranks(3, 2) == [1, 2, 3]
    assert ranks(0, None) == []


def ranked(text: str) -> list[int]:
    return [int(rank) for rank in re.findall(r'<td class="rank">(\d+)</td>', text)]


def test_the_full_leaderboard_is_whole_and_the_class_page_shows_the_first_ten(
    client: Client, assignment: Assignment, instructor: User, now: datetime
) -> None:
    for number in range(13):
        result(joined(assignment.classroom, f"nickname {number}"), assignment, right=number % 4, now=now)
    client.force_login(instructor)
    board = addresses(assignment)["board"]
    whole, part_of_it = (part(client, address).content.decode() for address in (f"{board}?all", f"{board}?top"))
    assert (len(ranked(whole)), len(ranked(part_of_it))) == (13, 10)
    assert "Score</th>" in whole
    page = client.get(f"/classrooms/{assignment.classroom_id}/").content.decode()
    assert (len(ranked(page)), f'data-live="{board}?top"' in page) == (10, True)
    assert len(ranked(client.get(f"{board}?all").content.decode())) == 13


def test_a_board_begins_with_the_readers_place_a_podium_and_their_neighbors(
    client: Client, assignment: Assignment, learner: User, now: datetime
) -> None:
    Membership.objects.filter(user=learner).update(nickname="blue heron")
    for nickname, right in (("ant", 4), ("bee", 3), ("cat", 2)):
        result(joined(assignment.classroom, nickname), assignment, right=right, now=now)
    result(learner, assignment, right=1, now=now)
    result(joined(assignment.classroom, "owl"), assignment, right=0, now=now)
    client.force_login(learner)
    response = client.get(addresses(assignment)["board"])
    text = text_of(response)
    assert "You are 4th of 5. 1 point to 3rd place." in text
    assert "The first three 1 ant 4 2 bee 3 3 cat 2 You and your neighbors Show all 5" in text
    assert ranked(response.content.decode()) == [1, 2, 3, 4, 5]
    assert "5 students ranked by best attempt. Practice does not count. Change your nickname" in text
    assert assignment.quiz.title in text_of(client.get(addresses(assignment)["of one assignment"]))


def test_a_reader_without_a_place_sees_who_leads_and_the_next_places(
    client: Client, assignment: Assignment, instructor: User, now: datetime
) -> None:
    for number in range(13):
        result(joined(assignment.classroom, f"bird {number:02}"), assignment, right=min(number, 4), now=now)
    client.force_login(instructor)
    response = client.get(addresses(assignment)["board"])
    text = text_of(response)
    assert "9 students share first place." in text
    assert 'class="podium"' not in response.content.decode()  # no room for nine
    assert len(ranked(response.content.decode())) == 10
    assert "Change your nickname" not in text


@pytest.mark.parametrize(("scores", "steps"), [([4], 0), ([4, 3, 2], 0), ([4, 3, 2, 1], 3), ([4, 4, 3, 3, 1], 4)])
def test_a_podium_stands_where_there_are_others_to_look_up_to_it(
    client: Client, assignment: Assignment, instructor: User, now: datetime, scores: list[int], steps: int
) -> None:
    for number, right in enumerate(scores):
        result(joined(assignment.classroom, f"bird {number}"), assignment, right=right, now=now)
    client.force_login(instructor)
    page = client.get(addresses(assignment)["board"]).content.decode()
    assert page.count("data-rank=") == steps
    assert len(ranked(page)) == len(scores) - steps


# Progress -------------------------------------------------------------------------------------------------------------


def test_progress_says_who_is_where(
    client: Client, classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    assignment = factories.assignment(classroom, factories.quiz(4, time_limit=20), due_at=now - HOUR)
    factories.attempt(learner, assignment.quiz, assignment=assignment, right=3, now=now - timedelta(minutes=8))
    done, _waiting = joined(classroom, "heron"), joined(classroom, "stork")
    result(done, assignment, right=1, now=now)
    client.force_login(instructor)
    response = part(client, addresses(assignment)["progress"])
    text = text_of(response)
    assert "1 not started" in text
    assert "learner working 3 of 4 – 12 min left" in text
    assert re.search(r"heron finished late 1 of 4 1 of 4 Mon, Mar 2, 9:00 a.m.", text)
    assert not nothing_inline(client.get(addresses(assignment)["progress"]))


def test_the_live_table_shows_scores_and_leads_to_results(
    client: Client, classroom: Classroom, instructor: User, now: datetime
) -> None:
    assignment = factories.assignment(classroom, factories.quiz(4))
    result(joined(classroom, "heron"), assignment, right=3, now=now)
    attempt = assignment.attempts.get()
    client.force_login(instructor)
    page = client.get(addresses(assignment)["progress"]).content.decode()
    assert '<span class="num"> 3 of 4 </span>' in one_line(page)
    assert f'href="/attempts/{attempt.pk}/result/"' in page
    there = client.get(f"/attempts/{attempt.pk}/result/").content.decode()
    assert f'href="/assignments/{assignment.pk}/"' in there  # and back
    assert f'href="/attempts/{attempt.pk}/timeline/"' in there
    assert '<a href="/classrooms/" aria-current="true">' in there  # not one's own history


def test_a_survey_has_no_scores_and_an_administrator_of_the_class_not_their_own(
    client: Client, classroom: Classroom, instructor: User, now: datetime
) -> None:
    survey = factories.assignment(classroom, factories.quiz(4, feedback="survey"))
    exam = factories.assignment(classroom, factories.quiz(4, feedback="exam"))
    root = factories.user("root", is_staff=True, is_superuser=True)
    factories.member(classroom, root)
    for given, reader in ((survey, instructor), (exam, root)):
        result(root, given, right=3, now=now)
        client.force_login(reader)
        page = client.get(addresses(given)["progress"]).content.decode()
        assert '<span class="num text-nowrap"> 3 of 4 </span>' not in one_line(page), reader


def test_a_saved_answer_moves_the_progress(
    client: Client, assignment: Assignment, instructor: User, learner: User, now: datetime
) -> None:
    attempt = factories.attempt(learner, assignment.quiz, assignment=assignment, now=now)
    client.force_login(instructor)
    address = addresses(assignment)["progress"]
    tag = part(client, address)["ETag"]
    assert part(client, address, tag).status_code == 304
    saving.save(attempt.pk, learner, slot=1, fields=factories.RIGHT, revision=1, now=now)
    assert "1 of 4" in text_of(part(client, address, tag))


# The projector --------------------------------------------------------------------------------------------------------


def test_the_projector_shows_the_code_the_first_eight_and_how_far_the_class_is(
    client: Client, classroom: Classroom, assignment: Assignment, instructor: User, learner: User, now: datetime
) -> None:
    for number in range(11):
        result(joined(classroom, f"bird {number}"), assignment, right=4 if number < 10 else 0, now=now)
    client.force_login(instructor)
    address = f"{addresses(assignment)['projector']}?assignment={assignment.pk}"
    response = client.get(address)
    text = text_of(response)
    assert classroom.join_code in text
    assert f"/classrooms/{classroom.pk}/qr.svg" in response.content.decode()
    assert "11 of 12 finished" in text
    assert "bird 10" not in text  # the first eight by name: all ten share the first place
    assert ("bird 7" in text, "bird 8" in text) == (True, False)
    assert not nothing_inline(response)


def test_the_projector_chooses_the_assignment_that_opened_last(
    client: Client, classroom: Classroom, instructor: User, now: datetime
) -> None:
    for title, ago in (("yesterday", 24), ("just now", 0), ("later", -1)):
        factories.assignment(classroom, factories.quiz(title=title), opens_at=now - ago * HOUR)
    client.force_login(instructor)
    text = text_of(client.get(f"/classrooms/{classroom.pk}/projector/"))
    assert "just now" in text
    assert "yesterday" not in text
    assert "later" not in text


@pytest.mark.parametrize("wanted", ["0", "x", "²", "9" * 40, ""])
def test_the_projector_of_an_assignment_that_is_not_there_shows_the_class(
    client: Client, assignment: Assignment, instructor: User, wanted: str
) -> None:
    client.force_login(instructor)
    assert client.get(f"{addresses(assignment)['projector']}?assignment={wanted}").status_code == 200


def test_a_class_closed_to_new_members_shows_no_code(client: Client, classroom: Classroom, instructor: User) -> None:
    Classroom.objects.update(is_join_open=False)
    client.force_login(instructor)
    assert classroom.join_code not in text_of(client.get(f"/classrooms/{classroom.pk}/projector/"))


# Asking again ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "most"), [("board", 3), ("of one assignment", 3), ("progress", 4), ("projector", 4)])
def test_asking_again_is_answered_without_the_board_while_nothing_changed(
    client: Client,
    assignment: Assignment,
    instructor: User,
    learner: User,
    now: datetime,
    name: str,
    most: int,
    django_assert_max_num_queries: Any,
) -> None:
    result(learner, assignment, right=1, now=now)
    client.force_login(instructor)
    address = addresses(assignment)[name]
    first = asked(client, address)
    with django_assert_max_num_queries(most):  # session, person, what it is of, and their role or what is on the wall
        again = asked(client, address, first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]
    assert "no-store" in again["Cache-Control"]  # the script keeps the version, no cache does


def test_the_ranks_are_computed_once_for_all_who_look(
    client: Client, classroom: Classroom, assignment: Assignment, learner: User, now: datetime
) -> None:
    result(learner, assignment, right=1, now=now)
    address = addresses(assignment)["board"]
    client.force_login(learner)
    first = asked(client, address)
    client.force_login(joined(classroom, "kestrel"))
    with CaptureQueriesContext(connection) as made:
        second = asked(client, address)
    assert "You are 1st of 1." in text_of(first)
    assert "1 student ranked by best attempt." in text_of(second)
    assert second["ETag"] != first["ETag"]
    assert len(made) <= 4  # session, person, classroom, and which results are out
    assert not [query for query in made.captured_queries if "FROM quizzes_attempt a" in query["sql"]]


def test_a_new_result_shows_within_two_seconds(
    client: Client, classroom: Classroom, assignment: Assignment, learner: User, now: datetime
) -> None:
    address = addresses(assignment)["board"]
    with time_machine.travel(now, tick=False) as time:  # the cache has another clock than the site
        client.force_login(learner)
        tag = asked(client, address)["ETag"]
        result(joined(classroom, "kestrel"), assignment, right=1, now=now)
        time.shift(2)
        assert "1 kestrel 1" in text_of(asked(client, address, tag))


def test_a_page_shows_the_newest_result_whatever_its_script_was_told(
    client: Client, classroom: Classroom, assignment: Assignment, learner: User, now: datetime
) -> None:
    address = addresses(assignment)["board"]
    client.force_login(learner)
    assert "No ranks yet." in text_of(asked(client, address))
    result(learner, assignment, right=1, now=now)
    assert "You are 1st of 1." in text_of(client.get(address))
    assert "You are 1st of 1." in text_of(client.get(f"/classrooms/{classroom.pk}/"))


@pytest.fixture
def exam(classroom: Classroom, learner: User, now: datetime) -> Assignment:
    """An exam that closes in an hour, handed in by the learner, who is called blue heron."""
    Membership.objects.filter(user=learner).update(nickname="blue heron")
    exam = factories.assignment(classroom, factories.quiz(2, feedback="exam"), closes_at=now + HOUR)
    result(learner, exam, right=2, now=now)
    return exam


@pytest.mark.parametrize("name", ["board", "of one assignment", "projector"])
def test_results_that_are_held_back_again_are_sent_to_no_viewer_from_that_instant(
    client: Client, exam: Assignment, instructor: User, now: datetime, clock: Clock, name: str
) -> None:
    address = addresses(exam)[name]
    client.force_login(instructor)
    clock.at = now + HOUR
    assert "1 blue heron 2" in text_of(asked(client, address))
    factories.accommodation(exam, joined(exam.classroom, "wren"), now=now, closes_at=now + 2 * HOUR)
    assert "blue heron" not in text_of(asked(client, address))


def test_nothing_that_was_shared_is_shown_before_its_time(
    client: Client, exam: Assignment, learner: User, now: datetime, clock: Clock
) -> None:
    address = addresses(exam)["board"]
    client.force_login(learner)
    clock.at = now + HOUR
    assert "You are 1st of 1." in text_of(asked(client, address))
    clock.at = now + HOUR - timedelta(seconds=1)
    assert "Results are not out yet." in text_of(asked(client, address))


def test_a_tag_made_weak_by_compression_still_holds(client: Client, assignment: Assignment, learner: User) -> None:
    client.force_login(learner)
    address = addresses(assignment)["board"]
    tag = part(client, address)["ETag"]
    assert part(client, address, f"W/{tag}").status_code == 304


def test_every_change_that_shows_is_told(
    client: Client, classroom: Classroom, assignment: Assignment, learner: User, now: datetime
) -> None:
    client.force_login(learner)
    address, other = addresses(assignment)["board"], joined(classroom, "kestrel")
    tag = part(client, address)["ETag"]

    def has_changed() -> bool:
        nonlocal tag
        response = part(client, address, tag)
        changed, tag = response.status_code == 200, response["ETag"]
        return changed

    assert not has_changed()
    result(other, assignment, right=2, now=now)
    assert has_changed()
    Membership.objects.filter(user=other).update(nickname="kite")
    assert has_changed()
    Membership.objects.filter(user=other).update(is_visible=False)
    assert has_changed()
    Classroom.objects.update(metric="first")
    assert has_changed()
    assert not has_changed()


def test_a_tag_is_good_for_its_reader_and_its_address_only(
    client: Client, classroom: Classroom, assignment: Assignment, learner: User
) -> None:
    client.force_login(learner)
    address = addresses(assignment)["board"]
    tag = part(client, address)["ETag"]
    assert part(client, f"{address}?span=week", tag).status_code == 200
    other = Client()
    other.force_login(joined(classroom, "kestrel"))
    tag = part(client, address)["ETag"]
    assert part(other, address, tag).status_code == 200
    client.cookies["time_zone"] = "Asia/Tokyo"
    assert part(client, address, tag).status_code == 200
    outside = Client()
    outside.force_login(factories.user())
    assert part(outside, address, tag).status_code == 404


@pytest.mark.parametrize("made_up", ['"x"', "*", "x" * 5000, '"', "\x00"])
def test_a_made_up_tag_opens_no_board(
    client: Client, assignment: Assignment, stranger: User, learner: User, made_up: str
) -> None:
    client.force_login(stranger)
    address = addresses(assignment)["board"]
    assert part(client, address, made_up).status_code == 404
    client.force_login(learner)
    assert part(client, address, made_up).status_code == (304 if made_up == "*" else 200)  # * is whatever there is


def test_the_reader_without_a_hint_of_a_script_is_never_told_not_modified(
    client: Client, assignment: Assignment, learner: User
) -> None:
    client.force_login(learner)
    address = addresses(assignment)["board"]
    tag = part(client, address)["ETag"]
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


# Pages that show a part -----------------------------------------------------------------------------------------------


def named_version(response: Any, address: str) -> str:
    """What the page tells its script that it shows of an address."""
    found = re.search(
        rf'data-live="{re.escape(address)}"(?: data-live-shared)?\s+data-version="([^"]+)"', response.content.decode()
    )
    assert found, response.content.decode()[:3000]
    return found[1].replace("&quot;", '"')


def test_a_page_that_shows_a_board_names_the_version_so_that_nothing_is_asked_twice(
    client: Client, classroom: Classroom, assignment: Assignment, learner: User, instructor: User, now: datetime
) -> None:
    result(learner, assignment, right=1, now=now)
    board, progress = f"/classrooms/{classroom.pk}/board/?top", f"/assignments/{assignment.pk}/progress/"
    for person, shown_on, address in (
        (learner, f"/classrooms/{classroom.pk}/", board),
        (instructor, f"/classrooms/{classroom.pk}/", board),
        (instructor, f"/assignments/{assignment.pk}/", progress),
    ):
        client.force_login(person)
        tag = named_version(client.get(shown_on), address)
        assert part(client, address, tag).status_code == 304
    result(joined(classroom, "heron"), assignment, right=2, now=now)
    assert part(client, progress, tag).status_code == 200


def test_the_board_of_the_week_says_so(client: Client, classroom: Classroom, learner: User) -> None:
    client.force_login(learner)
    address = f"/classrooms/{classroom.pk}/board/"
    assert "Leaderboard, this week" in text_of(client.get(f"{address}?span=week"))
    assert "Leaderboard, this week" not in text_of(client.get(address))
