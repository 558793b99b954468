"""Files of questions: what would happen is compared first, written at once, and can be taken back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes.errors import ImportRejected
from quizzes.formats import get
from quizzes.formats.base import QuestionDraft
from quizzes.models import ImportDraft, Question, QuestionVersion, Quiz, Source, Tag, Topic, User
from quizzes.services import bank, exchange, exports, imports, people, quizzes
from quizzes.services.imports import Choices, Plan
from tests.admin import cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
GIFT = """$CATEGORY: $course$/top/Organs

::Mandate:: Which organ authorizes a peacekeeping mission before it is sent out? {
  =The Security Council#By a resolution.
  ~The Secretariat
  ~The General Assembly
}

::Army:: The United Nations has an army of its own. {FALSE}
"""
BROKEN = GIFT + "\n::Bad:: Which one is never closed? {=one ~two\n"


@pytest.fixture
def ada() -> User:
    return cast.instructor("ada")


@pytest.fixture
def bea() -> User:
    return cast.instructor("bea")


def begun(owner: User, data: str | bytes = GIFT, name: str = "bank.gift", **how: Any) -> ImportDraft:
    sent = data.encode() if isinstance(data, str) else data
    draft = imports.begin(owner, name=name, data=sent, now=NOW, **how)
    while draft.is_in_progress:
        imports.go_on(draft, now=NOW)
    return draft


def brought(owner: User, data: str | bytes = GIFT, name: str = "bank.gift", **chosen: Any) -> ImportDraft:
    return imports.confirm(begun(owner, data, name), Choices(**chosen), now=NOW)


def actions(plan: Plan) -> list[str]:
    return [line.row.action for line in plan.lines]


def native(*questions: Question) -> bytes:
    return get("json").write(exchange.export(Question.objects.filter(pk__in=[one.pk for one in questions])))


def reworded(question: Question, stem: str) -> bytes:
    [draft] = exchange.export(Question.objects.filter(pk=question.pk))
    return get("json").write([QuestionDraft(**(vars(draft) | {"spec": {**draft.spec, "stem": stem}}))])


def test_nothing_is_in_the_bank_before_it_is_confirmed(ada: User) -> None:
    draft = begun(ada)
    plan = imports.plan_of(draft)
    assert (draft.stage, draft.format, actions(plan)) == ("ready", "gift", ["new", "new"])
    assert plan.categories == ["Organs"]
    assert not Question.objects.exists()


def test_a_confirmed_file_is_in_the_bank_with_topic_tags_and_a_quiz_that_can_be_taken(ada: User) -> None:
    done = brought(ada, topic="Peacekeeping", tags=("exam-prep",), quiz="Organs of the UN")
    made = Quiz.objects.get(pk=done.result["quiz"])
    assert (made.status, made.owner, made.items.count()) == ("published", ada, 2)
    question = made.items.all()[0].question
    assert question is not None
    assert question.topic is not None
    assert (question.topic.name, [tag.slug for tag in question.tags.all()]) == ("Peacekeeping", ["exam-prep"])
    assert (question.owner, question.ready_version is not None) == (ada, True)
    assert done.data == b""


def test_categories_of_the_file_become_topics_where_that_is_chosen(ada: User) -> None:
    brought(ada, topic="Other", uses_categories=True)
    assert {question.topic and question.topic.name for question in Question.objects.all()} == {"Organs"}
    assert not Topic.objects.filter(name="Other").exists()


def test_what_cannot_be_read_is_named_with_its_line_and_the_rest_comes_in(ada: User) -> None:
    plan = imports.plan_of(begun(ada, BROKEN))
    [issue] = plan.left_out
    assert "line 11" in issue.where
    assert len(plan.takeable) == 2


def test_the_same_file_twice_adds_nothing_and_takes_nothing_away(ada: User) -> None:
    brought(ada, topic="Peacekeeping", tags=("exam-prep",))
    draft = begun(ada)
    assert actions(imports.plan_of(draft)) == ["there", "there"]
    again = imports.confirm(draft, Choices(quiz="Once more"), now=NOW)
    assert (Question.objects.count(), QuestionVersion.objects.count()) == (2, 2)
    assert Topic.objects.filter(questions__isnull=False).distinct().count() == 1
    assert Tag.objects.get().questions.count() == 2
    assert again.result["asked"] == 2  # a quiz is made of what is there


def test_only_what_is_ticked_is_taken(ada: User) -> None:
    done = brought(ada, other=frozenset({1}))
    assert len(done.result["new"]) == 1
    with pytest.raises(ImportRejected, match="at least one"):
        brought(ada, other=frozenset({0, 1}))


def test_ones_own_question_gets_a_new_version(ada: User) -> None:
    mine = cast.question(owner=ada, topic=cast.topic())
    draft = begun(ada, reworded(mine, "Which organ gives a mission its mandate today?"), "mine.json")
    [line] = imports.plan_of(draft).lines
    assert (line.row.action, line.row.reasons) == ("changed", ("content",))
    imports.confirm(draft, Choices(), now=NOW)
    assert [version.status for version in mine.versions.all()] == ["retired", "ready"]


def test_someone_elses_question_becomes_a_copy_and_stays_as_it_is(ada: User, bea: User) -> None:
    theirs = cast.question(owner=bea, visibility="edit", topic=cast.topic())
    changed = reworded(theirs, "Which organ gives a mission its mandate today?")
    done = brought(ada, changed, "theirs.json")
    [[copy, _stamp]] = done.result["new"]
    assert Question.objects.get(pk=copy).owner == ada
    assert theirs.versions.count() == 1
    assert actions(imports.plan_of(begun(ada, changed, "theirs.json"))) == ["there"]


def test_a_question_that_says_the_same_is_found_whatever_its_id(ada: User, bea: User) -> None:
    mine = cast.question(owner=ada, topic=cast.topic(), visibility="copy")
    text = native(mine).replace(str(mine.uuid).encode(), b"of-another-system")
    [line] = imports.plan_of(begun(ada, text, "again.json")).lines
    assert (line.row.action, line.row.question) == ("there", mine.pk)
    [line] = imports.plan_of(begun(bea, text, "again.json")).lines
    assert line.row.action == "new"
    assert "says the same" in line.row.twin
    assert not line.row.is_taken_at_first


def test_what_the_site_has_is_asked_and_not_copied(ada: User) -> None:
    shipped = cast.question(owner=None, topic=cast.topic())
    done = brought(ada, native(shipped), "bank.json", quiz="Of the bank")
    assert (done.result["new"], done.result["there"], Question.objects.count()) == ([], 1, 1)
    assert Quiz.objects.get().items.get().question == shipped


def test_what_an_exam_of_the_instructor_asks_is_not_told_by_an_import(ada: User, bea: User) -> None:
    asked = cast.question(owner=bea, visibility="copy", topic=cast.topic())
    text = native(asked).replace(str(asked.uuid).encode(), b"of-another-system")
    exam = cast.quiz(bea, asked, title="Exam", slug="exam", feedback="exam")
    cast.assignment(cast.classroom(bea, ada, name="11C"), exam, closes_at=cast.NOW + timedelta(days=99))
    draft = imports.begin(ada, name="a.json", data=text, now=cast.NOW)
    imports.go_on(draft, now=cast.NOW)
    [line] = imports.plan_of(draft).lines
    assert (line.row.action, line.row.twin) == ("new", "")


def test_a_question_with_a_fault_that_blocks_comes_in_as_a_draft(ada: User) -> None:
    done = brought(ada, "Which of these is right? {=The first ~The second ~All of the above}", quiz="Faulty")
    version = QuestionVersion.objects.get()
    assert (version.status == "draft") == bool(done.result["drafts"])


def test_a_bank_that_changed_since_is_compared_again_and_nothing_is_written(ada: User) -> None:
    mine = cast.question(owner=ada, topic=cast.topic())
    draft = begun(ada, reworded(mine, "Which organ gives a mission its mandate today?"), "mine.json")
    bank.archive(mine, actor=ada, now=NOW)
    with pytest.raises(ImportRejected, match="compared again"):
        imports.confirm(draft, Choices(topic="Never made"), now=NOW)
    draft.refresh_from_db()
    assert (draft.stage, mine.versions.count()) == ("checking", 1)
    assert not Topic.objects.filter(name="Never made").exists()


def test_an_import_is_confirmed_once(ada: User) -> None:
    draft = begun(ada)
    imports.confirm(draft, Choices(), now=NOW)
    with pytest.raises(ImportRejected, match="already"):
        imports.confirm(draft, Choices(), now=NOW)


def test_undoing_removes_what_was_added_and_leaves_no_trace(ada: User) -> None:
    done = brought(ada, topic="Peacekeeping", tags=("exam-prep",), quiz="Organs of the UN")
    undone = imports.undo(done, now=NOW)
    assert (undone.removed, undone.kept) == (2, [])
    for model in (Question, QuestionVersion, Quiz, Tag, Topic):
        assert not model.objects.exists(), model


def test_undoing_brings_the_earlier_version_back(ada: User) -> None:
    mine = cast.question(owner=ada, topic=cast.topic())
    before = exchange.export(Question.objects.all())
    done = brought(ada, reworded(mine, "Which organ gives a mission its mandate today?"), "m.json", tags=("new",))
    assert imports.undo(done, now=NOW).restored == 1
    assert exchange.export(Question.objects.all()) == before
    assert [version.status for version in mine.versions.all()] == ["ready"]


def test_undoing_keeps_what_is_used_or_edited_since_and_says_so(ada: User) -> None:
    done = brought(ada)
    used, edited = Question.objects.order_by("pk")
    quiz = cast.quiz(ada, title="Mine", slug="mine")
    quizzes.add_questions(quiz, [used], points=cast.Decimal(1), actor=ada, now=NOW)
    bank.archive(edited, actor=ada, now=NOW)
    undone = imports.undo(done, now=NOW)
    assert undone.removed == 0
    assert [pk for pk, _why in undone.kept] == [used.pk, edited.pk]


def test_only_instructors_import_and_an_import_is_swept_after_a_day(ada: User) -> None:
    with pytest.raises(ImportRejected, match="Only instructors"):
        imports.begin(cast.learner("sam"), name="", data=b"x", now=NOW)
    draft = begun(ada)
    assert ImportDraft.objects.open_to(ada, NOW).get() == draft
    assert not ImportDraft.objects.open_to(ada, NOW + timedelta(days=1)).exists()
    assert (imports.sweep(now=NOW), imports.sweep(now=NOW + timedelta(days=1))) == (0, 1)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ("1. Which one?\na) this\n*b) that\n", "text"),
        ("Which one?\nA. this\nB. that\nANSWER: B\n", "aiken"),
        (GIFT, "gift"),
        ('{"format": "quizsite-questions", "version": 1, "questions": []}', "json"),
        ("<quiz></quiz>", "moodle_xml"),
        ("Question\tOption A\tOption B\tCorrect\nWhich?\tthis\tthat\tA\n", "table"),
    ],
)
def test_pasted_text_is_known_by_what_it_is(ada: User, data: str, key: str) -> None:
    assert imports.begin(ada, name="", data=data.encode(), now=NOW).format == key


def test_text_in_another_encoding_is_read_and_can_be_read_again_in_the_one_chosen(ada: User) -> None:
    draft = begun(ada, "::É:: Où siège le Conseil à présent, été comme hiver? {=À New York ~À Genève}".encode("cp1252"))
    assert draft.encoding == "cp1252"
    assert imports.plan_of(draft).lines[0].draft.spec["stem"].startswith("Où")
    imports.read_again(draft, format="gift", encoding="cp1251")
    imports.go_on(draft, now=NOW)
    assert imports.plan_of(draft).lines[0].draft.spec["stem"].startswith("Oщ")


def test_the_files_of_a_person_go_with_their_personal_data(ada: User) -> None:
    begun(ada)
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    people.anonymise(ada, by=root, now=NOW)
    assert not ImportDraft.objects.exists()


def test_a_new_version_that_was_answered_is_followed_by_the_earlier_one(ada: User) -> None:
    mine = cast.question(owner=ada, topic=cast.topic())
    quiz = cast.quiz(ada, mine, title="Mine", slug="mine")
    before = exchange.export(Question.objects.all())
    done = brought(ada, reworded(mine, "Which organ gives a mission its mandate today?"), "m.json")
    sam = cast.learner("sam")
    made = cast.attempt(sam, cast.assignment(cast.classroom(ada, sam), quiz), {1: {"choice": ["0"]}})
    assert imports.undo(done, now=NOW).restored == 1
    assert exchange.export(Question.objects.all()) == before
    assert [version.status for version in mine.versions.order_by("number")] == ["retired", "retired", "ready"]
    assert made.answers.get().version.number == 2


def test_what_the_history_says_of_an_import_and_its_undoing(ada: User) -> None:
    imports.undo(brought(ada), now=NOW)
    words = LogEntry.objects.order_by("pk").values_list("user", "change_message")
    assert list(words) == [(ada.pk, "Imported from a file.")] * 2 + [(ada.pk, "The import was undone.")] * 2


def test_many_changed_questions_are_written_and_taken_back_in_as_many_statements_as_one(ada: User) -> None:
    def statements(count: int) -> tuple[int, int]:
        mine = [cast.question(owner=ada, topic=topic) for _one in range(count)]
        texts = [json.loads(reworded(one, f"Which organ gives mission {one.pk} its mandate?")) for one in mine]
        data = texts[0] | {"questions": [row for text in texts for row in text["questions"]]}
        draft = begun(ada, json.dumps(data), "mine.json")
        with CaptureQueriesContext(connection) as writing:
            done = imports.confirm(draft, Choices(), now=NOW)
        with CaptureQueriesContext(connection) as undoing:
            assert imports.undo(done, now=NOW).restored == count
        assert {version.number for one in mine for version in one.versions.all()} == {1}
        return len(writing), len(undoing)

    topic = cast.topic()
    assert statements(7) == statements(2)


def test_a_source_that_is_not_here_comes_with_the_file_and_goes_with_the_undo(ada: User, bea: User) -> None:
    shipped = cast.question(owner=None, topic=cast.topic())
    [slug] = {place.source.slug for place in shipped.places.all()}
    Source.objects.update(title="Seoul Ministerial", url="https://example.org/seoul", kind="Report")
    taken = exports.take(Question.objects.all(), actor=ada, now=NOW)
    data = exports.file_of(exports.prospect(get("json"), taken.drafts), title="x", day=NOW.date()).data
    Question.objects.all().delete()
    Source.objects.all().delete()
    done = brought(ada, data, "bank.json")
    source = Source.objects.get()
    assert (source.slug, source.title, source.url, source.owner) == (
        slug, "Seoul Ministerial", "https://example.org/seoul", ada,
    )  # fmt: skip
    assert Question.objects.get().places.get().source == source
    imports.undo(done, now=NOW)
    assert not Source.objects.exists()
    Source.objects.create(slug=slug, title="Hers", kind="Essay", owner=bea, visibility="private")
    [note] = imports.plan_of(begun(ada, data, "bank.json")).notes
    assert f"The source “{slug}” is not here" in note.message
