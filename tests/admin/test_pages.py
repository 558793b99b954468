"""All pages of the workshop: strict about scripts and styles, few queries, a first page that says what waits."""

import re
from types import SimpleNamespace

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes import clock, question_types
from quizzes.admin.dashboard import needs_of
from quizzes.models import Attempt, ImportDraft, Source, Tag
from quizzes.services import imports, shares
from tests.admin import cast
from tests.services.test_imports import GIFT

INLINE = re.compile(r"<style|\sstyle=\"|<script(?![^>]*\ssrc=)|\son[a-z]+=\"|javascript:")
MODELS = [
    "question",
    "quiz",
    "source",
    "topic",
    "tag",
    "classroom",
    "membership",
    "assignment",
    "accommodation",
    "attempt",
    "unit",
    "studynote",
    "glossaryterm",
    "timelineentry",
    "body",
]
LISTS = [f"admin:quizzes_{model}_changelist" for model in MODELS]
ADDS = [f"admin:quizzes_{model}_add" for model in MODELS if model not in ("membership", "attempt")]


def drafts(stage: SimpleNamespace) -> list[ImportDraft]:
    """Imports that wait, are looked over, are done and are undone."""
    found = []
    for stage_reached in ("undone", "done", "looked over", "waiting"):
        draft = imports.begin(stage.ada, name="a.gift", data=GIFT.encode(), now=clock.now())
        found.append(draft)
        if stage_reached != "waiting":
            imports.go_on(draft, now=clock.now())
        if stage_reached in ("undone", "done"):
            imports.confirm(draft, imports.Choices(quiz="Organs"), now=clock.now())
        if stage_reached == "undone":
            imports.undo(draft, now=clock.now())
    return found


def pages(stage: SimpleNamespace) -> list[str]:
    question, quiz = stage.question.pk, stage.ada_quiz.pk
    member = stage.ada_room.memberships.get(role="student").pk
    return [
        reverse("admin:index"),
        reverse("admin:records"),
        *map(reverse, LISTS + ADDS),
        *(f"{reverse('admin:quizzes_question_add')}?type={kind.key}" for kind in question_types.all_types()),
        reverse("admin:quizzes_question_change", args=[question]),
        reverse("admin:quizzes_question_versions", args=[question]),
        reverse("admin:quizzes_question_compare", args=[question]),
        reverse("admin:quizzes_question_preview", args=[question, 1]),
        reverse("admin:quizzes_question_publish", args=[cast.question(owner=stage.ada, status="draft").pk]),
        reverse("admin:quizzes_question_regrade", args=[question]),
        reverse("admin:quizzes_question_history", args=[question]),
        reverse("admin:quizzes_question_delete", args=[cast.question(owner=stage.ada, status="draft").pk]),
        reverse("admin:quizzes_question_to_quiz") + f"?questions={question}",
        reverse("admin:quizzes_question_import"),
        reverse("admin:quizzes_question_export") + "?as=kahoot",
        *(reverse("admin:quizzes_question_imported", args=[draft.pk]) for draft in drafts(stage)),
        reverse("admin:quizzes_quiz_change", args=[quiz]),
        reverse("admin:quizzes_quiz_compose", args=[quiz]),
        reverse("admin:quizzes_quiz_share", args=[quiz]),
        reverse("admin:quizzes_quiz_code"),
        reverse(
            "admin:quizzes_quiz_shared",
            args=[shares.make(stage.ada_quiz, actor=stage.ada, days=1, now=clock.now()).code],
        ),
        reverse("admin:quizzes_membership_change", args=[member]),
        reverse("admin:quizzes_assignment_change", args=[stage.ada_assignment.pk]),
        reverse("admin:quizzes_attempt_change", args=[stage.ada_attempt.pk]),
        reverse("admin:password_change"),
        reverse("quizzes:marking_queue"),
        reverse("quizzes:marking_answer", args=[stage.ada_attempt.answers.get().pk]),
    ]


def test_no_page_carries_an_inline_script_or_style(as_ada: Client, stage: SimpleNamespace) -> None:
    for url in pages(stage):
        response = as_ada.get(url)
        assert response.status_code == 200, url
        assert not INLINE.findall(response.content.decode()), url
        policy = response["Content-Security-Policy"]
        assert "script-src 'self';" in policy + ";", url  # the order of directives is nobody's promise
        assert "style-src 'self'" in policy, url
        assert "unsafe" not in policy, url


def more_rows(stage: SimpleNamespace, count: int) -> None:
    for number in range(count):
        extra = cast.question(topic=cast.topic(f"topic-{number}"))
        extra.tags.add(Tag.objects.create(slug=f"tag-{number}"))
        Source.objects.create(slug=f"source-{number}", title=f"Source {number}", kind="Essay")
        learner = cast.learner(f"learner-{number}")
        room = cast.classroom(stage.ada, learner, name=f"Room {number}")
        given = cast.assignment(room, cast.quiz(stage.ada, stage.question, title=f"Quiz {number}"))
        cast.attempt(learner, given)


def statements(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(name)).status_code == 200
    return len(captured)


def test_no_list_asks_the_database_more_often_for_many_rows_than_for_few(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    more_rows(stage, 2)
    as_ada.get(reverse(LISTS[0]))
    few = {name: statements(as_ada, name) for name in LISTS}
    for number in range(10, 16):
        learner = cast.learner(f"learner-{number}")
        room = cast.classroom(stage.ada, learner, name=f"Room {number}")
        cast.attempt(learner, cast.assignment(room, cast.quiz(stage.ada, cast.question())))
    many = {name: statements(as_ada, name) for name in LISTS}
    assert {name: (few[name], count) for name, count in many.items() if count > min(few[name], 16)} == {}


def test_the_first_page_has_four_doors_to_the_sites_own_pages(as_ada: Client, stage: SimpleNamespace) -> None:
    page = as_ada.get(reverse("admin:index"))
    assert [str(door.name) for door in page.context["doors"]] == ["Questions", "Quizzes", "Classes", "Marking"]
    assert [door.note for door in page.context["doors"]] == [
        "1, of which 1 yours",
        "yours: 1 published, 0 drafts",
        "1 class, 1 student",
        "nothing to mark",
    ]
    for door in page.context["doors"]:
        assert as_ada.get(door.url).status_code == 200
    assert reverse("admin:quizzes_assignment_add") not in page.content.decode()


def test_the_first_page_names_what_needs_the_instructor_and_nothing_of_a_colleague(
    as_ada: Client, as_root: Client, stage: SimpleNamespace
) -> None:
    cast.question(owner=stage.ada, status="draft")
    cast.question(owner=stage.bea, status="draft")
    cast.quiz(stage.ada, status="draft", title="Half a quiz")
    cast.quiz(stage.bea, status="draft")
    for attempt in (stage.ada_attempt, stage.bea_attempt):
        Attempt.objects.filter(pk=attempt.pk).update(status="submitted", exact_marks=None, marks=None, fraction=None)
    needs = as_ada.get(reverse("admin:index")).context["needs"]
    assert [need.what[:30] for need in needs] == [
        "1 attempt is not graded yet",
        "Draft: “Which organ of the Uni",
        "Draft: “Half a quiz”",
    ]
    for need in needs:
        assert as_ada.get(need.url).status_code == 200
    drafts_of_others = [need for need in as_root.get(reverse("admin:index")).context["needs"] if "Draft" in need.what]
    assert drafts_of_others == []


def test_the_rest_of_many_drafts_is_one_line(as_ada: Client, stage: SimpleNamespace) -> None:
    for _number in range(5):
        cast.question(owner=stage.ada, status="draft")
    *_others, last = as_ada.get(reverse("admin:index")).context["needs"]
    assert last.what == "2 more drafts"
    assert len(as_ada.get(last.url).context["cl"].result_list) == 5


def test_a_student_is_told_of_nothing_to_do_in_the_workshop(stage: SimpleNamespace) -> None:
    cast.question(owner=stage.sam, status="ready")
    assert needs_of(stage.sam, now=cast.NOW) == []


def test_all_records_offer_no_second_form_for_classes_and_assignments(as_ada: Client, stage: SimpleNamespace) -> None:
    page = as_ada.get(reverse("admin:records")).content.decode()
    assert reverse("admin:quizzes_topic_add") in page
    for model in ("classroom", "assignment"):
        assert reverse(f"admin:quizzes_{model}_changelist") in page
        assert reverse(f"admin:quizzes_{model}_add") not in page
        assert (
            reverse(f"admin:quizzes_{model}_add")
            not in as_ada.get(reverse(f"admin:quizzes_{model}_changelist")).content.decode()
        )


def test_every_page_of_the_workshop_leads_home_and_to_the_workshop(as_ada: Client, stage: SimpleNamespace) -> None:
    for url in pages(stage):
        crumbs = re.search(r'<div class="breadcrumbs">(.*?)</div>', as_ada.get(url).content.decode(), re.S)
        if crumbs is None:
            continue  # the first page, and what is not in the workshop
        links = re.findall(r'href="([^"]*)"', crumbs[1])
        assert links[:2] == [reverse("quizzes:home"), reverse("admin:index")], url
        assert reverse("admin:app_list", args=["quizzes"]) not in links, url


def test_a_list_is_headed_by_what_it_lists(as_ada: Client) -> None:
    assert as_ada.get(reverse("admin:quizzes_question_changelist")).context["title"] == "Questions"


def test_a_list_loads_the_script_of_its_actions_and_none_of_forms(as_ada: Client, stage: SimpleNamespace) -> None:
    page = as_ada.get("/admin/quizzes/question/").content.decode()
    assert "admin/js/actions" in page
    assert "xregexp" not in page
    assert "jquery" not in page


def test_attempts_left_ungraded_are_graded_again(as_ada: Client, stage: SimpleNamespace) -> None:
    Attempt.objects.update(status="submitted", exact_marks=None, marks=None, fraction=None)
    chosen = [stage.ada_attempt.pk, stage.bea_attempt.pk]
    as_ada.post(reverse("admin:quizzes_attempt_changelist"), {"action": "grade_again", "_selected_action": chosen})
    assert Attempt.objects.get(pk=stage.ada_attempt.pk).status == "graded"
    assert Attempt.objects.get(pk=stage.bea_attempt.pk).status == "submitted"
