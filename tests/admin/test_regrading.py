"""The page that regrades a question: whose marks would change, who has to wait, and what the learners are told."""

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.admin import question_tools
from quizzes.models import QuestionVersion
from quizzes.services import attempts, deadlines
from tests.admin import cast
from tests.admin.test_questions import correct_the_key, edit
from tests.clocks import stopped_at

REASON = "The Assembly was meant."


@pytest.fixture(autouse=True)
def the_day_after() -> Iterator[None]:
    with stopped_at(cast.NOW + timedelta(days=1)):
        yield


@pytest.fixture
def url(stage: SimpleNamespace) -> str:
    correct_the_key(stage.question)
    return reverse("admin:quizzes_question_regrade", args=[stage.question.pk])


def words(client: Client, url: str) -> str:
    """The page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(url).content.decode()).split())


def regrade(client: Client, url: str) -> None:
    client.post(url, {"version": 2, "reason": REASON})


def test_a_table_says_whose_marks_would_change(as_ada: Client, stage: SimpleNamespace, url: str) -> None:
    page = words(as_ada, url)
    assert "Sam Quiz of 10B, attempt 1 0 → 1 0 → 1" in page
    assert "The marks of 1 attempt would change. 1 would rise, 0 would fall." in page
    assert re.search(r"1 Which organ .* Security Council 2 \(published\) Which organ .* General Assembly", page)
    assert "Quiz of 11C" not in page
    stage.ada_attempt.refresh_from_db()
    assert stage.ada_attempt.marks == 0


def test_a_long_table_says_how_many_more_there_are(
    as_ada: Client, stage: SimpleNamespace, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_tools, "ROWS", 1)
    once_more = cast.learner("una")
    stage.ada_room.memberships.create(user=once_more)
    QuestionVersion.objects.filter(number=2).update(status="draft")
    QuestionVersion.objects.filter(number=1).update(status="ready")
    cast.attempt(once_more, stage.ada_assignment, {1: {"choice": ["1"]}})
    QuestionVersion.objects.filter(number=1).update(status="retired")
    QuestionVersion.objects.filter(number=2).update(status="ready")
    page = words(as_ada, url)
    assert ("Sam Quiz" in page, "Una Quiz" in page) == (True, False)
    assert "And 1 more whose marks change." in page


def test_ones_own_attempts_are_re_marked_with_a_reason(as_ada: Client, stage: SimpleNamespace, url: str) -> None:
    assert "This field is required." in as_ada.post(url, {"version": 2, "reason": ""}).content.decode()
    regrade(as_ada, url)
    stage.ada_attempt.refresh_from_db()
    stage.bea_attempt.refresh_from_db()
    assert (stage.ada_attempt.marks, stage.bea_attempt.marks) == (1, 0)
    event = stage.ada_attempt.events.get(kind="regraded")
    assert (event.actor, event.slot, event.details["reason"]) == (stage.ada, 1, REASON)


def test_a_version_that_came_in_between_is_looked_at_first(as_ada: Client, stage: SimpleNamespace, url: str) -> None:
    answered = as_ada.post(url, {"version": 1, "reason": REASON})
    assert "Another version was published in between." in answered.content.decode()
    stage.ada_attempt.refresh_from_db()
    assert stage.ada_attempt.marks == 0


def test_two_pages_agree_about_attempts_on_older_versions(
    as_ada: Client, as_root: Client, stage: SimpleNamespace, url: str
) -> None:
    """D2: “1 attempt uses version 1” and “none of the attempts you manage does”, because it was reopened."""
    deadlines.reopen(stage.ada_attempt, due_at=None, reason="a fire drill", actor=stage.ada, now=cast.NOW)
    assert "2 attempts use version 1." in words(as_ada, edit(stage.question))
    page = words(as_ada, url)
    assert "1 attempt on an older version is in progress; it can be re-marked after it ends." in page
    assert "1 attempt on an older version is not yours to re-mark." in page
    assert "Re-mark this question" not in page
    attempts.submit(stage.ada_attempt, now=cast.NOW)
    regrade(as_root, url)
    assert "No attempt is on an older version than 2, the published one." in words(as_ada, url)
    assert "2 attempts use version 2." in words(as_ada, edit(stage.question))


def test_options_that_changed_are_the_reason_why_not(as_ada: Client, stage: SimpleNamespace, url: str) -> None:
    spec = {**cast.SPEC, "options": cast.SPEC["options"][:2][::-1]}
    QuestionVersion.objects.filter(number=2).update(spec=spec)
    assert "1 attempt cannot be re-marked: options changed." in words(as_ada, url)


def test_options_in_other_words_are_named(as_ada: Client, stage: SimpleNamespace, url: str) -> None:
    options = [{**row, "text": row["text"].replace("The Secretariat", "Secretariat")} for row in cast.SPEC["options"]]
    QuestionVersion.objects.filter(number=2).update(spec={**cast.SPEC, "options": options})
    page = words(as_ada, url)
    assert "“The Secretariat” reads “Secretariat” now" in page
    assert "1 attempt keeps its marks and shows the new key." in page


def test_the_learner_reads_what_changed_and_why(as_ada: Client, stage: SimpleNamespace, url: str) -> None:
    regrade(as_ada, url)
    sam = Client()
    sam.force_login(stage.sam)
    result = words(sam, reverse("quizzes:attempt_result", args=[stage.ada_attempt.pk]))
    assert f"Your mark for question 1 changed from 0 to 1 on Tue, Mar 3: {REASON}" in result
    seen = words(as_ada, reverse("quizzes:attempt_result", args=[stage.ada_attempt.pk]))
    assert f"The mark for question 1 changed from 0 to 1 on Tue, Mar 3: {REASON}" in seen


def test_a_reason_is_text(as_ada: Client, stage: SimpleNamespace, url: str) -> None:
    as_ada.post(url, {"version": 2, "reason": "<b>The Assembly</b>"})
    page = as_ada.get(reverse("quizzes:attempt_result", args=[stage.ada_attempt.pk])).content.decode()
    assert "&lt;b&gt;The Assembly&lt;/b&gt;" in page


def test_nothing_of_it_is_told_before_marks_may_be_seen(as_ada: Client, stage: SimpleNamespace, url: str) -> None:
    stage.ada_quiz.feedback = "exam"
    stage.ada_quiz.save()
    regrade(as_ada, url)
    sam = Client()
    sam.force_login(stage.sam)
    for name in ("attempt_result", "attempt_timeline"):
        page = words(sam, reverse(f"quizzes:{name}", args=[stage.ada_attempt.pk]))
        assert REASON not in page
    assert REASON in words(as_ada, reverse("quizzes:attempt_timeline", args=[stage.ada_attempt.pk]))


@pytest.mark.parametrize("who", ["sam", "tim"])
def test_learners_have_no_such_page(client: Client, stage: SimpleNamespace, url: str, who: str) -> None:
    client.force_login(getattr(stage, who))
    assert client.post(url, {"version": 2, "reason": REASON}).status_code in (302, 403, 404)
    stage.ada_attempt.refresh_from_db()
    assert stage.ada_attempt.marks == 0
