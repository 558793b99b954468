"""Points of a quiz edited in the workshop after attempts: what saving says, and the page that asks keep or re-mark."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Quiz, QuizItem
from tests.admin import cast
from tests.admin.conftest import logged_in
from tests.admin.test_quizzes import change, rows, settings, stored_items

REASON = "It weighs more."


def page_of(quiz: Quiz) -> str:
    return reverse("admin:quizzes_quiz_points", args=[quiz.pk])


def words(response: Any) -> str:
    """A page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def saved(client: Client, quiz: Quiz, **changes: Any) -> str:
    """The page after the quiz was saved with other rows."""
    quiz.refresh_from_db()
    form = settings(slug=quiz.slug, title=quiz.title, revision=quiz.revision, **stored_items(quiz))
    return words(client.post(change(quiz), {**form, **changes, "_continue": "1"}, follow=True))


def choose(client: Client, quiz: Quiz, given: Assignment, choice: str = "remark", reason: str = REASON) -> Any:
    quiz.refresh_from_db()
    data = {f"group-{given.pk}": choice, "reason": reason, "revision": quiz.revision}
    return client.post(page_of(quiz), data, follow=True)


@pytest.fixture
def right(stage: SimpleNamespace) -> SimpleNamespace:
    """One more attempt in Ada's class: right, 1 of 1."""
    una = cast.learner("una")
    stage.ada_room.memberships.create(user=una)
    stage.una, stage.right = una, cast.attempt(una, stage.ada_assignment, {1: {"choice": ["0"]}})
    return stage


def test_saving_other_points_says_how_many_were_marked_by_the_old_ones(as_ada: Client, right: SimpleNamespace) -> None:
    page = saved(as_ada, right.ada_quiz, **{"items-0-points": "5"})
    assert "2 attempts were marked by the old points. Keep them, or re-mark" in page
    right.right.refresh_from_db()
    assert right.right.marks == 1
    assert "by the old points" not in saved(as_ada, right.ada_quiz), "it is said where something changed"


def test_saving_other_questions_says_that_attempts_stay(as_ada: Client, right: SimpleNamespace) -> None:
    cast.question()
    added = {"position": "", "draw_count": "1", "points": "1"}
    page = saved(as_ada, right.ada_quiz, **rows("items-2", added))
    assert "2 attempts were made before this change, and stay as they are." in page


def test_composing_says_it_too(as_ada: Client, right: SimpleNamespace) -> None:
    cast.question()
    quiz = right.ada_quiz
    cells = rows("cells", {"draw_count": "1", "points": "2", "ORDER": 1})
    url = reverse("admin:quizzes_quiz_compose", args=[quiz.pk])
    page = words(as_ada.post(url, {"revision": quiz.revision, **cells, "_save": "1"}, follow=True))
    assert "2 attempts were made before this change, and stay as they are." in page


def test_a_quiz_without_attempts_says_nothing(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada, stage.question)
    assert "attempts were" not in saved(as_ada, quiz, **{"items-0-points": "5"})


def test_the_page_asks_for_each_assignment(as_ada: Client, right: SimpleNamespace) -> None:
    QuizItem.objects.filter(quiz=right.ada_quiz).update(points=5)
    page = words(as_ada.get(page_of(right.ada_quiz)))
    assert "10B keep re-mark all 2 1 → 5 0 rise, 0 fall in percent" in page
    assert "change no attempt that was made" in page


def test_to_keep_is_chosen_unless_something_else_is(as_ada: Client, right: SimpleNamespace) -> None:
    QuizItem.objects.filter(quiz=right.ada_quiz).update(points=5)
    assert '<option value="keep" selected>' in as_ada.get(page_of(right.ada_quiz)).content.decode()
    page = words(choose(as_ada, right.ada_quiz, right.ada_assignment, "keep", reason=""))
    assert "All attempts keep their points." in page
    right.right.refresh_from_db()
    assert (right.right.marks, right.right.events.filter(kind="regraded").exists()) == (1, False)


def test_re_marking_wants_a_reason_and_tells_the_learner(as_ada: Client, right: SimpleNamespace) -> None:
    QuizItem.objects.filter(quiz=right.ada_quiz).update(points=5)
    page = words(choose(as_ada, right.ada_quiz, right.ada_assignment, reason=" "))
    assert "Give a reason; it is kept with the change." in page
    page = words(choose(as_ada, right.ada_quiz, right.ada_assignment))
    assert "2 attempts re-marked." in page
    assert "None of the attempts that you manage was marked by other points" in page
    right.right.refresh_from_db()
    assert (right.right.marks, right.right.max_marks) == (5, 5)
    told = words(logged_in(right.una).get(reverse("quizzes:attempt_result", args=[right.right.pk])))
    assert re.search(
        r"The marks changed from 1 of 1 to 5 of 5 on \w+, \w+ \d+: It weighs more. Question 1: 1 points, now 5.", told
    )


def test_a_quiz_that_was_saved_in_between_is_looked_at_first(as_ada: Client, right: SimpleNamespace) -> None:
    QuizItem.objects.filter(quiz=right.ada_quiz).update(points=5)
    data = {f"group-{right.ada_assignment.pk}": "remark", "reason": REASON, "revision": 99}
    assert "The quiz was edited in between." in words(as_ada.post(page_of(right.ada_quiz), data))


# Who may ----------------------------------------------------------------------------------------------------------------


def test_only_those_who_may_edit_the_quiz_see_the_page(
    as_ada: Client, as_bea: Client, as_root: Client, right: SimpleNamespace
) -> None:
    codes = [client.get(page_of(right.ada_quiz)).status_code for client in (as_ada, as_root, as_bea)]
    assert codes[:2] == [200, 200]
    assert codes[2] in (403, 404)
    QuizItem.objects.filter(quiz=right.ada_quiz).update(points=5)
    choose(as_bea, right.ada_quiz, right.ada_assignment)
    for who in (right.una, right.sam):
        assert logged_in(who).get(page_of(right.ada_quiz)).status_code == 302
    right.right.refresh_from_db()
    assert right.right.marks == 1


def test_attempts_of_another_class_are_not_the_editors(as_ada: Client, as_root: Client, right: SimpleNamespace) -> None:
    theirs = cast.assignment(right.bea_room, right.ada_quiz)
    other = cast.attempt(right.tim, theirs, {1: {"choice": ["0"]}})
    page = saved(as_ada, right.ada_quiz, **{"items-0-points": "5"})
    assert "3 attempts were marked by the old points." in page
    page = words(as_ada.get(page_of(right.ada_quiz)))
    assert "1 attempt with other points is not yours to re-mark." in page
    assert "11C" not in page
    choose(as_ada, right.ada_quiz, theirs)
    other.refresh_from_db()
    assert other.marks == 1
    choose(as_root, right.ada_quiz, theirs)
    other.refresh_from_db()
    assert other.marks == 5
