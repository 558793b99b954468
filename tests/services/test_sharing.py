"""Work that several instructors use: first publication, pins, notices, copies, handing over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from quizzes.errors import NotYours, QuizError
from quizzes.models import Notice, Question, Quiz, Source, User
from quizzes.services import bank, copies, handover, notices, people, quizzes
from tests.admin import cast

pytestmark = pytest.mark.django_db
NOW = cast.NOW
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def ada() -> User:
    return cast.instructor("ada")


@pytest.fixture
def bea() -> User:
    return cast.instructor("bea")


@pytest.fixture
def root() -> User:
    return User.objects.create(username="root", first_name="Root", is_staff=True, is_superuser=True)


def reworded(question: Question, *, by: User) -> None:
    """Publish a new version."""
    revision = question.latest_version.revision  # type: ignore[union-attr]
    spec = {**cast.SPEC, "stem": "Which organ of the United Nations decides that a mission is sent, and on its tasks?"}
    draft = bank.save_draft(question, spec, actor=by, now=NOW, expected_revision=revision)
    bank.publish(draft, actor=by, now=LATER)


def lines(user: User) -> list[str]:
    return [notice.sentence for notice in Notice.objects.waiting_for(user)]


# First publication ----------------------------------------------------------------------------------------------------


def test_a_question_can_be_copied_by_others_from_its_first_publication_on(ada: User) -> None:
    question = cast.question(owner=ada, status="draft")
    bank.publish(question.draft, actor=ada, now=NOW)
    question.refresh_from_db()
    assert question.visibility == "copy"


def test_a_question_made_private_again_stays_private_when_it_is_published_once_more(ada: User) -> None:
    question = cast.question(owner=ada, visibility="private")
    reworded(question, by=ada)
    question.refresh_from_db()
    assert question.visibility == "private"


@pytest.mark.parametrize("chosen", ["use", "edit"])
def test_a_choice_before_the_first_publication_stands(ada: User, chosen: str) -> None:
    question = cast.question(owner=ada, status="draft", visibility=chosen)
    bank.publish(question.draft, actor=ada, now=NOW)
    question.refresh_from_db()
    assert question.visibility == chosen


def test_a_quiz_is_shown_at_its_first_publication_only(ada: User) -> None:
    quiz = cast.quiz(ada, cast.question(owner=ada), status="draft")
    assert quizzes.publish(quiz, actor=ada, now=NOW).visibility == "copy"
    quizzes.unpublish(quiz, actor=ada, now=NOW)
    Quiz.objects.update(visibility="private")
    again = quizzes.publish(quiz, actor=ada, now=LATER)
    assert (again.visibility, again.published_at) == ("private", NOW)


# Rights ---------------------------------------------------------------------------------------------------------------


def test_others_can_change_nothing_of_a_question(ada: User, bea: User) -> None:
    question = cast.question(owner=ada, visibility="use")
    for act in (
        lambda: bank.save_draft(question, cast.SPEC, actor=bea, now=NOW, expected_revision=1),
        lambda: bank.acknowledge(question, {"stem-length": "No."}, actor=bea),
        lambda: bank.publish(question.ready_version, actor=bea, now=NOW),
        lambda: bank.retire(question, actor=bea, now=NOW),
        lambda: bank.discard_draft(question, actor=bea, expected_revision=1),
        lambda: bank.archive(question, actor=bea, now=NOW),
        lambda: bank.restore(question, actor=bea),
        lambda: bank.delete(question, actor=bea),
    ):
        with pytest.raises(NotYours):
            act()
    assert Question.objects.ready().get() == question


def test_others_can_change_nothing_of_a_quiz(ada: User, bea: User) -> None:
    quiz = cast.quiz(ada, visibility="use")
    for act in (
        lambda: quizzes.publish(quiz, actor=bea, now=NOW),
        lambda: quizzes.unpublish(quiz, actor=bea, now=NOW),
        lambda: quizzes.archive(quiz, actor=bea, now=NOW),
        lambda: quizzes.delete(quiz, actor=bea),
        lambda: quizzes.add_questions(quiz, [], points=cast.points("1"), actor=bea, now=NOW),
    ):
        with pytest.raises(NotYours):
            act()
    assert Quiz.objects.get().status == "published"


def test_only_its_owner_says_what_others_may_do(ada: User, bea: User) -> None:
    question = cast.question(owner=ada, visibility="edit")
    described = bank.Identity(question.topic.name, "easy", "remember", visibility="private")
    bank.save_draft(question, cast.SPEC, actor=bea, now=NOW, expected_revision=1, identity=described)
    question.refresh_from_db()
    assert (question.difficulty, question.visibility) == ("easy", "edit")


# Pins -----------------------------------------------------------------------------------------------------------------


def added(quiz: Quiz, question: Question, *, by: User) -> Any:
    quizzes.add_questions(quiz, [question], points=cast.points("1"), actor=by, now=NOW)
    return quiz.items.get(question=question).pinned_version


def test_a_question_of_a_colleague_stays_at_the_version_it_was_taken_with(ada: User, bea: User) -> None:
    question, quiz = cast.question(owner=ada, visibility="use"), cast.quiz(bea)
    assert added(quiz, question, by=bea) == question.ready_version
    reworded(question, by=ada)
    assert quiz.items.get().pinned_version.number == 1


def test_what_is_newer_is_taken_when_the_owner_of_the_quiz_says_so(ada: User, bea: User) -> None:
    question, quiz = cast.question(owner=ada, visibility="use"), cast.quiz(bea)
    added(quiz, question, by=bea)
    assert not quizzes.outdated(quiz).exists()
    reworded(question, by=ada)
    assert quizzes.outdated(quiz).get().question == question
    assert quizzes.take_newer(quiz, actor=bea, now=LATER) == 1
    assert quiz.items.get().pinned_version == question.ready_version
    assert quizzes.take_newer(quiz, actor=bea, now=LATER) == 0


def test_what_became_private_is_not_taken(ada: User, bea: User) -> None:
    question, quiz = cast.question(owner=ada, visibility="use"), cast.quiz(bea)
    added(quiz, question, by=bea)
    reworded(question, by=ada)
    Question.objects.update(visibility="private")
    assert quizzes.take_newer(quiz, actor=bea, now=LATER) == 0
    assert quiz.items.get().pinned_version.number == 1


def test_ones_own_questions_and_the_sites_are_followed(ada: User) -> None:
    quiz = cast.quiz(ada)
    assert added(quiz, cast.question(owner=ada), by=ada) is None
    assert added(quiz, cast.question(), by=ada) is None


def test_a_question_that_others_may_only_copy_is_not_put_into_a_quiz(ada: User, bea: User) -> None:
    quiz = cast.quiz(bea)
    with pytest.raises(NotYours):
        added(quiz, cast.question(owner=ada, visibility="copy"), by=bea)
    assert not quiz.items.exists()


# Notices --------------------------------------------------------------------------------------------------------------


def test_the_owner_hears_that_a_colleague_published_retired_and_archived_their_question(ada: User, bea: User) -> None:
    question = cast.question(owner=ada, visibility="edit")
    reworded(question, by=bea)
    bank.archive(question, actor=bea, now=LATER)
    bank.retire(question, actor=bea, now=LATER)
    retired, archived, published = lines(ada)
    assert published.startswith(
        "Bea published a new version of your question “Which organ of the United Nations decides"
    )
    assert archived.startswith("Bea archived your question")
    assert retired.startswith("Bea took your question “Which organ")
    assert lines(bea) == []


def test_those_whose_quizzes_have_a_question_hear_of_it(ada: User, bea: User) -> None:
    question, quiz = cast.question(owner=ada, visibility="use"), cast.quiz(bea, title="Term")
    added(quiz, question, by=bea)
    reworded(question, by=ada)
    [line] = lines(bea)
    assert line.startswith("Ada published a new version")
    assert "Your quiz “Term” keeps the one it has" in line
    bank.retire(question, actor=ada, now=LATER)
    assert "out of use, which is in your quiz “Term”." in lines(bea)[0]
    assert lines(ada) == []


def test_a_new_version_of_the_sites_question_is_told_to_those_who_follow_it(root: User, bea: User) -> None:
    question = cast.question()
    cast.quiz(bea, question, title="Term")
    reworded(question, by=root)
    assert lines(bea)[0].endswith("which your quiz “Term” asks from now on.")


def test_instructors_hear_when_a_quiz_of_their_class_is_archived(ada: User, bea: User) -> None:
    quiz = cast.quiz(ada, title="Term", visibility="use")
    cast.assignment(cast.classroom(bea), quiz)
    quizzes.archive(quiz, actor=ada, now=NOW)
    assert lines(bea) == ["Ada archived “Term”. It no longer starts attempts."]
    assert lines(ada) == []


def test_a_line_that_waits_is_brought_up_to_date_and_one_that_was_dismissed_is_not(ada: User) -> None:
    quiz = cast.quiz(ada, title="Term")
    for found, at in ((4, NOW), (3, LATER)):
        notices.tell(ada, "paper_short", quiz=quiz, now=at, wanted=5, found=found)
    [notice] = Notice.objects.waiting_for(ada)
    assert notice.sentence == "“Term” asks 5 questions, and only 3 can be asked now."
    notices.dismiss(notice, now=LATER)
    notices.tell(ada, "paper_short", quiz=quiz, now=LATER, wanted=5, found=2)
    assert Notice.objects.count() == 2
    assert len(lines(ada)) == 1


def test_administrators_hear_of_what_is_the_sites(ada: User, root: User) -> None:
    quiz = cast.quiz(None, title="Everybody's")
    notices.tell_owner(quiz, "paper_short", now=NOW, wanted=5, found=4)
    assert (len(lines(root)), len(lines(ada))) == (1, 0)


def test_students_get_no_line(ada: User) -> None:
    sam = cast.learner("sam")
    notices.tell(sam, "quiz_archived", quiz=cast.quiz(ada), now=NOW, actor=ada)
    assert not Notice.objects.exists()


def test_a_person_who_is_forgotten_is_forgotten_in_the_lines_of_others(ada: User, bea: User, root: User) -> None:
    quiz = cast.quiz(ada, title="Term", visibility="edit")
    quizzes.archive(quiz, actor=bea, now=NOW)
    notices.tell(bea, "quiz_archived", quiz=quiz, actor=root, now=NOW)
    people.anonymise(bea, by=root, now=LATER)
    assert lines(ada) == [f"Removed person {bea.pk} archived “Term”. It no longer starts attempts."]
    assert not Notice.objects.filter(recipient=bea).exists()


# Copies ---------------------------------------------------------------------------------------------------------------


def test_a_copy_of_a_question_is_a_draft_of_ones_own(ada: User, bea: User) -> None:
    question = cast.question(owner=ada, visibility="copy")
    cast.QuestionVersion.objects.create(
        question=question, number=2, spec={**cast.SPEC, "stem": "Secret?"}, status="draft"
    )
    made = copies.of_question(question, actor=bea, now=NOW)
    assert (made.owner, made.visibility, made.ready_version) == (bea, "private", None)
    assert made.draft.spec == question.ready_version.spec  # type: ignore[union-attr]
    assert [place.paragraph for place in made.places.all()] == [1]
    assert made.uuid != question.uuid


def test_a_copy_of_a_quiz_has_its_settings_and_what_may_be_used_of_its_questions(ada: User, bea: User) -> None:
    usable, kept = cast.question(owner=ada, visibility="use"), cast.question(owner=ada, visibility="copy")
    quiz = cast.quiz(ada, usable, kept, cast.question(), pass_mark=60, is_open_to_all=True, slug="organs")
    quiz.items.create(draw_count=2, position=4)
    quiz.bands.create(from_percent=50, text="Half.")
    made, left_out = copies.of_quiz(quiz, actor=bea, now=NOW)
    assert (made.owner, made.status, made.visibility, made.pass_mark) == (bea, "draft", "private", 60)
    assert (made.title, made.slug, made.is_open_to_all, left_out) == ("Organs (copy)", "organs-copy", False, 1)
    assert list(made.items.values_list("position", "draw_count")) == [(1, None), (3, None), (4, 2)]
    assert made.items.get(question=usable).pinned_version == usable.ready_version
    assert made.bands.get().text == "Half."
    again, _left_out = copies.of_quiz(quiz, actor=bea, now=NOW)
    assert again.slug == "organs-copy-2"


# Handing over ---------------------------------------------------------------------------------------------------------


def test_work_is_handed_over_as_a_whole_and_the_receiver_is_told(ada: User, bea: User, root: User) -> None:
    question = cast.question(owner=ada, visibility="private")
    quiz = cast.quiz(ada, question)
    Source.objects.filter(slug="doc").update(owner=ada)
    assert handover.hand_over(ada, bea, by=root, now=NOW) == 3
    for row in (question, quiz):
        row.refresh_from_db()
        assert (row.owner, row.visibility) == (bea, "private")
    [line] = lines(bea)
    assert line == "Root handed over to you the work of another instructor: 3 questions, quizzes and sources."


def test_work_can_be_given_to_the_site(ada: User, root: User) -> None:
    question = cast.question(owner=ada)
    handover.hand_over(ada, None, by=root, now=NOW)
    question.refresh_from_db()
    assert (question.owner, question.visibility) == (None, "use")


def test_only_an_administrator_hands_over_and_only_to_an_instructor(ada: User, bea: User, root: User) -> None:
    cast.question(owner=ada)
    with pytest.raises(NotYours):
        handover.hand_over(ada, bea, by=bea, now=NOW)
    for receiver in (cast.learner("sam"), ada):
        with pytest.raises(QuizError, match="Choose another instructor"):
            handover.hand_over(ada, receiver, by=root, now=NOW)
    assert Question.objects.get().owner == ada


def test_a_person_who_owns_work_is_forgotten_once_it_is_handed_over(ada: User, bea: User, root: User) -> None:
    cast.question(owner=ada)
    with pytest.raises(QuizError, match="Ada owns 1 question, quiz or source"):
        people.anonymise(ada, by=root, now=NOW)
    handover.hand_over(ada, bea, by=root, now=NOW)
    assert people.anonymise(ada, by=root, now=NOW).is_anonymised
