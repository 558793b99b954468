"""One's own data: every table that says something about people is in it or has a reason, and nothing secret gets out by it."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from quizzes.models import Answer, Membership, Notice, Question, User, papers
from quizzes.reports import own_data
from quizzes.reports.own_data import NOT_INCLUDED, PARTS, Reader
from quizzes.services import attempts
from tests import factories, saving

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL_PARTS = {part.label: part for part in PARTS}


def as_json(person: User, now: datetime) -> str:
    with own_data.json_file(Reader(person, now)) as made:
        return made.read().decode()


def exported(person: User, now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(as_json(person, now))
    return found


def tables(person: User, now: datetime) -> dict[str, str]:
    with own_data.csv_archive(Reader(person, now)) as made, zipfile.ZipFile(made) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


# The registry ---------------------------------------------------------------------------------------------------------


def relations() -> set[tuple[type[Model], str]]:
    """Each field by which a row belongs to a person, or to a row of the files: an attempt, a place in a class, …"""
    about_people = {User, *(part.model for part in PARTS)}
    return {
        (model, field.name)
        for model in apps.get_models()
        for field in (*model._meta.concrete_fields, *model._meta.local_many_to_many)
        if field.is_relation and field.related_model in about_people
    }


def test_each_relation_to_people_is_exported_or_has_a_reason() -> None:
    missing = {
        f"{model._meta.label}.{name}"
        for model, name in relations()
        if f"{model._meta.label}.{name}" not in NOT_INCLUDED
        and name not in ({*part.fields, *part.left_out} if (part := ALL_PARTS.get(model._meta.label)) else ())
    }
    assert not missing, f"Add to PARTS or to NOT_INCLUDED in quizzes/reports/own_data/registry.py: {sorted(missing)}"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_each_field_is_exported_or_left_out_for_a_reason(part: own_data.parts.Part) -> None:
    there = {field.name for field in part.model._meta.concrete_fields}
    named = {*part.fields, *part.left_out}
    assert named == there, f"{part.label}: decide on {there ^ named} in quizzes/reports/own_data/registry.py"
    assert not part.fields & part.left_out.keys()
    assert all(str(reason) for reason in part.left_out.values())


def test_reasons_are_about_relations_that_there_are() -> None:
    assert NOT_INCLUDED.keys() <= {f"{model._meta.label}.{name}" for model, name in relations()}
    assert all(str(reason) for reason in NOT_INCLUDED.values())


# What is in it --------------------------------------------------------------------------------------------------------


def test_it_holds_the_account_classes_answers_marks_comments_and_the_deck(
    learner: User, instructor: User, now: datetime
) -> None:
    User.objects.filter(pk=learner.pk).update(first_name="Ines", email="ines@example.org")
    room = factories.classroom(instructor=instructor, name="10B")
    factories.member(room, learner, nickname="Inky")
    given = factories.assignment(room, factories.quiz(2, title="Midterm"))
    factories.accommodation(given, learner, now=now, attempts_allowed=3)
    row = factories.attempt(learner, given.quiz, assignment=given, now=now, right=1, submit=True)
    Answer.objects.filter(attempt=row, slot=1).update(comment="Well put.", is_flagged=True)
    factories.reviewed(learner, Question.objects.get(items__quiz=given.quiz, items__position=2), now=now, right=False)

    found = exported(learner, now + HOUR)
    assert (found["account"]["first_name"], found["account"]["email"]) == ("Ines", "ines@example.org")
    assert [(one["class"], one["nickname"]) for one in found["classes"]] == [("10B", "Inky")]
    assert [(one["quiz"], one["reason"]) for one in found["exceptions"]] == [("Midterm", "a broken arm")]
    [attempt] = found["attempts"]
    assert (attempt["class"], attempt["marks"], attempt["possible_marks"], attempt["percent"]) == (
        "10B",
        "1.00",
        "2.00",
        50,
    )
    first, second = found["answers"]
    assert (first["your_answer"], first["verdict"], first["marks"]) == ("the key", "right", "1.00")
    assert (first["comment"], first["flagged"]) == ("Well put.", True)
    assert (second["your_answer"], second["verdict"], second["right_answer"]) == (None, "unanswered", "the key")
    assert first["explanation"] == "Because the source says so."
    assert {one["what"] for one in found["log_of_attempts"]} >= {"started", "answer saved", "submitted"}
    assert [one["reviews"] for one in found["review_cards"]] == [1]
    assert [(one["your_answer"], one["right"], one["grade"]) for one in found["review_answers"]] == [
        (None, False, "again")
    ]


def test_other_people_are_not_in_it(learner: User, stranger: User, instructor: User, now: datetime) -> None:
    User.objects.filter(pk=instructor.pk).update(first_name="Alba", last_name="Reyes")
    room = factories.classroom(instructor=instructor, students=[learner, stranger])
    given = factories.assignment(room, factories.quiz(1))
    factories.attempt(stranger, given.quiz, assignment=given, now=now, right=1, submit=True)
    row = factories.attempt(learner, given.quiz, assignment=given, now=now, submit=True)
    Answer.objects.filter(attempt=row).update(marked_by=instructor)
    Notice.objects.create(recipient=learner, actor=instructor, kind="published", created_at=now)
    text = as_json(learner, now)
    assert (text.count("stranger"), text.count("Reyes")) == (0, 0)
    assert len(json.loads(text)["answers"]) == 1


# What is secret stays secret ------------------------------------------------------------------------------------------

# Preset, what is asked after, and of one's attempt: is the question in it, the marks, the key and the explanation.
RELEASES = [
    ("practice", "in progress", True, False),
    ("practice", "checked", True, True),
    ("practice", "handed in", True, True),
    ("homework", "in progress", True, False),
    ("homework", "handed in", True, True),
    ("exam", "in progress", False, False),
    ("exam", "handed in", False, False),
    ("exam", "closed", True, True),
    ("survey", "handed in", True, False),
]


@pytest.mark.parametrize(("preset", "when", "is_asked", "is_revealed"), RELEASES)
def test_a_file_says_no_more_than_the_release_of_results(
    learner: User, instructor: User, now: datetime, preset: str, when: str, is_asked: bool, is_revealed: bool
) -> None:
    room = factories.classroom(instructor=instructor, students=[learner])
    quiz = factories.quiz([factories.question(factories.single_choice("Who may speak first?"))], feedback=preset)
    given = factories.assignment(room, quiz, closes_at=now + DAY)
    row = attempts.start(learner, quiz, assignment=given, now=now)
    saving.save(row.pk, learner, slot=1, fields=factories.WRONG, revision=1, now=now)
    if when == "checked":
        attempts.show(papers.of_attempt(row.pk, learner.pk), slot=1, now=now)
    elif when != "in progress":
        attempts.submit(row, now=now)
    at = now + (DAY + HOUR if when == "closed" else HOUR)

    [answer] = exported(learner, at)["answers"]
    assert (answer["question"] == "Who may speak first?") is is_asked
    assert (answer["your_answer"] == "distractor 1") is is_asked
    assert bool(answer["held_back"]) is not is_asked
    told = ("verdict", "right_answer", "explanation", "marks")
    assert [answer[name] is not None for name in told] == [is_revealed] * 4
    files = "".join(tables(learner, at).values())
    assert ("the key" in files, "Because the source" in files) == (is_revealed, is_revealed)
    assert ("Who may speak" in files) is is_asked
    marks = exported(learner, at)["attempts"][0]["marks"]
    assert (marks is not None) is (is_revealed and when != "checked")


def test_what_an_exam_asks_now_is_held_back_in_older_attempts_and_in_the_deck(
    learner: User, instructor: User, now: datetime
) -> None:
    question = factories.question(factories.single_choice("Who may speak first?"))
    factories.attempt(learner, factories.quiz([question]), now=now, right=1, submit=True)
    factories.reviewed(learner, question, now=now)
    room = factories.classroom(instructor=instructor, students=[learner])
    factories.assignment(room, factories.quiz([question], title="Midterm", feedback="exam"), closes_at=now + DAY)

    found = exported(learner, now + HOUR)
    for part in ("answers", "review_cards", "review_answers"):
        [row] = found[part]
        assert row["held_back"] == "held back until 2026-03-03T09:00:00Z: “Midterm” asks it"
        assert row["question"] is None
    assert found["answers"][0]["your_answer"] is None
    assert found["review_answers"][0]["right"] is None
    assert "Who may speak" in as_json(learner, now + DAY + HOUR)


def test_what_one_has_not_come_to_is_not_in_it(learner: User, now: datetime) -> None:
    quiz = factories.quiz(3, navigation="sequential")
    attempts.start(learner, quiz, now=now)
    assert [row["question_number"] for row in exported(learner, now)["answers"]] == [1]


# Tables, and size -----------------------------------------------------------------------------------------------------


def test_a_name_like_a_formula_does_not_compute_in_a_table(learner: User, now: datetime) -> None:
    room = factories.classroom(students=[learner], name='=HYPERLINK("http://evil.example")')
    Membership.objects.filter(classroom=room).update(nickname="@sum")
    found = tables(learner, now)
    assert found["classes.csv"].splitlines()[1].startswith("\"'=HYPERLINK")
    assert ",'@sum," in found["classes.csv"]
    assert found.keys() == {"README.txt", *(f"{part.name}.csv" for part in PARTS)}


def test_each_row_has_the_columns_of_its_part(learner: User, now: datetime) -> None:
    factories.reviewed(learner, factories.question(), now=now)
    factories.attempt(learner, factories.quiz(1), now=now, submit=True)
    Notice.objects.create(recipient=learner, kind="published", details={"what": "Why?"}, created_at=now)
    for part in PARTS:
        assert all(row.keys() == set(part.columns) for row in part.rows(Reader(learner, now))), part.name


def test_answers_stand_in_the_order_of_attempts_and_times_read_plainly(learner: User, now: datetime) -> None:
    quiz = factories.quiz(2, time_limit=20)
    for hour in range(2):
        factories.attempt(learner, quiz, now=now + hour * HOUR, submit=True)
    found = exported(learner, now + DAY)
    assert [(row["attempt"], row["question_number"]) for row in found["answers"]] == [
        (attempt["id"], slot) for attempt in found["attempts"] for slot in (1, 2)
    ]
    assert [row["time_limit_minutes"] for row in found["attempts"]] == [20, 20]
    assert "2026-03-02T09:00:00Z" in tables(learner, now + DAY)["attempts.csv"]


def test_more_answers_take_no_more_queries(learner: User, now: datetime) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            as_json(learner, now + HOUR)
        return len(captured)

    quiz = factories.quiz(2)
    factories.attempt(learner, quiz, now=now, submit=True)
    factories.reviewed(learner, factories.question(), now=now)
    queries()  # versions are read once
    few = queries()
    for _number in range(4):
        factories.attempt(learner, quiz, now=now, submit=True)
    assert queries() == few


def test_years_of_answers_leave_the_memory(learner: User, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quizzes.reports.own_data.files.IN_MEMORY", 1000)
    with own_data.json_file(Reader(learner, now)) as made:
        assert getattr(made, "_rolled") is True  # noqa: B009
        assert json.load(made)["account"]["username"] == "learner"
