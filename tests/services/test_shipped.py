"""A new edition of the shipped bank comes to a site where people work: what they made and what they are at stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from quizzes import question_types
from quizzes.formats.base import QuestionDraft, SourcePlace
from quizzes.models import Answer, Notice, Question, QuestionVersion, Quiz, QuizItem, Source, Tag, Topic, User
from quizzes.reports import invariants
from quizzes.services import attempts, bank, quizzes, shipped
from quizzes.services.shipped.files import Edition, Paper
from tests import factories

pytestmark = pytest.mark.django_db
KEYS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 7)]
ALL = ("new", "changed", "archived")


def draft(key: str, stem: str = "Who decides?", **fields: Any) -> QuestionDraft:
    spec = question_types.normalized("single_choice", factories.single_choice(f"{stem} {key[-1]}"))
    fields = {"topic": "organs", "tags": ("d1",), "sources": (SourcePlace("report", 1, "the Council"),)} | fields
    return QuestionDraft("single_choice", spec, id=key, where=key, **fields)


def paper(title: str = "Who decides?", *, draws: int = 4, **settings: Any) -> Paper:
    item = {"position": 1, "points": "1.00", "question": None, "draw_count": draws, "tag": ["d1"], "fills_up": True}
    settings = {"title": title, "status": "published", "is_open_to_all": True, "time_rule": "computed"} | settings
    return Paper(settings, (item,))


def first_edition() -> Edition:
    found = Edition(
        sources={"report": {"title": "The report", "kind": "Report", "paragraphs": []}},
        topics={"organs": {"name": "Organs", "description": "Who does what"}},
        tags={"d1"},
        questions={key: draft(key) for key in KEYS},
        quizzes={"decides": paper()},
        retired={},
        replaced={},
        record={},
    )
    return replace(found, record=shipped.record(found))


@pytest.fixture
def first(now: datetime) -> Edition:
    """The first edition, which the site has."""
    edition = first_edition()
    shipped.load(edition, now=now)
    return edition


def stored(key: str = KEYS[0]) -> Question:
    return Question.objects.get(uuid=key)


def revised(edition: Edition, *keys: str) -> Edition:
    """A second edition, which asks the questions in other words."""
    return replace(edition, questions=dict(edition.questions) | {key: draft(key, "Who may decide?") for key in keys})


def without(edition: Edition, *keys: str) -> Edition:
    """A second edition, which retires the questions."""
    kept = {key: one for key, one in edition.questions.items() if key not in keys}
    return replace(edition, questions=kept, retired=dict.fromkeys(keys, "trivial"))


def replaced(edition: Edition, slug: str = "decides") -> Edition:
    """A second edition, which replaces the quiz."""
    return replace(edition, quizzes={"who-decides": paper("Who may decide?")}, replaced={slug: "a unit"})


def said(plan: shipped.LoadPlan) -> set[tuple[str, str, str]]:
    return {(verb, kind, key) for verb in ALL for kind, keys in getattr(plan, verb).items() for key in keys}


def edited_here(key: str = KEYS[0]) -> QuestionVersion:
    """A version that an administrator of the site published."""
    return factories.version(stored(key), factories.single_choice("Edited here?"))


# Questions ------------------------------------------------------------------------------------------------------------


def test_an_empty_site_gets_everything(first: Edition, now: datetime) -> None:
    assert Question.objects.filter(owner=None, visibility="use", versions__status="ready").count() == len(KEYS)
    quiz = Quiz.objects.get(slug="decides")
    assert (quiz.owner, quiz.status, quiz.published_at, quiz.computed_limit) == (None, "published", now, 5)
    assert [str(violation) for violation in invariants.check(now=now)] == []


def test_the_same_edition_changes_nothing(first: Edition, now: datetime) -> None:
    before = list(Quiz.objects.values()), list(QuestionVersion.objects.values())
    done = shipped.load(first, now=now + timedelta(days=1))
    assert (done.writes, done.left) == (False, ())
    assert (list(Quiz.objects.values()), list(QuestionVersion.objects.values())) == before


def test_a_changed_question_gets_a_new_version_and_loading_twice_makes_no_third(first: Edition, now: datetime) -> None:
    second = revised(first, KEYS[0])
    assert said(shipped.load(second, now=now)) == {("changed", "questions", KEYS[0])}
    assert not shipped.load(second, now=now).writes
    versions = list(stored().versions.order_by("number").values_list("number", "status"))
    assert versions == [(1, "retired"), (2, "ready")]
    ready = QuestionVersion.objects.get(question=stored(), number=2)
    assert (ready.stem, ready.published_at) == ("Who may decide? 1", now)
    assert "who may decide? 1" in ready.search_text


def test_an_attempt_keeps_the_version_it_was_asked(first: Edition, learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, Quiz.objects.get(slug="decides"), now=now)
    before = list(Answer.objects.values_list("slot", "version"))
    shipped.load(revised(first, *KEYS), now=now)
    assert list(Answer.objects.filter(attempt=attempt).values_list("slot", "version")) == before
    assert [str(violation) for violation in invariants.check(now=now)] == []


def test_a_quiz_of_an_instructor_keeps_the_version_that_it_is_pinned_to(
    first: Edition, instructor: User, now: datetime
) -> None:
    quiz, version = factories.quiz([stored()], owner=instructor), stored().ready_version
    quiz.items.update(pinned_version=version)
    shipped.load(revised(first, KEYS[0]), now=now)
    assert quiz.items.get().pinned_version == version
    [notice] = Notice.objects.filter(recipient=instructor)
    assert notice.sentence.startswith("Someone published a new version of")


def test_what_is_said_beside_the_content_makes_no_version(first: Edition, now: datetime) -> None:
    other = draft(KEYS[0], topic="funds", difficulty="hard", tags=("d1", "u2"), sources=(SourcePlace("report", 7),))
    second = replace(
        first,
        topics=dict(first.topics) | {"funds": {"name": "Funds", "description": ""}},
        tags={"d1", "u2"},
        questions=dict(first.questions) | {KEYS[0]: other},
    )
    shipped.load(second, now=now)
    question = stored()
    assert (question.versions.count(), question.topic.slug, question.difficulty) == (1, "funds", "hard")  # type: ignore[union-attr]
    assert [tag.slug for tag in question.tags.all()] == ["d1", "u2"]
    assert [place.paragraph for place in question.places.all()] == [7]
    assert not shipped.load(second, now=now).writes


def test_a_question_that_was_edited_here_is_left_and_named(first: Edition, now: datetime) -> None:
    version = edited_here()
    for edition in (revised(first, KEYS[0]), without(first, KEYS[0])):
        done = shipped.load(edition, now=now)
        assert [str(left) for left in done.left] == [f"questions {KEYS[0]}: it was edited here."]
        assert stored().ready_version == version
        assert not stored().is_archived


def test_a_label_that_was_changed_here_counts_as_edited(first: Edition, now: datetime) -> None:
    Question.objects.filter(uuid=KEYS[0]).update(difficulty="hard")
    [left] = shipped.load(revised(first, KEYS[0]), now=now).left
    assert left.why == "it was edited here."
    assert (stored().difficulty, stored().versions.count()) == ("hard", 1)


def test_an_older_edition_that_was_recorded_is_no_edit(first: Edition, now: datetime) -> None:
    second = revised(first, KEYS[0])
    third = replace(
        second, record=shipped.record(second), questions=dict(first.questions) | {KEYS[0]: draft(KEYS[0], "Who?")}
    )
    shipped.load(third, now=now)  # from the first, without the second
    assert stored().ready_version.stem == "Who? 1"  # type: ignore[union-attr]


def test_an_open_draft_and_what_was_taken_out_of_use_are_left(first: Edition, now: datetime) -> None:
    factories.version(stored(KEYS[0]), factories.single_choice("In work?"), status="draft")
    stored(KEYS[1]).versions.update(status="retired")
    Question.objects.filter(uuid=KEYS[2]).update(is_archived=True)
    Question.objects.filter(uuid=KEYS[3]).update(owner=factories.user("ada", first_name="Ada", last_name="Marsh"))
    done = shipped.load(revised(first, *KEYS[:4]), now=now)
    assert {left.key: left.why for left in done.left} == {
        KEYS[0]: "it has an unpublished draft.",
        KEYS[1]: "it was taken out of use here.",
        KEYS[2]: "it was archived here.",
        KEYS[3]: "it belongs to Ada Marsh.",
    }
    assert not done.writes


def test_a_rehearsal_says_the_same_and_writes_nothing(first: Edition, now: datetime) -> None:
    second = replaced(without(revised(first, KEYS[0]), KEYS[1]))
    rehearsed = shipped.load(second, now=now, is_rehearsal=True)
    assert (stored().versions.count(), Quiz.objects.count(), stored(KEYS[1]).is_archived) == (1, 1, False)
    assert rehearsed == shipped.plan(second, now=now) == shipped.load(second, now=now)


def test_a_source_and_a_topic_follow_unless_they_were_edited_here(first: Edition, now: datetime) -> None:
    second = replace(
        first,
        sources={"report": {"title": "The Seoul report", "kind": "Report", "paragraphs": []}},
        topics={"organs": {"name": "Organs of the UN", "description": ""}},
    )
    Topic.objects.filter(slug="organs").update(description="Ours")
    [left] = shipped.load(second, now=now).left
    assert (left.kind, left.why) == ("topics", "it was edited here.")
    assert Source.objects.get(slug="report").title == "The Seoul report"
    assert Topic.objects.get(slug="organs").description == "Ours"


def test_a_topic_whose_name_this_site_has_already_is_called_by_its_slug(first: Edition, now: datetime) -> None:
    Topic.objects.create(slug="money", name="Funds")
    shipped.load(replace(first, topics=dict(first.topics) | {"funds": {"name": "Funds", "description": ""}}), now=now)
    assert Topic.objects.get(slug="funds").name == "funds"


def test_a_question_whose_paragraph_this_sites_source_lacks_is_refused_alone(first: Edition, now: datetime) -> None:
    Source.objects.update(paragraphs=[{"number": 1, "heading": "", "words": 0, "pairs": ""}])
    second = revised(first, KEYS[0])
    second.questions[KEYS[1]] = draft(KEYS[1], "Who pays?", sources=(SourcePlace("report", 9),))  # type: ignore[index]
    done = shipped.load(second, now=now)
    assert said(done) == {("changed", "questions", KEYS[0])}
    assert "has no paragraph 9" in done.left[-1].why


# Retired questions ----------------------------------------------------------------------------------------------------


def test_a_retired_question_is_archived(first: Edition, now: datetime) -> None:
    second = without(first, KEYS[0])
    assert said(shipped.load(second, now=now)) == {("archived", "questions", KEYS[0])}
    assert stored().is_archived
    assert not shipped.load(second, now=now).writes


def test_a_question_that_an_instructors_quiz_asks_stays_and_is_named(
    first: Edition, instructor: User, now: datetime
) -> None:
    factories.quiz([stored(KEYS[0])], title="Ours", owner=instructor)
    factories.quiz([stored(KEYS[1])], owner=instructor, status="draft")
    done = shipped.load(without(first, KEYS[0], KEYS[1]), now=now)
    assert [str(left) for left in done.left] == [f"questions {KEYS[0]}: “Ours” asks it."]
    assert (stored(KEYS[0]).is_archived, stored(KEYS[1]).is_archived) == (False, True)


def test_questions_that_an_instructors_rule_cannot_do_without_stay(
    first: Edition, instructor: User, now: datetime
) -> None:
    quiz = factories.quiz(0, title="Ours", owner=instructor)
    rule = QuizItem.objects.create(quiz=quiz, draw_count=5, tag=Tag.objects.get(slug="d1"))
    second = without(first, KEYS[0], KEYS[1])
    assert {left.why for left in shipped.load(second, now=now).left} == {"“Ours” would draw too few without it."}
    assert not Question.objects.filter(is_archived=True).exists()
    QuizItem.objects.filter(pk=rule.pk).update(draw_count=4)
    assert shipped.load(second, now=now).left == ()


# Quizzes --------------------------------------------------------------------------------------------------------------


def test_a_changed_quiz_gets_its_settings_its_items_and_the_limit_they_give(first: Edition, now: datetime) -> None:
    second = replace(first, quizzes={"decides": paper("Who may decide?", draws=2, attempts_allowed=3)})
    assert said(shipped.load(second, now=now)) == {("changed", "quizzes", "decides")}
    quiz = Quiz.objects.get(slug="decides")
    assert (quiz.title, quiz.attempts_allowed, quiz.computed_limit) == ("Who may decide?", 3, 3)
    assert [item.draw_count for item in quiz.items.all()] == [2]
    assert not shipped.load(second, now=now).writes


def test_longer_questions_give_the_banks_quizzes_more_time(first: Edition, now: datetime) -> None:
    before = Quiz.objects.get(slug="decides").computed_limit
    long = {
        key: draft(key, "Who decides, when all is said and done, and by which rule of which text? " * 9) for key in KEYS
    }
    shipped.load(replace(first, questions=long), now=now)
    assert Quiz.objects.get(slug="decides").computed_limit > before  # type: ignore[operator]


def test_a_quiz_that_was_edited_here_is_left(first: Edition, now: datetime) -> None:
    Quiz.objects.filter(slug="decides").update(pass_mark=55)
    for second in (replace(first, quizzes={"decides": paper("Other")}), replaced(first)):
        assert [left.why for left in shipped.load(second, now=now).left] == ["it was edited here."]
        assert Quiz.objects.get(slug="decides").pass_mark == 55


def test_a_quiz_that_would_find_too_few_questions_here_stays_as_it_is(first: Edition, now: datetime) -> None:
    done = shipped.load(replace(first, quizzes={"decides": paper(draws=9)}), now=now)
    assert said(done) == set()
    assert "you asked for 9" in done.left[0].why
    assert Quiz.objects.get(slug="decides").items.get().draw_count == 4


def test_a_replaced_quiz_is_archived_and_its_attempts_go_on(first: Edition, learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, Quiz.objects.get(slug="decides"), now=now)
    done = shipped.load(replaced(first), now=now)
    assert said(done) == {("new", "quizzes", "who-decides"), ("archived", "quizzes", "decides")}
    assert Quiz.objects.get(slug="decides").status == "archived"
    attempt.refresh_from_db()
    assert attempt.status == "in_progress"


@pytest.mark.parametrize(
    ("closes", "archived", "status"),
    [(None, None, "published"), (1, None, "published"), (-1, None, "archived"), (None, -1, "archived")],
    ids=["without an end", "open", "closed", "in a class that is over"],
)
def test_a_replaced_quiz_that_a_class_still_has_stays(
    first: Edition, now: datetime, closes: int | None, archived: int | None, status: str
) -> None:
    day = timedelta(days=1)
    classroom = factories.classroom(name="10B", archived_at=archived and now + archived * day)
    factories.assignment(classroom, Quiz.objects.get(slug="decides"), closes_at=closes and now + closes * day)
    done = shipped.load(replaced(first), now=now)
    assert Quiz.objects.get(slug="decides").status == status
    expected = ["quizzes decides: the class “10B” has it."] if status == "published" else []
    assert [str(left) for left in done.left] == expected


def test_a_replaced_quiz_stays_for_one_who_has_an_exception(first: Edition, learner: User, now: datetime) -> None:
    row = factories.assignment(
        factories.classroom(students=[learner]), Quiz.objects.get(slug="decides"), closes_at=now - timedelta(days=1)
    )
    factories.accommodation(row, learner, now=now, closes_at=now + timedelta(days=1))
    shipped.load(replaced(first), now=now)
    assert Quiz.objects.get(slug="decides").status == "published"


def test_a_quiz_that_a_class_has_as_an_exam_waits_until_it_has_closed(first: Edition, now: datetime) -> None:
    closes_at = now + timedelta(days=1)
    quiz = Quiz.objects.get(slug="decides")
    factories.assignment(factories.classroom(), quiz, feedback="exam", closes_at=closes_at)
    second = replace(first, quizzes={"decides": paper("Other", feedback="practice", time_rule="untimed")})
    [left] = shipped.load(second, now=now).left
    assert left.why == "a class has it as an exam; load again when that has closed."
    assert Quiz.objects.get(slug="decides").title == "Who decides?"
    assert said(shipped.load(second, now=closes_at)) == {("changed", "quizzes", "decides")}


def test_a_quiz_that_someone_takes_does_not_begin_to_show_answers_earlier(
    first: Edition, learner: User, now: datetime
) -> None:
    attempt = factories.attempt(learner, Quiz.objects.get(slug="decides"), now=now)
    second = replace(first, quizzes={"decides": paper(feedback="practice", time_rule="untimed")})
    [left] = shipped.load(second, now=now).left
    assert left.why.startswith("someone is taking it")
    attempts.submit(attempt, now=now)
    assert said(shipped.load(second, now=now)) == {("changed", "quizzes", "decides")}


def test_a_quiz_of_an_instructor_that_has_the_slug_is_left(first: Edition, instructor: User, now: datetime) -> None:
    factories.quiz(1, slug="new", owner=instructor)
    done = shipped.load(replace(first, quizzes=dict(first.quizzes) | {"new": paper()}), now=now)
    assert [left.key for left in done.left] == ["new"]
    assert Quiz.objects.get(slug="new").owner == instructor


# What only administrators do, the command line does for the site ------------------------------------------------------


def test_the_command_line_archives_what_is_the_sites(first: Edition, now: datetime) -> None:
    bank.archive(stored(), actor=None, now=now)
    quizzes.archive(Quiz.objects.get(slug="decides"), actor=None, now=now)
    assert stored().is_archived
    assert UUID(KEYS[0]) == stored().uuid
