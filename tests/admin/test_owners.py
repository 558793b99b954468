"""The workshop by owner: who opens, changes, copies and chooses what, as one table; and the pages that ask first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.test import Client
from django.urls import reverse

from quizzes.models import Notice, Question, QuestionVersion, Quiz, Source, Topic, User
from tests.admin import cast
from tests.admin.conftest import logged_in

ACTORS = ("owner", "edit", "use", "copy", "private", "draft", "assistant", "student", "root")

# What is asked of a question or quiz of Ada's. "owner" is Ada, "edit" to "private" is Bea where that is its visibility, "draft"
# is Bea where it was never published but could be used. An assistant and a student are in Ada's class; root is an administrator.
# 302 of `change` leads those who may only look to the card; "gone" is the admin's “does not exist”, "out" its way to log in.
#                                owner   edit    use     copy    private draft   assist. student root
TABLE = """
question change                  200     200     302     302     404     404     out     out     200
question change POST             200     200     403     403     404     404     out     out     200
question versions                200     200     403     403     404     404     out     out     200
question compare                 200     200     403     403     404     404     out     out     200
question go_back ready POST      302     302     403     403     404     404     out     out     302
question drop POST               302     302     403     403     404     404     out     out     302
question preview ready           200     200     200     200     404     404     out     out     200
question preview draft           200     200     404     404     404     404     out     out     200
question publish                 200     200     403     403     404     404     out     out     200
question regrade                 200     200     403     403     404     404     out     out     200
question act-archive POST        200     200     403     403     404     404     out     out     200
question act-retire POST         200     200     403     403     404     404     out     out     200
question act-restore POST        302     302     403     403     404     404     out     out     302
question act-discard POST        302     302     403     403     404     404     out     out     302
question copy POST               302     302     302     302     404     404     out     out     302
question to_quiz                 200     200     200     302     302     302     out     out     200
question history                 200     200     403     403     gone    gone    out     out     200
question delete                  403     403     403     403     gone    gone    out     out     403
quiz change                      200     200     200     200     gone    gone    out     out     200
quiz change POST                 200     200     403     403     gone    gone    out     out     200
quiz compose                     200     200     403     403     404     404     out     out     200
quiz act-archive POST            200     200     403     403     404     404     out     out     200
quiz act-unpublish POST          200     200     403     403     404     404     out     out     200
quiz act-publish POST            302     302     403     403     404     404     out     out     302
quiz copy POST                   302     302     302     302     404     404     out     out     302
quiz share                       200     200     403     403     404     404     out     out     200
quiz share POST                  302     302     403     403     404     404     out     out     302
quiz history                     200     200     403     403     gone    gone    out     out     200
quiz delete                      403     403     403     403     gone    gone    out     out     403
"""


@dataclass(frozen=True)
class Row:
    what: str
    page: str
    method: str
    codes: dict[str, str]

    def __str__(self) -> str:
        return f"{self.what} {self.page} {self.method}"


def rows() -> list[Row]:
    found = []
    for line in TABLE.strip().splitlines():
        words = line.split()
        codes = words[-len(ACTORS) :]
        what, *page = words[: -len(ACTORS)]
        method = "POST" if page[-1] == "POST" else "GET"
        name = " ".join(word for word in page if word != "POST")
        found.append(Row(what, name, method, dict(zip(ACTORS, codes, strict=True))))
    return found


@pytest.fixture
def work(stage: SimpleNamespace) -> SimpleNamespace:
    """A question of Ada's with a draft next to its published version, in a published quiz that her class has."""
    stage.own = cast.question(owner=stage.ada)
    spec = {**cast.SPEC, "stem": "The secret draft?"}
    QuestionVersion.objects.create(question=stage.own, number=2, spec=spec, status="draft", revision=1)
    stage.quiz = cast.quiz(stage.ada, stage.own, title="Midterm")
    cast.assignment(stage.ada_room, stage.quiz)
    helper = cast.learner("abe")
    stage.ada_room.memberships.create(user=helper, role="assistant")
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    stage.people = {"owner": stage.ada, "assistant": helper, "student": stage.sam, "root": root}
    return stage


def set_visibility(work: SimpleNamespace, actor: str) -> None:
    """What the owner chose, where the actor is a colleague."""
    visibility = actor if actor in ("edit", "use", "copy", "private") else "use"
    Question.objects.filter(pk=work.own.pk).update(visibility=visibility)
    Quiz.objects.filter(pk=work.quiz.pk).update(visibility=visibility)
    if actor == "draft":
        work.own.versions.filter(status="ready").delete()
        Quiz.objects.filter(pk=work.quiz.pk).update(status="draft")


def address(work: SimpleNamespace, row: Row) -> str:
    pk = work.own.pk if row.what == "question" else work.quiz.pk
    name, *more = row.page.replace("act-", "act ").split()
    extra: list[Any] = [{"ready": 1, "draft": 2}.get(word, word) for word in more]
    if name == "to_quiz":
        return reverse("admin:quizzes_question_to_quiz") + f"?questions={pk}"
    return reverse(f"admin:quizzes_{row.what}_{name}", args=[pk, *extra])


def asked(client: Client, row: Row, url: str) -> str:
    response = client.post(url, {"revision": "1"}) if row.method == "POST" else client.get(url)
    target = response.headers.get("Location", "").partition("?")[0]
    known = {reverse("admin:index"): "gone", reverse("admin:login"): "out"}
    return known.get(target, str(response.status_code))


@pytest.mark.parametrize("row", rows(), ids=str)
def test_everybody_gets_what_the_table_says(work: SimpleNamespace, row: Row) -> None:
    wrong = []
    for actor in ACTORS:
        with transaction.atomic():
            set_visibility(work, actor)
            got = asked(logged_in(work.people.get(actor, work.bea)), row, address(work, row))
            transaction.set_rollback(True)
        if got != row.codes[actor]:
            wrong.append(f"{actor}: {got}, expected {row.codes[actor]}")
    assert wrong == []


# Lists and choices ----------------------------------------------------------------------------------------------------


def offered(client: Client, model: str, field: str) -> list[str]:
    ask = {"app_label": "quizzes", "model_name": model, "field_name": field, "term": ""}
    return [row["id"] for row in client.get(reverse("admin:autocomplete"), ask).json()["results"]]


@pytest.mark.parametrize(
    ("actor", "listed", "usable"),
    [
        ("owner", True, True),
        ("edit", True, True),
        ("use", True, True),
        ("copy", True, False),
        ("private", False, False),
        ("draft", False, False),
        ("root", True, True),
    ],
)
def test_lists_show_what_may_be_seen_and_choices_what_may_be_used(
    work: SimpleNamespace, actor: str, listed: bool, usable: bool
) -> None:
    set_visibility(work, actor)
    client = logged_in(work.people.get(actor, work.bea))
    for model, row in (("question", work.own), ("quiz", work.quiz)):
        shown = client.get(reverse(f"admin:quizzes_{model}_changelist")).context["cl"].result_list
        assert (row.pk in {one.pk for one in shown}) == listed, model
    assert (str(work.own.pk) in offered(client, "quizitem", "question")) == usable
    assert (str(work.quiz.pk) in offered(client, "assignment", "quiz")) == usable


@pytest.mark.parametrize("actor", ["use", "copy"])
def test_no_page_shows_a_colleagues_draft(work: SimpleNamespace, as_bea: Client, actor: str) -> None:
    set_visibility(work, actor)
    cast.quiz(work.bea, work.own)
    pages = [
        reverse("admin:quizzes_question_changelist"),
        reverse("admin:quizzes_question_changelist") + "?q=draft+secret",
        reverse("admin:quizzes_quiz_change", args=[work.bea.quizzes.latest("pk").pk]),
        reverse("admin:quizzes_quiz_change", args=[work.quiz.pk]),
        reverse("admin:quizzes_question_preview", args=[work.own.pk, 1]),
        reverse("quizzes:topic_detail", args=["organs"]),
        reverse("quizzes:source_detail", args=["doc"]),
    ]
    for page in pages:
        assert "secret draft" not in as_bea.get(page).content.decode(), page
    assert work.own not in as_bea.get(pages[1]).context["cl"].result_list


def test_pages_of_topics_and_sources_show_instructors_what_they_may_see(work: SimpleNamespace, as_bea: Client) -> None:
    private = cast.question(owner=work.ada, spec={**cast.SPEC, "stem": "Kept for the examination?"})
    for page in (reverse("quizzes:topic_detail", args=["organs"]), reverse("quizzes:source_detail", args=["doc"])):
        assert "Kept for the examination?" not in as_bea.get(page).content.decode()
        assert "Kept for the examination?" in logged_in(work.ada).get(page).content.decode()
    assert private.visibility == "private"


def test_actions_leave_alone_what_is_a_colleagues(work: SimpleNamespace, as_bea: Client) -> None:
    set_visibility(work, "use")
    mine = cast.question(owner=work.bea)
    url = reverse("admin:quizzes_question_changelist")
    chosen = {"_selected_action": [work.own.pk, mine.pk]}
    for action in ("archive", "publish_drafts"):
        page = as_bea.post(url, {"action": action, **chosen}, follow=True).content.decode()
        assert "1 is not yours to change and was left alone." in page
    work.own.refresh_from_db()
    mine.refresh_from_db()
    assert (work.own.is_archived, work.own.draft is None, mine.is_archived) == (False, False, True)


# Asking first ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["archive", "retire"])
def test_what_published_quizzes_ask_is_taken_from_them_only_when_confirmed(
    work: SimpleNamespace, as_ada: Client, act: str
) -> None:
    url = reverse("admin:quizzes_question_act", args=[work.own.pk, act])
    page = as_ada.post(url).content.decode()
    assert "“Midterm”, of Ada" in page
    assert Question.objects.ready().filter(pk=work.own.pk).exists()
    assert as_ada.post(url, {"confirmed": "yes"}).status_code == 302
    assert not Question.objects.ready().filter(pk=work.own.pk).exists()


def test_a_version_that_published_quizzes_will_ask_is_published_only_when_confirmed(
    work: SimpleNamespace, as_ada: Client
) -> None:
    url = reverse("admin:quizzes_question_publish", args=[work.own.pk])
    assert "Midterm" in as_ada.get(url).content.decode()
    as_ada.post(url, {"revision": "1"})
    assert work.own.ready_version.number == 1
    work.own.versions.filter(number=2).update(spec={**cast.SPEC, "stem": cast.SPEC["stem"] + " Name it."})
    as_ada.post(url, {"revision": "1", "confirmed": "yes"})
    assert work.own.ready_version.number == 2


def test_quizzes_that_pin_a_question_are_not_asked_about(work: SimpleNamespace, as_ada: Client) -> None:
    work.quiz.items.update(pinned_version=work.own.ready_version)
    assert as_ada.post(reverse("admin:quizzes_question_act", args=[work.own.pk, "retire"])).status_code == 302
    assert work.own.ready_version is None


def test_bulk_actions_leave_alone_what_published_quizzes_ask(work: SimpleNamespace, as_ada: Client) -> None:
    url = reverse("admin:quizzes_question_changelist")
    for action in ("archive", "publish_drafts"):
        chosen = {"action": action, "_selected_action": [work.own.pk]}
        assert "is asked by “Midterm” and was left alone" in as_ada.post(url, chosen, follow=True).content.decode()
    work.own.refresh_from_db()
    assert (work.own.is_archived, work.own.ready_version.number) == (False, 1)


@pytest.mark.parametrize(("act", "status"), [("archive", "archived"), ("unpublish", "draft")])
def test_a_quiz_is_taken_from_a_class_only_when_confirmed(
    work: SimpleNamespace, as_ada: Client, act: str, status: str
) -> None:
    url = reverse("admin:quizzes_quiz_act", args=[work.quiz.pk, act])
    assert "10B" in as_ada.post(url).content.decode()
    work.quiz.refresh_from_db()
    assert work.quiz.status == "published"
    as_ada.post(url, {"confirmed": "yes"})
    work.quiz.refresh_from_db()
    assert work.quiz.status == status


def test_a_quiz_of_an_archived_class_is_not_asked_about(work: SimpleNamespace, as_ada: Client) -> None:
    type(work.ada_room).objects.update(archived_at=cast.NOW)
    as_ada.post(reverse("admin:quizzes_quiz_act", args=[work.quiz.pk, "archive"]))
    work.quiz.refresh_from_db()
    assert work.quiz.status == "archived"


def test_a_bulk_action_leaves_alone_what_a_class_has(work: SimpleNamespace, as_ada: Client) -> None:
    chosen = {"action": "archive", "_selected_action": [work.quiz.pk]}
    page = as_ada.post(reverse("admin:quizzes_quiz_changelist"), chosen, follow=True).content.decode()
    assert "“Midterm” is assigned to 10B and was left alone; open it to confirm." in page
    work.quiz.refresh_from_db()
    assert work.quiz.status == "published"


# Copies, pins, sources ------------------------------------------------------------------------------------------------


def test_a_copy_opens_where_it_is_written(work: SimpleNamespace, as_bea: Client) -> None:
    set_visibility(work, "copy")
    card = as_bea.get(reverse("admin:quizzes_question_change", args=[work.own.pk]), follow=True).content.decode()
    assert "This question belongs to Ada." in card
    response = as_bea.post(reverse("admin:quizzes_question_copy", args=[work.own.pk]), follow=True)
    made = Question.objects.latest("pk")
    assert made.owner == work.bea
    assert response.redirect_chain[-1][0] == reverse("admin:quizzes_question_change", args=[made.pk])
    assert "Belongs to Bea." in response.content.decode()


def test_a_copy_of_a_quiz_says_what_stayed_behind(work: SimpleNamespace, as_bea: Client) -> None:
    set_visibility(work, "copy")
    page = as_bea.get(reverse("admin:quizzes_quiz_change", args=[work.quiz.pk])).content.decode()
    assert "This quiz belongs to Ada." in page
    assert "Which organ of the United Nations" in page
    copied = as_bea.post(reverse("admin:quizzes_quiz_copy", args=[work.quiz.pk]), follow=True).content.decode()
    assert "1 question stayed behind" in copied
    assert Quiz.objects.latest("pk").owner == work.bea


def quiz_form(question: Question) -> dict[str, Any]:
    """The form of a new quiz with one question, as posted."""
    return {
        "title": "Term",
        "slug": "term",
        "time_rule": "untimed",
        "feedback": "homework",
        "attempts_allowed": "3",
        "counting": "highest",
        "wrong_penalty": "0",
        "navigation": "free",
        "layout": "one",
        "items-TOTAL_FORMS": 1,
        "items-INITIAL_FORMS": 0,
        "items-0-question": question.pk,
        "items-0-points": "1",
        "items-2-TOTAL_FORMS": 0,
        "items-2-INITIAL_FORMS": 0,
        "bands-TOTAL_FORMS": 0,
        "bands-INITIAL_FORMS": 0,
    }


def test_a_question_of_a_colleague_is_pinned_when_the_form_of_a_quiz_is_saved(
    work: SimpleNamespace, as_bea: Client
) -> None:
    set_visibility(work, "use")
    form = quiz_form(work.own)
    as_bea.post(reverse("admin:quizzes_quiz_add"), form)
    item = Quiz.objects.get(slug="term").items.get()
    assert item.pinned_version == work.own.ready_version
    set_visibility(work, "copy")
    stored = {"items-INITIAL_FORMS": 1, "items-0-id": item.pk, "items-0-position": 1, "items-0-pinned_version": ""}
    url = reverse("admin:quizzes_quiz_change", args=[item.quiz_id])
    assert as_bea.post(url, {**form, **stored, "revision": "0"}).status_code == 302, "what is in it stays in it"
    item.refresh_from_db()
    assert item.pinned_version == work.own.ready_version
    again = as_bea.post(reverse("admin:quizzes_quiz_add"), {**form, "slug": "another"}).content.decode()
    assert "Its owner does not let others use this question" in again
    refused = logged_in(cast.instructor("cleo")).post(reverse("admin:quizzes_quiz_add"), {**form, "slug": "third"})
    assert "Select a valid choice" in refused.content.decode()


def test_a_question_that_became_private_stays_at_the_version_that_a_quiz_has(
    work: SimpleNamespace, as_bea: Client
) -> None:
    old = work.own.ready_version
    quiz = cast.quiz(work.bea, slug="term")
    item = quiz.items.create(question=work.own, pinned_version=old)
    work.own.versions.filter(number=1).update(status="retired")
    work.own.versions.filter(number=2).update(status="ready")
    set_visibility(work, "private")
    url = reverse("admin:quizzes_quiz_change", args=[quiz.pk])
    assert "secret draft" not in as_bea.get(url).content.decode()
    for chosen in ("", work.own.ready_version.pk):
        form = {**quiz_form(work.own), "items-INITIAL_FORMS": 1, "items-0-id": item.pk, "items-0-position": 1}
        as_bea.post(
            url, {**form, "items-0-pinned_version": chosen, "revision": str(Quiz.objects.get(pk=quiz.pk).revision)}
        )
        item.refresh_from_db()
        assert item.pinned_version == old


def test_a_newer_version_is_taken_on_the_page_of_the_quiz(work: SimpleNamespace, as_bea: Client) -> None:
    set_visibility(work, "use")
    quiz = cast.quiz(work.bea)
    quiz.items.create(question=work.own, pinned_version=work.own.ready_version)
    work.own.versions.filter(number=1).update(status="retired")
    work.own.versions.filter(number=2).update(status="ready")
    url = reverse("admin:quizzes_quiz_change", args=[quiz.pk])
    assert "A newer version of 1 question of a colleague is published." in as_bea.get(url).content.decode()
    as_bea.post(reverse("admin:quizzes_quiz_act", args=[quiz.pk, "take-newer"]))
    assert quiz.items.get().pinned_version.number == 2
    assert "A newer version" not in as_bea.get(url).content.decode()


def test_a_source_is_its_authors(work: SimpleNamespace, as_ada: Client, as_bea: Client) -> None:
    form = {"title": "A report", "slug": "report", "kind": "Report", "visibility": "use"}
    as_ada.post(reverse("admin:quizzes_source_add"), form)
    made = Source.objects.get(slug="report")
    assert made.owner == work.ada
    url = reverse("admin:quizzes_source_change", args=[made.pk])
    assert as_bea.get(url).status_code == 200
    assert as_bea.post(url, {**form, "title": "Mine now"}).status_code == 403
    assert Source.objects.get(slug="report").title == "A report"


def test_topics_and_tags_are_added_by_all_and_renamed_by_administrators(work: SimpleNamespace, as_bea: Client) -> None:
    as_bea.post(reverse("admin:quizzes_topic_add"), {"name": "Budgets", "slug": "budgets"})
    topic = Topic.objects.get(slug="budgets")
    url = reverse("admin:quizzes_topic_change", args=[topic.pk])
    assert as_bea.post(url, {"name": "Mine", "slug": "mine"}).status_code == 403
    assert as_bea.get(reverse("admin:quizzes_topic_delete", args=[topic.pk])).status_code == 403
    logged_in(work.people["root"]).post(url, {"name": "Money", "slug": "money"})
    topic.refresh_from_db()
    assert topic.name == "Money"


# Handing over, notices ------------------------------------------------------------------------------------------------


def test_an_administrator_hands_over_the_work_of_a_person(work: SimpleNamespace) -> None:
    url = reverse("admin:quizzes_user_hand_over", args=[work.ada.pk])
    assert logged_in(work.bea).get(url).status_code in (302, 403)
    office = logged_in(work.people["root"])
    assert "Ada owns" in office.get(url).content.decode()
    assert "Select a valid choice" in office.post(url, {"receiver": work.sam.pk}).content.decode()
    assert office.post(url, {"receiver": work.bea.pk}).status_code == 302
    assert not Question.objects.filter(owner=work.ada).exists()
    assert Quiz.objects.get(pk=work.quiz.pk).owner == work.bea
    messages = LogEntry.objects.filter(user=work.people["root"]).values_list("object_id", "change_message")
    assert set(messages) == {
        (str(work.ada.pk), "Work handed over."),
        (str(work.bea.pk), "Work of another instructor received."),
    }


def test_deleting_a_person_who_owns_work_says_to_hand_it_over(work: SimpleNamespace) -> None:
    cleo = cast.instructor("cleo")
    cast.question(owner=cleo)
    url = reverse("admin:quizzes_user_delete", args=[cleo.pk])
    office = logged_in(work.people["root"])
    assert "Hand the work over first." in office.get(url).content.decode()
    office.post(url, {"post": "yes"})
    assert User.objects.filter(pk=cleo.pk).exists()


def test_a_notice_stands_on_the_first_page_until_it_is_dismissed(work: SimpleNamespace, as_ada: Client) -> None:
    set_visibility(work, "edit")
    archive = reverse("admin:quizzes_question_act", args=[work.own.pk, "archive"])
    logged_in(work.bea).post(archive, {"confirmed": "yes"})
    assert "Bea archived your question" in as_ada.get("/").content.decode()
    notice = Notice.objects.get()
    url = reverse("quizzes:notice_dismiss", args=[notice.pk])
    assert as_ada.get(url).status_code == 405
    assert logged_in(work.bea).post(url).status_code == 404
    as_ada.post(url)
    assert "Bea archived your question" not in as_ada.get("/").content.decode()


def test_an_instructor_who_is_a_student_of_another_class_does_not_meet_what_its_exam_asks(
    as_bea: Client, stage: SimpleNamespace
) -> None:
    exam = cast.quiz(stage.ada, stage.question, slug="midterm", title="Midterm", feedback="exam", visibility="copy")
    room = cast.classroom(stage.ada, stage.bea, name="Staff training")
    given = cast.assignment(room, exam, closes_at=datetime(2100, 1, 1, tzinfo=UTC))
    pages = [
        reverse("admin:quizzes_question_change", args=[stage.question.pk]),
        reverse("admin:quizzes_question_preview", args=[stage.question.pk, 1]),
        reverse("admin:quizzes_question_changelist"),
        reverse("admin:quizzes_quiz_change", args=[exam.pk]),
        reverse("quizzes:topic_detail", args=["organs"]),
    ]
    stem = stage.question.versions.get().stem
    assert [address for address in pages if stem in as_bea.get(address, follow=True).content.decode()] == []
    given.delete()
    shown = [address for address in pages if stem in as_bea.get(address, follow=True).content.decode()]
    assert pages[2] in shown
