"""What a quiz is for is chosen first; settings that give the answers away are told before they are saved."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import Quiz
from quizzes.models.kinds import KINDS
from tests.admin.forms import as_shown
from tests.admin.test_quizzes import change, settings, stored_items
from tests.pages import nothing_inline, read

ADD = "/admin/quizzes/quiz/add/"
TOLD = "they can copy the answers"


def form_of(client: Client, address: str) -> dict[str, Any]:
    return as_shown(client.get(address).content.decode(), "quiz_form")


def test_a_new_quiz_begins_with_what_it_is_for(as_ada: Client) -> None:
    page = read(response := as_ada.get(ADD))
    assert nothing_inline(response) == []
    assert all(f'<a href="?kind={key}">' in page for key in ("practice", "homework", "exam", "survey"))
    assert "<form" not in page[page.index('id="content"') :].partition("<footer")[0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("practice", {"feedback": "practice", "attempts_allowed": "", "time_rule": "untimed", "counting": "highest"}),
        ("homework", {"feedback": "homework", "attempts_allowed": "3", "time_rule": "untimed", "counting": "highest"}),
        ("exam", {"feedback": "exam", "attempts_allowed": "1", "time_rule": "computed", "counting": "highest"}),
        ("survey", {"feedback": "survey", "attempts_allowed": "1", "time_rule": "untimed", "counting": "highest"}),
    ],
)
def test_the_form_that_follows_has_settings_that_go_together(
    as_ada: Client, kind: str, expected: dict[str, str]
) -> None:
    form = form_of(as_ada, f"{ADD}?kind={kind}")
    assert {name: form[name] for name in expected} == expected
    made = {**form, "title": "Made", "slug": "made", "_continue": "1"}
    assert as_ada.post(f"{ADD}?kind={kind}", made).status_code == 302
    quiz = Quiz.objects.get(slug="made")
    assert {name: getattr(quiz, name) for name in KINDS[kind].settings} == dict(KINDS[kind].settings)


def test_what_was_typed_wins_over_the_kind_when_the_form_comes_back(as_ada: Client) -> None:
    page = read(as_ada.post(f"{ADD}?kind=exam", settings(title="", attempts_allowed="7")))
    assert 'name="attempts_allowed" value="7"' in page


def test_another_kind_names_the_settings_it_would_change_and_changes_nothing_yet(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    quiz = stage.ada_quiz
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=3, feedback="homework")
    page = read(as_ada.get(f"{change(quiz)}?kind=exam"))
    assert "<li>Attempts allowed: 3 → 1</li>" in page
    assert "Homework: after submission → Exam: after the quiz has closed</li>" in page
    assert form_of(as_ada, f"{change(quiz)}?kind=exam")["attempts_allowed"] == "1"
    quiz.refresh_from_db()
    assert quiz.attempts_allowed == 3


def test_settings_that_give_the_answers_away_are_told_once_and_then_kept(as_ada: Client) -> None:
    typed = settings(attempts_allowed="", revision="0")
    page = as_ada.post(ADD, typed).content.decode()
    assert TOLD in page
    again = as_shown(page, "quiz_form")
    assert again["title"] == "Organs again"
    assert not Quiz.objects.filter(slug="organs-again").exists()
    assert as_ada.post(ADD, again).status_code == 302


@pytest.mark.parametrize("changes", [{"attempts_allowed": "2"}, {"counting": "first"}, {"feedback": "survey"}])
def test_others_are_saved_at_once(as_ada: Client, changes: dict[str, str]) -> None:
    assert as_ada.post(ADD, settings(**{"attempts_allowed": "", **changes})).status_code == 302


def test_what_a_quiz_had_before_is_not_told_again(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = stage.ada_quiz
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=None, feedback="homework", counting="highest")
    form = settings(slug=quiz.slug, revision="0", attempts_allowed="", **stored_items(quiz))
    assert as_ada.post(change(quiz), {**form, "title": "Another title"}).status_code == 302


def test_publishing_tells_it_as_well(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = stage.ada_quiz
    Quiz.objects.filter(pk=quiz.pk).update(status="draft", attempts_allowed=None, feedback="homework")
    act = reverse("admin:quizzes_quiz_act", args=[quiz.pk, "publish"])
    assert TOLD in read(as_ada.post(act, follow=True))
