"""Who gets what at every address of the application: one table; an address without a row fails.

Each row is asked by every actor, for an object of class A and for the same kind of object of class B. What somebody gets
depends on what they are to the object: the student whose attempt it is, a classmate, somebody from outside, the
assistant or instructor of its class, another instructor, an administrator, or nobody who is logged in. A guest, who tries
the site without an account, gets what nobody gets, but for the pages of the trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from quizzes.models import (
    Assignment,
    Attempt,
    Classroom,
    ImportDraft,
    InstructorInvitation,
    Invitation,
    Membership,
    Notice,
    Quiz,
    QuizShare,
    ReviewLog,
    StudyNote,
    Unit,
    User,
    tickets,
    version_cache,
)
from quizzes.services import attempts, guests, imports, instructors, shares
from tests import factories
from tests.pages import browser

ROLES = ("nobody", "student", "classmate", "outsider", "assistant", "instructor", "other_instructor", "admin")

GUEST = {"try_first": "302", "try_question": "200", "try_question POST": "200"}  # the first question is answered

# GET unless the row says POST. "login" is the redirect to the log-in page, "302" any other redirect.
# nobody student classmate outsider assistant instructor other_instructor admin
TABLE = """
home                   200   200 200 200 200 200 200 200
notice_dismiss POST    login 404 404 404 404 302 404 404
weekly_goal POST       login 302 302 302 302 302 302 302
profile                login 200 200 200 200 200 200 200
password_choose        login 302 302 302 302 302 302 302
help                   200   200 200 200 200 200 200 200
privacy                200   200 200 200 200 200 200 200
username               login 200 200 200 200 200 200 200
own_data               login 200 200 200 200 200 200 200
own_data_json POST     login 200 200 200 200 200 200 200
own_data_csv POST      login 200 200 200 200 200 200 200
account_delete         login 200 200 200 200 200 200 200
account_delete POST    login 200 200 200 200 200 200 200
account_deleted        200   200 200 200 200 200 200 200
instructor_list        login 404 404 404 404 404 404 200
instructor_list POST   login 404 404 404 404 404 404 200
instructor_revoke POST login 404 404 404 404 404 404 302
instructor_accept      200   200 200 200 200 200 200 200
healthz                200   200 200 200 200 200 200 200
source_detail          login 200 200 200 200 200 200 200
topic_detail           login 200 200 200 200 200 200 200
study_path             login 200 200 200 200 200 200 200
study_unit             login 404 404 404 404 200 404 200
study_note             login 404 404 404 404 200 404 200
study_glossary         login 200 200 200 200 200 200 200
study_unit_copy POST   login 404 404 404 404 302 404 302
study_timeline         login 200 200 200 200 200 200 200
study_bodies           login 200 200 200 200 200 200 200
progress               login 200 200 200 200 200 200 200
practice               login 200 200 200 200 200 200 200
practice_running       login 302 302 302 302 302 302 302
practice_start POST    login 302 302 302 302 302 302 302
quiz_list              login 200 200 200 200 200 200 200
quiz_detail            login 200 200 404 200 200 404 200
quiz_start POST        login 302 302 404 302 302 404 404
preview_answers POST   login 404 404 404 404 302 302 302
quiz_preview           login 404 404 404 404 200 404 200
quiz_preview_start POST login 404 404 404 404 302 404 302
quiz_preview_go_on     login 404 404 404 404 302 404 302
quiz_preview_question  login 404 404 404 404 302 404 302
quiz_preview_question POST login 404 404 404 404 302 404 302
quiz_preview_all       login 404 404 404 404 302 404 302
quiz_preview_turn POST login 404 404 404 404 302 404 302
quiz_preview_advance POST login 404 404 404 404 302 404 302
quiz_preview_review POST login 404 404 404 404 302 404 302
quiz_preview_one_page POST login 404 404 404 404 302 404 302
quiz_preview_check POST login 404 404 404 404 302 404 302
quiz_preview_show POST login 404 404 404 404 302 404 302
quiz_preview_try_again POST login 404 404 404 404 302 404 302
quiz_preview_set_flag POST login 404 404 404 404 302 404 302
quiz_preview_clear_flag POST login 404 404 404 404 302 404 302
quiz_preview_summary   login 404 404 404 404 302 404 302
quiz_preview_unanswered login 404 404 404 404 302 404 302
quiz_preview_submit POST login 404 404 404 404 302 404 302
quiz_preview_result    login 404 404 404 404 302 404 302
quiz_preview_end POST  login 404 404 404 404 302 404 302
attempt_list           login 200 200 200 200 200 200 200
attempt                login 302 404 404 404 404 404 404
attempt_question       login 200 404 404 404 404 404 404
attempt_question POST  login 302 404 404 404 404 404 404
attempt_all            login 200 404 404 404 404 404 404
attempt_all POST       login 302 404 404 404 404 404 404
attempt_turn POST      login 302 404 404 404 404 404 404
attempt_advance POST   login 302 404 404 404 404 404 404
attempt_review POST    login 302 404 404 404 404 404 404
attempt_one_page POST  login 302 404 404 404 404 404 404
attempt_check POST     login 400 404 404 404 404 404 404
attempt_show POST      login 400 404 404 404 404 404 404
attempt_try_again POST login 400 404 404 404 404 404 404
attempt_set_flag POST  login 302 404 404 404 404 404 404
attempt_clear_flag POST login 302 404 404 404 404 404 404
attempt_summary        login 200 404 404 404 404 404 404
attempt_submit POST    login 302 404 404 404 404 404 404
attempt_unanswered     login 200 404 404 404 404 404 404
attempt_result         login 302 404 404 200 200 404 200
attempt_timeline       login 200 404 404 200 200 404 200
attempt_deadline       login 200 404 404 200 200 404 200
attempt_certificate    login 404 404 404 404 404 404 404
certificate_check      200   200 200 200 200 200 200 200
certificate            200   200 200 200 200 200 200 200
try_first              200   302 302 302 302 302 302 302
try_question           302   302 302 302 302 302 302 302
try_question POST      302   302 302 302 302 302 302 302
try_end                302   302 302 302 302 302 302 302
try_forget POST        302   302 302 302 302 302 302 302
attempt_extend         login 404 404 404 404 200 404 200
attempt_extend POST    login 404 404 404 404 200 404 200
attempt_reopen         login 404 404 404 404 302 404 302
attempt_reopen POST    login 404 404 404 404 302 404 302
attempt_save JSON      401   200 404 404 404 404 404 404
attempt_state          login 200 404 404 404 404 404 404
attempt_flag JSON      401   200 404 404 404 404 404 404
attempt_to_deck POST   login 403 404 404 404 404 404 404
review_deck            login 200 200 200 200 200 200 200
review_ask             login 302 302 302 302 302 302 302
review_check POST      login 404 404 404 404 404 404 404
review_unknown POST    login 404 404 404 404 404 404 404
review_add POST        login 302 404 404 404 404 404 404
review_answer          login 200 404 404 404 404 404 404
review_answer POST     login 302 404 404 404 404 404 404
review_undo POST       login 302 302 302 302 302 302 302
review_bury POST       login 302 404 404 404 404 404 404
review_suspend POST    login 302 404 404 404 404 404 404
review_resume POST     login 302 404 404 404 404 404 404
review_suspended       login 200 200 200 200 200 200 200
review_settings        login 200 200 200 200 200 200 200
marking_queue          login 404 404 404 404 200 200 200
marking_answer         login 404 404 404 404 200 404 200
classroom_list         login 200 200 200 200 200 200 200
classroom_create       login 404 404 404 404 200 200 200
classroom_join         200   200 200 200 200 200 200 200
classroom_join_link    200   302 302 200 302 302 200 200
classroom_detail       login 200 200 404 200 200 404 200
classroom_members      login 404 404 404 200 200 404 200
classroom_member POST  login 404 404 404 404 302 404 302
classroom_settings     login 404 404 404 404 200 404 200
classroom_code         login 404 404 404 200 200 404 200
classroom_qr           login 404 404 404 200 200 404 200
classroom_roster       login 404 404 404 404 200 404 200
classroom_sample_csv   login 404 404 404 404 200 404 200
classroom_sample_xlsx  login 404 404 404 404 200 404 200
classroom_slips        login 404 404 404 404 200 404 200
classroom_slips POST   login 404 404 404 404 302 404 302
invitation POST        login 404 404 404 404 404 404 404
classroom_me           login 200 200 404 200 200 404 404
classroom_archive      login 404 404 404 404 200 404 200
classroom_board        login 200 200 404 200 200 404 200
classroom_projector    login 404 404 404 200 200 404 200
classroom_memory       login 404 404 404 200 200 404 200
gradebook              login 404 404 404 200 200 404 200
gradebook_csv          login 404 404 404 200 200 404 200
gradebook_xlsx         login 404 404 404 200 200 404 200
assignment_create      login 404 404 404 404 200 404 200
assignment_detail      login 404 404 404 200 200 404 200
assignment_edit        login 404 404 404 404 200 404 200
assignment_progress    login 404 404 404 200 200 404 200
assignment_board       login 200 200 404 200 200 404 200
accommodation          login 404 404 404 404 200 404 200
admin:quizzes_question_import          login 302 302 302 302 200 200 200
admin:quizzes_question_import POST     login 302 302 302 302 200 200 200
admin:quizzes_question_import_sample   login 302 302 302 302 200 200 200
admin:quizzes_question_imported        login 302 302 302 302 200 404 404
admin:quizzes_question_import_act POST login 302 302 302 302 302 404 404
admin:quizzes_question_export          login 302 302 302 302 200 200 200
admin:quizzes_question_export POST     login 302 302 302 302 200 200 200
admin:quizzes_quiz_share               login 302 302 302 302 200 404 200
admin:quizzes_quiz_share POST          login 302 302 302 302 302 404 302
admin:quizzes_quiz_code                login 302 302 302 302 200 200 200
admin:quizzes_quiz_code POST           login 302 302 302 302 200 200 200
admin:quizzes_quiz_shared              login 302 302 302 302 200 200 200
admin:quizzes_quiz_shared POST         login 302 302 302 302 302 302 302
"""
# Of the workshop, the pages by which questions come, go and are shared; tests/admin has the others.


@dataclass(frozen=True)
class Row:
    name: str
    method: str
    codes: dict[str, str]

    def __str__(self) -> str:
        return f"{self.name} {self.method}"


def rows() -> list[Row]:
    found = []
    for line in TABLE.strip().splitlines():
        name, *rest = line.split()
        method = rest.pop(0) if rest[0] in ("POST", "JSON") else "GET"
        assert len(rest) == len(ROLES), line
        codes = dict(zip(ROLES, rest, strict=True))
        place = name if method == "GET" else f"{name} {method}"
        found.append(Row(name, method, codes | {"guest": GUEST.get(place, codes["nobody"])}))
    return found


@dataclass
class School:
    """One class with its people, an assignment, an attempt of its student in progress and one handed in."""

    classroom: Classroom
    people: dict[str, User]
    assignment: Assignment
    attempt: Attempt
    handed_in: Attempt
    quiz: Quiz
    invitation: Invitation
    notice: Notice
    to_teach: InstructorInvitation
    token: str
    reviewed: ReviewLog
    imported: ImportDraft
    share: QuizShare

    def kwargs(self, name: str) -> dict[str, Any]:
        """What an address of this name needs to be about this class."""
        membership = Membership.objects.get(classroom=self.classroom, user=self.people["classmate"])
        pks: dict[str, int] = {
            "attempt": self.attempt.pk,
            "marking": self.handed_in.answers.get(slot=1).pk,
            "classroom": self.classroom.pk,
            "gradebook": self.classroom.pk,
            "assignment": self.assignment.pk,
            "accommodation": self.assignment.pk,
            "invitation": self.invitation.pk,
            "notice": self.notice.pk,
            "instructor": self.to_teach.pk,
            "review": self.reviewed.card_id,
        }
        known = {
            "slug": {"source_detail": "source", "topic_detail": "topic"}.get(
                name, self.quiz.slug
            ),  # a draft to read has it
            "slot": 1,
            "code": self.share.code if name.startswith("admin:") else self.classroom.join_code,
            "token": self.token,
            "number": "1-AAAA-BBBB-CCCC",
            "draft": self.imported.pk,
            "act": "discard",
            "member": membership.pk,
            "pk": {
                "assignment_create": self.classroom.pk,
                "review_answer": self.reviewed.pk,
                "review_add": self.handed_in.pk,
                "admin:quizzes_quiz_share": self.quiz.pk,
            }.get(name, pks.get(name.split("_")[0], 0)),
        }
        return {argument: known[argument] for argument in arguments_of(name)}


def arguments_of(name: str) -> list[str]:
    """The names of the arguments of an address."""
    space, _colon, bare = full(name).partition(":")
    _prefix, resolver = get_resolver().namespace_dict[space]
    return list(resolver.reverse_dict.getlist(bare)[0][0][0][1])


def full(name: str) -> str:
    return name if ":" in name else f"quizzes:{name}"


def school(letter: str, now: datetime) -> School:
    people = {role: factories.user(f"{role}-{letter}") for role in ("student", "classmate", "assistant")}
    people["instructor"] = factories.user(f"instructor-{letter}", is_staff=True)
    classroom = factories.classroom(instructor=people["instructor"], students=[people["student"], people["classmate"]])
    factories.member(classroom, people["assistant"], role="assistant")
    quiz = factories.quiz(questions=2, is_open_to_all=False, owner=people["instructor"])
    assignment = factories.assignment(classroom, quiz, opens_at=now - timedelta(days=1))
    student = people["student"]
    handed_in = factories.attempt(student, quiz, assignment=assignment, now=now - timedelta(hours=1), submit=True)
    attempt = attempts.start(student, quiz, assignment=assignment, now=now)
    # One that none of these may answer; tests/views/test_invitations.py has those who may.
    invited = factories.user(f"invited-{letter}")
    invitation = Invitation.objects.create(classroom=classroom, user=invited, invited_at=now)
    notice = Notice.objects.create(recipient=people["instructor"], kind="quiz_archived", quiz=quiz, created_at=now)
    to_teach, token = instructors.invite(name="Ada Ley", email="", by=people["instructor"], now=now)
    for draft in (Unit, StudyNote):
        draft.objects.create(slug=quiz.slug, title="A draft", owner=people["instructor"])
    reviewed = factories.reviewed(student, quiz.items.get(position=1).question, now=now - timedelta(days=1))
    imported = imports.begin(people["instructor"], name="", data=b"1. Who?\na) I\n*b) You", now=now)
    share = shares.make(quiz, actor=people["instructor"], days=7, now=now)
    return School(
        classroom, people, assignment, attempt, handed_in, quiz, invitation, notice, to_teach, token, reviewed,
        imported, share,
    )  # fmt: skip


@pytest.fixture(scope="module")
def schools(kept_rows: None) -> tuple[School, School]:
    now = datetime.now(UTC)
    factories.source()
    return school("a", now), school("b", now)


@pytest.fixture(scope="module")
def sessions(schools: tuple[School, School]) -> dict[str, str]:
    """The cookie of each actor's browser; nobody has none."""
    admin = factories.user("admin", is_staff=True, is_superuser=True)
    people = schools[0].people | {"admin": admin}
    return {"nobody": "", "guest": session_of_guest()} | {
        name: browser(person).cookies["sessionid"].value for name, person in people.items()
    }


def session_of_guest() -> str:
    """The cookie of a browser in which a question was answered without an account."""
    session = Client().session
    ticket = tickets.issue(factories.to_try(2)[0].ready_version)
    session[guests.KEY] = guests.start(ticket.question, 0, now=datetime.now(UTC)).learner_id
    session.save()
    return str(session.session_key)


def with_session(key: str) -> Client:
    client = Client()
    if key:
        client.cookies["sessionid"] = key
    return client


def asked(client: Client, row: Row, address: str) -> str:
    """What the address answers, as the table writes it."""
    if row.method == "JSON":
        body = {"slot": 1, "revision": 1, "answer": {}} if "save" in row.name else {"slot": 1, "flagged": True}
        return str(client.post(address, body, content_type="application/json").status_code)
    response = client.post(address) if row.method == "POST" else client.get(address)
    response.close()  # a file, if it is one
    if response.status_code == 302 and response.headers["Location"].startswith("/accounts/login/"):
        return "login"
    return str(response.status_code)


def role_towards(actor: str, own: School, other: School, about: School) -> str:
    if actor in ("nobody", "guest", "admin") or about is own:
        return actor
    return "other_instructor" if actor == "instructor" else "outsider"


@pytest.mark.parametrize("row", rows(), ids=str)
def test_everybody_gets_what_the_table_says(
    row: Row, schools: tuple[School, School], sessions: dict[str, str], db: None
) -> None:
    ours, theirs = schools
    wrong = []
    for about in (ours, theirs):
        address = reverse(full(row.name), kwargs=about.kwargs(row.name))
        for actor, session in sessions.items():
            if about is theirs and actor in ("nobody", "guest", "admin"):
                continue  # asked about ours already, and of no class
            expected = row.codes[role_towards(actor, ours, theirs, about)]
            with transaction.atomic():
                got = asked(with_session(session), row, address)
                transaction.set_rollback(True)
            forget()
            if got != expected:
                wrong.append(f"{actor} at {'own' if about is ours else 'other'} {address}: {got}, expected {expected}")
    assert wrong == []


def forget() -> None:
    """Empty what the process keeps of rows that were taken back."""
    version_cache.clear()
    cache.clear()


def test_every_address_has_a_row() -> None:
    _prefix, resolver = get_resolver().namespace_dict["quizzes"]
    named = {name for name in resolver.reverse_dict if isinstance(name, str)}
    assert named == {row.name for row in rows() if ":" not in row.name}
