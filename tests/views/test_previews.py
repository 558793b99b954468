"""A quiz as a student sees it, for those who write it: from the draft, in the student's own pages, in no table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from quizzes.models import Question, QuestionVersion, Quiz, QuizItem, User
from tests import factories
from tests.clocks import Clock
from tests.pages import CONFIRMED, browser, read

KEY = "the key that nobody may read"
WHY = "because of the secret reason"
RIGHT, WRONG = {"q1-choice": "0", "q1-revision": "0"}, {"q1-choice": "1", "q1-revision": "0"}


def spec(stem: str, key: str = KEY) -> dict[str, Any]:
    options = [{"text": key, "correct": True, "feedback": WHY}, {"text": "a distractor"}]
    return {"stem": stem, "options": options, "explanation": WHY}


def open_spec(stem: str) -> dict[str, Any]:
    """A short answer, whose key is in no page until it is revealed."""
    return {"stem": stem, "answers": [{"text": KEY}], "explanation": WHY}


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def author(db: None) -> User:
    return factories.user("author", is_staff=True)


@pytest.fixture
def drafted(author: User) -> Question:
    """A question that was never published."""
    row = Question.objects.create(type="single_choice", topic=factories.topic(), owner=author)
    QuestionVersion.objects.create(question=row, number=1, spec=spec("An unpublished question?"), status="draft")
    return row


def quiz_of(author: User, *questions: Question, **fields: Any) -> Quiz:
    return factories.quiz(questions, owner=author, status="draft", is_open_to_all=False, title="Leaves", **fields)


def begun(author: User, quiz: Quiz) -> Client:
    """A browser in which the author has started a preview."""
    client = browser(author)
    client.post(f"/quizzes/{quiz.slug}/preview/start/")
    return client


def rows() -> dict[str, int]:
    """How many rows each table of the site has, but for the sessions."""
    models = [model for model in apps.get_models() if model._meta.app_label != "sessions"]
    return {model._meta.label: model._default_manager.count() for model in models}


def test_a_draft_of_unpublished_questions_is_taken_from_its_rules_to_its_result(
    author: User, drafted: Question
) -> None:
    quiz = quiz_of(author, drafted, factories.question(open_spec("A published one?"), type="short_answer"))
    client = browser(author)
    rules = read(client.get(f"/quizzes/{quiz.slug}/preview/"))
    assert "This is what a student sees" in rules
    assert "Start</button>" in rules
    first = read(client.post(f"/quizzes/{quiz.slug}/preview/start/", follow=True))
    assert "An unpublished question?" in first
    assert "Question 1 of 2" in first
    second = read(client.post(f"/quizzes/{quiz.slug}/preview/questions/1/advance/", RIGHT, follow=True))
    assert "A published one?" in second
    posted = {"q2-text": "nonsense", "q2-revision": "0"}
    summary = read(client.post(f"/quizzes/{quiz.slug}/preview/questions/2/advance/", posted, follow=True))
    assert "Every question is answered." in summary
    result = read(client.post(f"/quizzes/{quiz.slug}/preview/submit/", CONFIRMED, follow=True))
    assert "1 of 2 points" in result
    assert "Question 1" in result


def test_a_preview_leaves_no_row_anywhere(author: User, drafted: Question) -> None:
    quiz = quiz_of(author, drafted, factories.question(), feedback="exam", time_limit=10)
    client = browser(author)
    before, pinned = rows(), list(QuizItem.objects.values_list("pinned_version", flat=True))
    client.post(f"/quizzes/{quiz.slug}/preview/start/")
    client.post(f"/quizzes/{quiz.slug}/preview/questions/1/advance/", RIGHT)
    client.post(f"/quizzes/{quiz.slug}/preview/submit/", CONFIRMED)
    assert "1 of 2 points" in read(client.get(f"/quizzes/{quiz.slug}/preview/result/"))
    assert rows() == before
    assert list(QuizItem.objects.values_list("pinned_version", flat=True)) == pinned


@pytest.mark.parametrize("feedback", ["practice", "homework", "exam", "survey"])
@pytest.mark.parametrize("layout", ["one", "all"])
def test_without_answers_no_page_has_a_key_or_what_would_tell_it(author: User, feedback: str, layout: str) -> None:
    quiz = quiz_of(
        author, factories.question(open_spec("Which word?"), type="short_answer"), feedback=feedback, layout=layout
    )
    client = browser(author)
    client.post("/previews/answers/", {"answers": "hide", "back": f"/quizzes/{quiz.slug}/preview/"})
    base = f"/quizzes/{quiz.slug}/preview"
    pages = [client.get(f"{base}/"), client.post(f"{base}/start/", follow=True)]
    posted = {"page": "all" if layout == "all" else "1", "q1-text": "a guess", "q1-revision": "0"}
    pages.append(client.post(f"{base}/questions/1/check/", posted, follow=True))
    pages += [client.get(f"{base}/summary/"), client.post(f"{base}/submit/", CONFIRMED, follow=True)]
    for page in map(read, pages):
        assert "Preview" in page
        for told in (KEY, WHY, "Not quite", "Right</span>"):
            assert told not in page


def test_with_answers_the_key_stands_below_a_question_and_in_the_result_of_an_exam(author: User) -> None:
    quiz = quiz_of(author, factories.question(open_spec("Which word?"), type="short_answer"), feedback="exam")
    client = begun(author, quiz)
    assert KEY in read(client.get(f"/quizzes/{quiz.slug}/preview/questions/1/"))
    result = read(client.post(f"/quizzes/{quiz.slug}/preview/submit/", CONFIRMED, follow=True))
    assert KEY in result
    assert "after the exam has closed" in result  # when students see it


def test_practice_checks_an_answer_and_lets_it_be_tried_again(author: User) -> None:
    quiz = quiz_of(author, factories.question(spec("Which?")), feedback="practice")
    client, page = begun(author, quiz), f"/quizzes/{quiz.slug}/preview/questions/1/"
    assert "Not quite" in read(client.post(f"{page}check/", WRONG, follow=True))
    assert "Check answer" in read(client.post(f"{page}try-again/", follow=True))


def test_the_time_limit_is_told_counts_down_and_ends_the_preview(author: User, now: datetime, clock: Clock) -> None:
    quiz = quiz_of(author, factories.question(), time_limit=10)
    client = begun(author, quiz)
    assert "10 minutes" in read(client.get(f"/quizzes/{quiz.slug}/preview/"))
    assert 'data-seconds-left="600"' in read(client.get(f"/quizzes/{quiz.slug}/preview/questions/1/"))
    clock.move_to(now + timedelta(minutes=11))
    assert "Time ran out" in read(client.get(f"/quizzes/{quiz.slug}/preview/questions/1/", follow=True))


def test_one_after_the_other_there_is_no_way_back(author: User) -> None:
    quiz = quiz_of(author, *factories.published(3), navigation="sequential")
    client = begun(author, quiz)
    client.post(f"/quizzes/{quiz.slug}/preview/questions/1/advance/")
    back = client.get(f"/quizzes/{quiz.slug}/preview/questions/1/", follow=True)
    assert "Question 2 of 3" in read(back)


def test_a_draft_that_was_edited_meanwhile_starts_the_preview_over(author: User, drafted: Question) -> None:
    quiz = quiz_of(author, drafted)
    client = begun(author, quiz)
    QuestionVersion.objects.filter(question=drafted).update(revision=7, spec=spec("Another question?"))
    page = read(client.get(f"/quizzes/{quiz.slug}/preview/questions/1/", follow=True))
    assert "A question was changed meanwhile" in page
    assert "Start</button>" in page


def test_a_draft_that_is_not_complete_is_left_out_and_named(author: User, drafted: Question) -> None:
    QuestionVersion.objects.filter(question=drafted).update(spec={"stem": "Only a stem"})
    quiz = quiz_of(author, drafted, factories.question())
    page = read(browser(author).post(f"/quizzes/{quiz.slug}/preview/start/", follow=True))
    assert "Questions that are not complete were left out." in page
    assert "Question 1 of 1" in page


def test_an_empty_quiz_says_why_there_is_nothing_to_see(author: User) -> None:
    page = read(browser(author).post(f"/quizzes/{quiz_of(author).slug}/preview/start/", follow=True))
    assert "This quiz has no questions yet." in page


def test_ending_a_preview_forgets_it(author: User) -> None:
    quiz = quiz_of(author, factories.question())
    client = begun(author, quiz)
    client.post(f"/quizzes/{quiz.slug}/preview/end/")
    assert (
        client.get(f"/quizzes/{quiz.slug}/preview/questions/1/", follow=True).request["PATH_INFO"].endswith("preview/")
    )
    assert client.session["previews"] == {}


def test_a_session_keeps_the_three_newest_previews(author: User) -> None:
    quizzes = [quiz_of(author, factories.question()) for _number in range(4)]
    client = browser(author)
    for quiz in quizzes:
        client.post(f"/quizzes/{quiz.slug}/preview/start/")
    assert set(client.session["previews"]) == {str(quiz.pk) for quiz in quizzes[1:]}


def test_an_exam_that_the_author_takes_as_a_student_stays_secret(author: User, now: datetime) -> None:
    """A colleague shares a quiz for editing that asks what the author's own exam asks."""
    colleague = factories.user("colleague", is_staff=True)
    asked, free = factories.question(owner=colleague), factories.question(owner=colleague)
    exam = factories.quiz([asked], owner=colleague, feedback="exam", is_open_to_all=False, title="Midterm")
    room = factories.classroom(instructor=colleague, students=[author])
    factories.assignment(room, exam, opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    shared = factories.quiz([asked, free], owner=colleague, visibility="edit")
    secret = QuestionVersion.objects.get(question=asked).stem
    page = read(browser(author).post(f"/quizzes/{shared.slug}/preview/start/", follow=True))
    assert secret not in page
    assert "held back until after “Midterm”" in page
    Quiz.objects.filter(pk=exam.pk).update(visibility="edit")
    assert browser(author).post(f"/quizzes/{exam.slug}/preview/start/").status_code == 404


def test_a_question_that_becomes_secret_ends_a_preview_of_it(author: User, now: datetime) -> None:
    colleague = factories.user("colleague", is_staff=True)
    asked = factories.question(owner=colleague)
    shared = factories.quiz([asked], owner=colleague, visibility="edit")
    client = begun(author, shared)
    exam = factories.quiz([asked], owner=colleague, feedback="exam", is_open_to_all=False)
    room = factories.classroom(instructor=colleague, students=[author])
    factories.assignment(room, exam, opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    secret = QuestionVersion.objects.get(question=asked).stem
    page = client.get(f"/quizzes/{shared.slug}/preview/questions/1/", follow=True)
    assert secret not in read(page)


def test_what_is_kept_for_exams_is_left_out_of_homework_as_it_is_for_students(author: User) -> None:
    kept, free = factories.question(is_kept_for_exams=True, owner=author), factories.question(owner=author)
    homework = quiz_of(author, kept, free)
    page = read(browser(author).post(f"/quizzes/{homework.slug}/preview/start/", follow=True))
    assert "Question 1 of 1" in page
    assert "kept for exams" in page
    exam = quiz_of(author, kept, free, feedback="exam")
    assert "Question 1 of 2" in read(browser(author).post(f"/quizzes/{exam.slug}/preview/start/", follow=True))


@pytest.mark.parametrize("path", ["", "start/", "questions/1/", "summary/", "result/"])
def test_a_student_and_a_colleague_get_404(author: User, learner: User, path: str) -> None:
    quiz = factories.quiz(owner=author)
    for person in (learner, factories.user("colleague", is_staff=True)):
        client = browser(person)
        address = f"/quizzes/{quiz.slug}/preview/{path}"
        assert (client.post(address) if path == "start/" else client.get(address)).status_code == 404
    assert browser(learner).post("/previews/answers/", {"answers": "show"}).status_code == 404


def test_a_published_quiz_of_the_site_is_previewed_by_every_instructor_and_edited_by_none(
    author: User, learner: User
) -> None:
    shipped, drafted = factories.quiz(), factories.quiz(status="draft")
    page = read(browser(author).get(f"/quizzes/{shipped.slug}/"))
    assert ">Preview</a>" in page
    assert ">Edit</a>" not in page
    assert ">Preview</a>" not in read(browser(learner).get(f"/quizzes/{shipped.slug}/"))
    assert browser(author).get(f"/quizzes/{shipped.slug}/preview/").status_code == 200
    assert browser(author).get(f"/quizzes/{drafted.slug}/preview/").status_code == 404
    assert browser(learner).get(f"/quizzes/{shipped.slug}/preview/").status_code == 404


def test_pages_of_a_preview_are_kept_in_no_cache(author: User) -> None:
    quiz = quiz_of(author, factories.question())
    client = begun(author, quiz)
    for page in ("", "questions/1/", "all/", "summary/"):
        assert "no-store" in client.get(f"/quizzes/{quiz.slug}/preview/{page}").headers["Cache-Control"], page


def test_the_switch_goes_back_to_pages_of_the_site_alone(author: User) -> None:
    response = browser(author).post("/previews/answers/", {"answers": "hide", "back": "https://elsewhere.example/"})
    assert response.headers["Location"] == "/quizzes/"


def test_the_author_sees_a_draft_on_its_own_page_with_what_can_be_done(author: User) -> None:
    quiz = quiz_of(author, factories.question())
    page = read(browser(author).get(f"/quizzes/{quiz.slug}/"))
    for words in ("Students don't see this quiz yet.", ">Edit</a>", ">Preview</a>", "Publish it to assign it"):
        assert words in page
    room = factories.classroom(instructor=author, name="9A")
    Quiz.objects.filter(pk=quiz.pk).update(status="published")
    page = read(browser(author).get(f"/quizzes/{quiz.slug}/"))
    assert f'/classrooms/{room.pk}/assignments/new/?quiz={quiz.pk}">Assign to 9A</a>' in page


def test_handing_in_with_questions_unanswered_asks_once_more(author: User) -> None:
    quiz = quiz_of(author, factories.question(), attempts_allowed=3)
    client = begun(author, quiz)
    page = read(client.post(f"/quizzes/{quiz.slug}/preview/submit/", follow=True))
    assert "1 of 1 questions is unanswered. Submit anyway?" in page
    assert "You have 2 attempts left after this." in page
