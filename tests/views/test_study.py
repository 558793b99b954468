"""Pages to read: who reads what, what a note marks and quotes, and how often they ask the database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes.models import Classroom, GlossaryTerm, Question, QuestionSource, StudyNote, Unit, User
from quizzes.services import attempts
from tests import factories, pages, saving
from tests.clocks import stopped_at

PAGES = ["", "units/unit/", "notes/note/", "glossary/", "timeline/", "who-does-what/"]
MARKED = "/learn/notes/note/?source=source&paragraph=1"
EVIDENCE = "decides on every mission"


@pytest.fixture
def note(db: None) -> StudyNote:
    return factories.study()


@pytest.fixture
def question(note: StudyNote) -> Question:
    """One that rests on the note's first paragraph."""
    row = factories.question()
    QuestionSource.objects.create(question=row, source=factories.source(), paragraph=1, evidence=EVIDENCE)
    return row


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_student_reads_what_is_published(client: Client, learner: User, note: StudyNote, path: str) -> None:
    client.force_login(learner)
    response = client.get(f"/learn/{path}")
    assert response.status_code == 200
    assert pages.nothing_inline(response) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_content_says_so(client: Client, learner: User, path: str) -> None:
    client.force_login(learner)
    assert client.get(f"/learn/{path}").status_code == (404 if "unit" in path or "note" in path else 200)


def test_drafts_are_read_by_those_who_may_change_them(client: Client, instructor: User, note: StudyNote) -> None:
    for model in (Unit, StudyNote, GlossaryTerm):
        model.objects.update(status="draft", owner=instructor, visibility="use")
    for person, code in ((instructor, 200), (factories.user(is_staff=True), 404), (factories.user(), 404)):
        client.force_login(person)
        assert client.get("/learn/notes/note/").status_code == code
        assert client.get("/learn/units/unit/").status_code == code
        assert ("A task." in text(client, "/learn/glossary/")) == (code == 200)
        assert ("Who decides?" in text(client, "/learn/")) == (code == 200)


def test_a_note_links_its_terms_marks_its_sentences_and_names_the_kind_of_text(
    client: Client, learner: User, note: StudyNote
) -> None:
    client.force_login(learner)
    page = text(client, MARKED)
    assert '<a class="term" href="/learn/glossary/#term-mandate">mandate</a>' in page
    assert page.count("<mark>") == 1
    assert "Report" in page
    assert "<mark>" not in text(client, "/learn/notes/note/")
    assert text(client, "/learn/notes/note/?source=source&paragraph=²").count("<mark>") == 0


def test_evidence_is_quoted_when_the_answer_may_be_seen(
    client: Client, learner: User, question: Question, now: datetime
) -> None:
    client.force_login(learner)
    with stopped_at(now):
        assert EVIDENCE not in text(client, MARKED)  # not met yet
        factories.attempt(learner, factories.quiz([question], feedback="homework"), now=now, submit=True)
        assert EVIDENCE in text(client, MARKED)
        assert EVIDENCE not in text(client, "/learn/notes/note/?source=source&paragraph=2")
    client.force_login(factories.user())
    assert EVIDENCE not in text(client, MARKED)


def test_evidence_of_what_an_exam_asks_is_not_quoted_while_it_is_secret(
    client: Client, learner: User, classroom: Classroom, question: Question, now: datetime
) -> None:
    factories.attempt(learner, factories.quiz([question], feedback="homework"), now=now, submit=True)
    exam = factories.quiz([question], feedback="exam", is_open_to_all=False)
    factories.assignment(classroom, exam, closes_at=now + timedelta(hours=5))
    client.force_login(learner)
    with stopped_at(now):
        page = text(client, MARKED)
    assert "<mark>" in page  # the note stays readable
    assert EVIDENCE not in page


def test_a_case_is_as_secret_as_what_an_exam_asks_about_it(
    client: Client, learner: User, classroom: Classroom, question: Question, now: datetime
) -> None:
    case = factories.note("case-hestria", "A country.", kind="case")
    factories.version(question, factories.single_choice() | {"case": "case-hestria"})
    exam = factories.quiz([question], feedback="exam", is_open_to_all=False)
    factories.assignment(classroom, exam, closes_at=now + timedelta(hours=5))
    with stopped_at(now):
        for person, code in ((learner, 404), (factories.user(), 200)):
            client.force_login(person)
            assert client.get(case.get_absolute_url()).status_code == code
            assert (case.title in text(client, "/learn/")) == (code == 200)
            assert client.get(MARKED).status_code == 200


def test_the_footnote_of_an_explanation_leads_to_the_note_with_its_sentences_marked(
    client: Client, learner: User, question: Question, now: datetime
) -> None:
    attempt = factories.attempt(learner, factories.quiz([question], feedback="homework"), now=now, submit=True)
    client.force_login(learner)
    link = 'href="/learn/notes/note/?source=source&amp;paragraph=1"'
    with stopped_at(now):
        assert link in text(client, f"/attempts/{attempt.pk}/result/")
        StudyNote.objects.update(status="draft")
        page = text(client, f"/attempts/{attempt.pk}/result/")
    assert link not in page
    assert 'href="/sources/source/"' in page


def test_the_page_of_a_source_lists_its_notes(client: Client, learner: User, note: StudyNote) -> None:
    client.force_login(learner)
    assert 'href="/learn/notes/note/"' in text(client, "/sources/source/")


def test_pages_ask_the_database_seldom_however_much_there_is(client: Client, learner: User, note: StudyNote) -> None:
    client.force_login(learner)
    most = {"": 6, "units/unit/": 7, "notes/note/": 9, "glossary/": 4, "timeline/": 3, "who-does-what/": 4}
    for number in range(12):
        factories.note(f"more-{number}", unit=note.unit, paragraph=number + 2)
        GlossaryTerm.objects.create(
            slug=f"t-{number}", term=f"t{number}", meaning="M.", places="source:1", status="published"
        )
    for path, bound in most.items():
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/learn/{path}")
        assert len(captured) <= bound, (path, len(captured))


def test_stem_and_explanation_link_the_first_occurrence_of_a_term_once_the_answer_may_be_seen(
    client: Client, learner: User, note: StudyNote, now: datetime
) -> None:
    spec = factories.single_choice("Who gives a mandate?")
    spec["explanation"] = "A mandate is given; the mandate ends. `mandate` [mandate](https://example.org/mandate)"
    spec["options"][1]["feedback"] = "No Mandate says so."
    quiz = factories.quiz([factories.question(spec)], feedback="homework")
    client.force_login(learner)
    with stopped_at(now):
        attempt = attempts.start(learner, quiz, now=now)
        saving.save(attempt.pk, learner, slot=1, fields=factories.WRONG, revision=1, now=now)
        assert 'class="term"' not in text(client, f"/attempts/{attempt.pk}/questions/1/")
        attempts.submit(attempt, now=now)
        page = text(client, f"/attempts/{attempt.pk}/result/")
    link = '<a class="term" href="/learn/glossary/#term-mandate">'
    assert page.count('class="term"') == 3
    assert f'">Who gives a {link}mandate</a>?</h3>' in page  # the stem, now that its answer is shown
    assert f"A {link}mandate</a> is given; the mandate ends. <code>mandate</code>" in page
    assert f"No {link}Mandate</a> says so." in page
