"""An exam shares its questions, of every type, with every other way to meet a question. Those who take it see nothing of
them anywhere else before its results are out: no stem, no key, no explanation, no answer of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client

from quizzes import question_types
from quizzes.models import Assignment, Attempt, Classroom, Question, Quiz, QuizItem, User, papers
from quizzes.services import attempts
from tests import factories
from tests.clocks import stopped_at
from tests.walkthroughs.test_nothing_leaks import SENTINEL, planted_question

STEM = "stem-that-only-the-exam-may-show"
HOUR = timedelta(hours=1)


@pytest.fixture
def questions(db: None) -> list[Question]:
    """One of every type, with a sentinel in its stem and others in all that is secret."""
    rows = [planted_question(kind) for kind in question_types.all_types()]
    for row in rows:
        version = row.versions.get()
        version.spec["stem"] = f"{STEM} {version.spec['stem']}"
        version.save()
    return rows


@pytest.fixture
def ways(questions: list[Question]) -> dict[str, Quiz]:
    """Every other way to the questions: quizzes that ask them, quizzes that draw them."""
    harmless = factories.published(2)
    by_rule = {name: factories.quiz(harmless, slug=f"draws-{name}", feedback=name) for name in ("practice", "homework")}
    for quiz in by_rule.values():
        QuizItem.objects.create(quiz=quiz, draw_count=len(questions), source=factories.source(), position=9)
    asks = {
        name: factories.quiz([*harmless, *questions], slug=f"asks-{name}", feedback=name)
        for name in ("practice", "homework", "survey")
    }
    return {quiz.slug: quiz for quiz in [*by_rule.values(), *asks.values()]}


@pytest.fixture
def exam(classroom: Classroom, questions: list[Question], now: datetime) -> Assignment:
    """From hour 3 to hour 5; before it is given to the class, everything is open."""
    quiz = factories.quiz(
        questions, slug="midterm", title="Midterm", feedback="exam", is_open_to_all=False, attempts_allowed=1
    )
    return factories.assignment(classroom, quiz, opens_at=now + 3 * HOUR, closes_at=now + 5 * HOUR)


def went_before(learner: User, ways: dict[str, Quiz], exam: Assignment, now: datetime) -> None:
    """Attempts from before the exam was assigned: some handed in, practice still running with every answer checked."""
    exam.delete()
    for slug in ("asks-homework", "draws-homework", "asks-survey", "draws-practice"):
        factories.attempt(learner, ways[slug], now=now, submit=True)
    running = attempts.start(learner, ways["asks-practice"], now=now)
    paper = papers.of_attempt(running.pk, learner.pk)
    for slot in paper.questions:
        attempts.show(paper, slot=slot, now=now)
    exam.save(force_insert=True)


def replies(client: Client, among: QuerySet[Attempt]) -> Iterator[tuple[str, str]]:
    """What the site says to everything a student can open, start, save, check or hand in, among these attempts."""
    for address in ("/", "/quizzes/", "/attempts/", "/sources/source/", "/topics/topic/"):
        yield address, client.get(address, follow=True).content.decode()
    for slug in Quiz.objects.values_list("slug", flat=True):
        yield slug, client.get(f"/quizzes/{slug}/").content.decode()
        yield f"start {slug}", client.post(f"/quizzes/{slug}/start/", follow=True).content.decode()
    for attempt in among.order_by("pk"):
        at = f"/attempts/{attempt.pk}/"
        for name in ("", "all/", "summary/", "result/", "state/", "timeline/", "deadline/"):  # redirects lead to these
            yield at + name, client.get(at + name).content.decode()
        slots = list(attempt.answers.values_list("slot", flat=True))
        for slot in (
            slots[attempt.pk % 3 :: 3] if attempt.is_in_progress else slots[:1]
        ):  # several attempts ask the same
            yield from replies_about(client, attempt, slot)


def replies_about(client: Client, attempt: Attempt, slot: int) -> Iterator[tuple[str, str]]:
    page = f"/attempts/{attempt.pk}/questions/{slot}/"
    body: dict[str, Any] = {"slot": slot, "revision": 1, "answer": {}}
    saved = client.post(f"/attempts/{attempt.pk}/save/", json.dumps(body), content_type="application/json")
    yield f"save {page}", saved.content.decode()
    if not attempt.is_in_progress:  # all else leads to the result
        return
    for verb in ("check", "show"):
        yield f"{verb} {page}", client.post(f"{page}{verb}/", {f"q{slot}-revision": "0"}).content.decode()
    yield page, client.get(page).content.decode()


def leaks(client: Client, *own: Attempt, among: QuerySet[Attempt] | None = None) -> dict[str, list[str]]:
    """The addresses that say a sentinel; `own` attempts may show the stems that they ask."""
    found: dict[str, list[str]] = {SENTINEL: [], STEM: []}
    for address, text in replies(client, Attempt.objects.all() if among is None else among):
        if SENTINEL in text:
            found[SENTINEL].append(address)
        if STEM in text and not any(f"/attempts/{attempt.pk}/" in address for attempt in own):
            found[STEM].append(address)
    return found


NONE: dict[str, list[str]] = {SENTINEL: [], STEM: []}


def test_those_who_take_an_exam_meet_its_questions_nowhere_else_until_its_results_are_out(
    client: Client, learner: User, ways: dict[str, Quiz], exam: Assignment, now: datetime
) -> None:
    went_before(learner, ways, exam, now)
    client.force_login(learner)
    practice = Attempt.objects.get(quiz=ways["asks-practice"])
    with stopped_at(now + HOUR):  # assigned, not open yet
        assert leaks(client, practice) == NONE
    with stopped_at(now + 4 * HOUR):
        taken = attempts.start(learner, exam.quiz, assignment=exam, now=now + 4 * HOUR)
        assert taken.answers.count() == len(question_types.all_types())
        assert leaks(client, practice, taken) == NONE | {STEM: ["start midterm"]}  # goes on with the exam
        attempts.submit(taken, now=now + 4 * HOUR)
        assert leaks(client, practice, taken, among=Attempt.objects.finished()) == NONE
        assert "Held back until after “Midterm”" in results_of(client, ways["asks-homework"])
    with stopped_at(now + 5 * HOUR):
        for page in (f"/attempts/{taken.pk}/result/", f"/attempts/{practice.pk}/all/"):
            assert SENTINEL in client.get(page).content.decode(), page
        assert "Held back" not in results_of(client, ways["asks-homework"])


def results_of(client: Client, quiz: Quiz) -> str:
    done = Attempt.objects.finished().filter(quiz=quiz).first()
    assert done is not None
    return client.get(f"/attempts/{done.pk}/result/").content.decode()


def test_the_score_of_what_is_held_back_stays(
    client: Client, learner: User, ways: dict[str, Quiz], exam: Assignment, now: datetime
) -> None:
    exam.delete()
    factories.attempt(learner, ways["asks-homework"], now=now, right=2, submit=True)
    exam.save(force_insert=True)
    client.force_login(learner)
    with stopped_at(now + HOUR):
        assert "2 of 11 points" in results_of(client, ways["asks-homework"])


def test_a_question_that_was_not_reached_in_an_exam_is_not_shown_after_it_was_handed_in(
    client: Client, learner: User, exam: Assignment, questions: list[Question], now: datetime
) -> None:
    Quiz.objects.filter(pk=exam.quiz_id).update(navigation="sequential")
    exam.quiz.refresh_from_db()
    start = now + 4 * HOUR
    taken = factories.attempt(learner, exam.quiz, assignment=exam, now=start, submit=True)
    client.force_login(learner)
    with stopped_at(start):
        result = client.get(f"/attempts/{taken.pk}/result/").content.decode()
        late = client.post(
            f"/attempts/{taken.pk}/save/", {"slot": 2, "revision": 1, "answer": {}}, content_type="application/json"
        )
    assert result.count(STEM) == 1
    assert late.status_code == 409
    assert late.json()["html"] == ""


def test_an_assistant_who_takes_the_exam_reads_attempts_without_its_questions(
    client: Client, learner: User, stranger: User, ways: dict[str, Quiz], exam: Assignment, now: datetime
) -> None:
    other = factories.classroom(students=[stranger])
    factories.member(other, learner, role="assistant")
    given = factories.assignment(other, ways["asks-homework"])
    done = factories.attempt(stranger, given.quiz, assignment=given, now=now, submit=True)
    client.force_login(learner)
    with stopped_at(now + HOUR):
        text = client.get(f"/attempts/{done.pk}/result/").content.decode()
    assert STEM not in text
    assert SENTINEL not in text
    assert "Held back until after “Midterm”" in text
