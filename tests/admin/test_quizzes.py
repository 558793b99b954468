"""Quizzes in the workshop: settings that are checked, items, cells, publishing, running attempts."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from quizzes.forms.quizzes import QuizForm
from quizzes.models import Attempt, Question, Quiz, QuizItem
from tests.admin import cast
from tests.clocks import stopped_at

LIMIT = "A time limit is 1 to 1,440 minutes."


def rows(prefix: str, *filled: dict[str, Any]) -> dict[str, Any]:
    """A row formset as posted; rows with an id are stored already."""
    stored = sum("id" in row for row in filled)
    data = {f"{prefix}-TOTAL_FORMS": len(filled), f"{prefix}-INITIAL_FORMS": stored}
    for index, row in enumerate(filled):
        data.update({f"{prefix}-{index}-{name}": value for name, value in row.items()})
    return data


def settings(**changes: Any) -> dict[str, Any]:
    data = {
        "title": "Organs again",
        "slug": "organs-again",
        "time_rule": "fixed",
        "time_limit": "20",
        "feedback": "homework",
        "attempts_allowed": "3",
        "counting": "highest",
        "wrong_penalty": "0",
        "navigation": "free",
        "layout": "one",
        "shuffle_questions": "on",
        **rows("items"),
        **rows("items-2"),
        **rows("bands"),
    }
    return {**data, **changes}


def change(quiz: Quiz) -> str:
    return reverse("admin:quizzes_quiz_change", args=[quiz.pk])


def stored_items(quiz: Quiz) -> dict[str, Any]:
    fixed = [
        {"id": item.pk, "quiz": quiz.pk, "position": item.position, "question": item.question_id, "points": item.points}
        for item in quiz.items.filter(question__isnull=False)
    ]
    return rows("items", *fixed)


def test_a_quiz_is_made_with_questions_draw_rules_and_bands(as_ada: Client, stage: SimpleNamespace) -> None:
    fixed = {"position": "", "question": stage.question.pk, "points": "2"}
    drawn = {"position": "", "draw_count": "3", "points": "1", "difficulty": "easy"}
    band = {"from_percent": "70", "text": "Well prepared."}
    data = settings(**rows("items", fixed), **rows("items-2", drawn), **rows("bands", band))
    as_ada.post(reverse("admin:quizzes_quiz_add"), {**data, "_continue": "1"})
    quiz = Quiz.objects.get(slug="organs-again")
    assert (quiz.owner, quiz.status, quiz.time_limit) == (stage.ada, "draft", 20)
    assert list(quiz.items.values_list("position", "question", "draw_count")) == [
        (1, stage.question.pk, None),
        (2, None, 3),
    ]
    assert quiz.bands.get().text == "Well prepared."


def test_a_time_limit_out_of_range_gets_one_sentence(as_ada: Client, stage: SimpleNamespace) -> None:
    page = as_ada.post(reverse("admin:quizzes_quiz_add"), settings(time_limit="0")).content.decode()
    assert page.count(LIMIT) == 1
    assert 'value="Organs again"' in page
    assert not Quiz.objects.filter(slug="organs-again").exists()


@pytest.mark.parametrize("limit", ["0", "-5", str(10**9), "ten", "1.5", "1441"])
def test_a_time_limit_is_a_whole_number_of_minutes_up_to_a_day(limit: str) -> None:
    with pytest.raises(ValidationError) as refused:
        QuizForm.base_fields["time_limit"].clean(limit)
    assert refused.value.messages == [LIMIT]


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        (
            {
                "title": "",
                "slug": "quiz-ada",
                "time_limit": "",
                "attempts_allowed": "0",
                "pass_mark": "101",
                "wrong_penalty": "-1",
            },
            [
                "This field is required.",
                "Quiz with this Slug already exists.",
                "Give the time limit in minutes, 1 to 1,440.",
                "Attempts allowed are 1 to 1,000",
                "A pass mark is 0 to 100 percent.",
                "A penalty is 0 to 1",
            ],
        ),
        (
            {
                "opens_at_0": "2026-03-02",
                "opens_at_1": "10:00",
                "closes_at_0": "2026-03-02",
                "closes_at_1": "09:00",
            },
            ["The quiz must close after it opens."],
        ),
        (
            {
                "pass_mark": "high",
                **rows("items", {"question": "99999", "points": "1"}),
                **rows("items-2", {"draw_count": "two", "points": "1"}, {"draw_count": "2", "points": "0"}),
            },
            [
                "A pass mark is 0 to 100 percent.",
                "Select a valid choice.",
                "Draw 1 to 200 questions.",
                "Points must be above 0.",
            ],
        ),
        (
            {"feedback": "practice", **rows("items-2", {"draw_count": "0", "points": "1"})},
            ["Practice is untimed.", "Draw 1 to 200 questions."],
        ),
    ],
)
def test_bad_settings_get_a_sentence_each(
    as_ada: Client, stage: SimpleNamespace, changes: dict[str, Any], sentences: list[str]
) -> None:
    page = as_ada.post(reverse("admin:quizzes_quiz_add"), settings(**changes)).content.decode()
    assert [sentence for sentence in sentences if sentence not in page] == []
    assert not Quiz.objects.filter(slug="organs-again").exists()


def test_a_question_twice_in_a_quiz_is_refused(as_ada: Client, stage: SimpleNamespace) -> None:
    row = {"question": stage.question.pk, "points": "1"}
    page = as_ada.post(reverse("admin:quizzes_quiz_add"), settings(**rows("items", row, row))).content.decode()
    assert "This question is in the quiz already." in page
    band = {"from_percent": "50", "text": "Half."}
    page = as_ada.post(reverse("admin:quizzes_quiz_add"), settings(**rows("bands", band, band))).content.decode()
    assert "Please correct the duplicate" in page
    assert not Quiz.objects.filter(slug="organs-again").exists()


def test_the_second_of_two_editors_is_told_and_keeps_what_they_wrote(
    as_ada: Client, as_root: Client, stage: SimpleNamespace
) -> None:
    quiz = stage.ada_quiz
    form = settings(slug=quiz.slug, revision="0", **stored_items(quiz))
    as_root.post(change(quiz), {**form, "title": "What root wrote", "_continue": "1"})
    response = as_ada.post(change(quiz), {**form, "title": "What Ada wrote", "_continue": "1"})
    page = response.content.decode()
    assert "Changed by root on" in page
    assert 'value="What Ada wrote"' in page
    assert 'name="revision" value="1"' in page
    quiz.refresh_from_db()
    assert quiz.title == "What root wrote"
    as_ada.post(change(quiz), {**form, "revision": "1", "title": "What Ada wrote", "_continue": "1"})
    quiz.refresh_from_db()
    assert (quiz.title, quiz.revision) == ("What Ada wrote", 2)


def test_faults_are_listed_with_links_and_keep_a_quiz_from_being_published(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    unready = cast.question(status="draft")
    quiz = cast.quiz(stage.ada, unready, status="draft", feedback="exam")
    page = as_ada.get(change(quiz)).content.decode()
    assert "has no published version" in page
    assert reverse("admin:quizzes_question_change", args=[unready.pk]) in page
    assert "give a closing time" in page
    as_ada.post(reverse("admin:quizzes_quiz_act", args=[quiz.pk, "publish"]))
    quiz.refresh_from_db()
    assert quiz.status == "draft"


def test_an_empty_quiz_is_not_published(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada, status="draft")
    page = as_ada.post(reverse("admin:quizzes_quiz_act", args=[quiz.pk, "publish"]), follow=True).content.decode()
    assert "The quiz has no questions yet" in page
    quiz.refresh_from_db()
    assert quiz.status == "draft"


def test_a_quiz_is_published_and_taken_back(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada, stage.question, status="draft")
    for act, status in (("publish", "published"), ("unpublish", "draft"), ("archive", "archived")):
        as_ada.post(reverse("admin:quizzes_quiz_act", args=[quiz.pk, act]))
        quiz.refresh_from_db()
        assert quiz.status == status
    assert as_ada.get(reverse("admin:quizzes_quiz_act", args=[quiz.pk, "publish"])).status_code == 405


def test_a_quiz_with_attempts_cannot_be_deleted(as_ada: Client, stage: SimpleNamespace) -> None:
    url = reverse("admin:quizzes_quiz_delete", args=[stage.ada_quiz.pk])
    assert as_ada.post(url, {"post": "yes"}).status_code == 403
    assert Attempt.objects.filter(quiz=stage.ada_quiz).exists()


def test_a_small_cell_is_named_on_the_quiz_and_in_the_blueprint(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada, status="draft")
    cast.question(difficulty="hard")
    QuizItem.objects.create(quiz=quiz, position=1, draw_count=2, difficulty="hard")
    for url in (change(quiz), reverse("admin:quizzes_quiz_compose", args=[quiz.pk])):
        page = as_ada.get(url).content.decode()
        assert "draw 2 of 1 question" in page
        assert "Hard has 1 question; you asked for 2." in page


def test_a_published_quiz_is_not_saved_with_a_rule_that_finds_too_few(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada, stage.question, time_rule="computed", computed_limit=2)
    cast.question(difficulty="hard")
    rule = {"position": "2", "draw_count": "50", "points": "1", "difficulty": "hard"}

    def saved(**rule: str) -> str:
        form = settings(slug=quiz.slug, title="Organs", time_rule="computed", revision=quiz.revision)
        page = as_ada.post(change(quiz), form | stored_items(quiz) | rows("items-2", rule), follow=True)
        quiz.refresh_from_db()
        return page.content.decode()

    assert "Hard has 1 question; you asked for 50." in saved(**rule)
    assert (quiz.items.count(), quiz.computed_limit) == (1, 2)
    saved(**rule | {"draw_count": "1"})
    assert (quiz.items.count(), quiz.computed_limit) == (2, 3)  # 1.15 × 120 s


def test_a_row_that_fills_up_is_saved(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada)
    cast.question(difficulty="hard")
    rule = {"position": "1", "draw_count": "2", "points": "1", "difficulty": "hard", "fills_up": "on"}
    form = settings(slug=quiz.slug, revision=quiz.revision) | rows("items-2", rule)
    as_ada.post(change(quiz), form)
    assert quiz.items.values_list("draw_count", "fills_up").get() == (2, True)


def test_a_question_put_in_by_itself_is_not_drawn_as_well(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada)
    rule = {"position": "2", "draw_count": "1", "points": "1"}
    fixed = {"position": "1", "question": stage.question.pk, "points": "1"}
    form = settings(slug=quiz.slug, revision=quiz.revision) | rows("items", fixed) | rows("items-2", rule)
    page = as_ada.post(change(quiz), form).content.decode()
    assert "you asked for 1." in page
    assert not quiz.items.exists()


def compose(quiz: Quiz, *cells: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"revision": quiz.revision, **rows("cells", *cells), **more}


def test_a_quiz_is_composed_of_cells(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada, stage.question, status="draft", time_rule="computed")
    cast.question(difficulty="hard", bloom="analyse")
    url = reverse("admin:quizzes_quiz_compose", args=[quiz.pk])
    cells = [{"draw_count": "1", "difficulty": "hard", "points": "2", "ORDER": 1}, {"draw_count": "", "points": "1"}]
    page = as_ada.post(url, compose(quiz, *cells, _count="1")).content.decode()
    assert "draw 1 of 1 question" in page
    assert quiz.items.count() == 1, "counting saves nothing"
    as_ada.post(url, compose(quiz, *cells, _save="1"))
    assert list(quiz.items.values_list("position", "draw_count", "difficulty", "points")) == [
        (1, None, "", 1),
        (2, 1, "hard", 2),
    ]


def test_rows_of_a_blueprint_are_checked_and_kept(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada, status="draft")
    url = reverse("admin:quizzes_quiz_compose", args=[quiz.pk])
    page = as_ada.post(url, compose(quiz, {"draw_count": "500", "difficulty": "hard"}, _save="1")).content.decode()
    assert "Draw 1 to 200 questions." in page
    assert not quiz.items.exists()
    page = as_ada.post(url, compose(quiz, {"draw_count": "2"}, _more="1")).content.decode()
    assert 'name="cells-4-draw_count"' in page


def test_composing_over_someone_elses_change_is_told(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada, status="draft", revision=3, edited_by=stage.bea, edited_at=cast.NOW)
    url = reverse("admin:quizzes_quiz_compose", args=[quiz.pk])
    page = as_ada.post(url, {**compose(quiz, {"draw_count": "1"}), "revision": "2", "_save": "1"}).content.decode()
    assert "Changed by Bea on" in page
    assert not quiz.items.exists()


@pytest.mark.parametrize(("ticked", "minutes"), [(False, 30), (True, 20)])
def test_a_shorter_limit_touches_running_attempts_only_when_asked(
    as_ada: Client, stage: SimpleNamespace, ticked: bool, minutes: int
) -> None:
    quiz = stage.ada_quiz
    Quiz.objects.filter(pk=quiz.pk).update(time_rule="fixed", time_limit=30)
    stage.ada_assignment.quiz.refresh_from_db()
    running = cast.attempt(stage.sam, stage.ada_assignment, now=cast.NOW + timedelta(hours=1), submit=False)
    form = settings(slug=quiz.slug, time_limit="20", revision="0", _continue="1", **stored_items(quiz))
    with stopped_at(cast.NOW + timedelta(hours=1, minutes=5)):
        as_ada.post(change(quiz), {**form, **({"applies_to_running": "on"} if ticked else {})})
    running.refresh_from_db()
    assert running.due_at == running.started_at + timedelta(minutes=minutes)


def test_more_time_reaches_running_attempts_at_once(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = stage.ada_quiz
    Quiz.objects.filter(pk=quiz.pk).update(time_rule="fixed", time_limit=30)
    stage.ada_assignment.quiz.refresh_from_db()
    running = cast.attempt(stage.sam, stage.ada_assignment, now=cast.NOW + timedelta(hours=1), submit=False)
    form = settings(slug=quiz.slug, time_limit="45", revision="0", _continue="1", **stored_items(quiz))
    with stopped_at(cast.NOW + timedelta(hours=1, minutes=5)):
        as_ada.post(change(quiz), form)
    running.refresh_from_db()
    assert running.due_at == running.started_at + timedelta(minutes=45)
    assert running.events.get(kind="extended").actor == stage.ada


def test_a_close_reaches_running_attempts_without_an_end(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz, start = stage.ada_quiz, cast.NOW + timedelta(hours=1)
    running = cast.attempt(stage.sam, stage.ada_assignment, now=start, submit=False)
    assert running.due_at is None
    close = {"closes_at_0": "2026-03-02", "closes_at_1": "18:00"}
    form = settings(slug=quiz.slug, revision="0", _continue="1", time_rule="untimed", **close, **stored_items(quiz))
    with stopped_at(start):
        as_ada.post(change(quiz), form)
    running.refresh_from_db()
    assert running.due_at == Quiz.objects.get(pk=quiz.pk).closes_at
    assert running.due_at is not None


def test_an_earlier_close_of_an_assignment_ends_running_attempts_when_asked(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    start = cast.NOW + timedelta(hours=1)
    running = cast.attempt(stage.sam, stage.ada_assignment, now=start, submit=False)
    assert running.due_at is None
    form = {"late_policy": "accept", "closes_at_0": "2026-03-02", "closes_at_1": "11:30", "applies_to_running": "on"}
    with stopped_at(start + timedelta(minutes=5)):
        as_ada.post(reverse("admin:quizzes_assignment_change", args=[stage.ada_assignment.pk]), form)
    running.refresh_from_db()
    assert running.due_at == start + timedelta(minutes=30)
    assert running.events.filter(kind="extended", actor=stage.ada).exists()


def test_an_assignment_needs_a_published_quiz_and_a_window_in_order(as_ada: Client, stage: SimpleNamespace) -> None:
    draft = cast.quiz(stage.ada, stage.question, status="draft", title="Not yet")
    form = {
        "classroom": stage.ada_room.pk,
        "quiz": draft.pk,
        "late_policy": "accept",
        "opens_at_0": "2026-03-02",
        "opens_at_1": "10:00",
        "closes_at_0": "2026-03-01",
        "closes_at_1": "10:00",
        "time_limit": "0",
    }
    page = as_ada.post(reverse("admin:quizzes_assignment_add"), form).content.decode()
    assert "“Not yet” is not published yet" in page
    assert "The assignment must close after it opens." in page
    assert LIMIT in page


def test_an_exam_that_nothing_closes_is_refused_where_a_class_has_it(as_ada: Client, stage: SimpleNamespace) -> None:
    quiz = stage.ada_quiz
    sent = settings(title=quiz.title, slug=quiz.slug, revision=quiz.revision, feedback="exam", **stored_items(quiz))
    page = as_ada.post(change(quiz), sent).content.decode()
    assert "has this quiz without an end. Say when the exam closes." in page
    sent |= {"closes_at_0": "2030-03-06", "closes_at_1": "11:00"}
    assert as_ada.post(change(quiz), sent).status_code == 302


def test_publishing_an_exam_keeps_ones_own_questions_unless_the_tick_is_taken_away(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    quiz = stage.ada_quiz
    quiz.status = "draft"
    quiz.save()
    Question.objects.update(owner=stage.ada)
    sent = settings(title=quiz.title, slug=quiz.slug, feedback="exam", **stored_items(quiz))
    sent |= {"closes_at_0": "2030-03-06", "closes_at_1": "11:00", "_publish": "1"}
    as_ada.post(change(quiz), sent | {"revision": quiz.revision})
    assert not Question.objects.filter(is_kept_for_exams=True).exists()
    quiz.refresh_from_db()
    assert quiz.status == "published"
    quiz.status = "draft"
    quiz.save()
    as_ada.post(change(quiz), sent | {"revision": quiz.revision, "keeps_questions": "on"})
    kept = Question.objects.filter(is_kept_for_exams=True)
    assert kept.exists()
    assert {question.owner for question in kept} == {stage.ada}


def test_a_question_kept_for_exams_keeps_other_quizzes_from_being_published(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    stage.ada_quiz.status = "draft"
    stage.ada_quiz.save()
    Question.objects.filter(items__quiz=stage.ada_quiz).update(is_kept_for_exams=True)
    page = as_ada.post(
        reverse("admin:quizzes_quiz_act", args=[stage.ada_quiz.pk, "publish"]), follow=True
    ).content.decode()
    assert "is kept for exams; release it, or take it out." in page
    stage.ada_quiz.refresh_from_db()
    assert stage.ada_quiz.status == "draft"
