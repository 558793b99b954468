"""Questions out of the bank and in again: what is planned is what is written, all of it or nothing."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from quizzes.errors import ImportRejected
from quizzes.formats import native_json
from quizzes.formats.base import Acknowledged, Issue, QuestionDraft, SourcePlace, stable_id
from quizzes.models import Question, QuestionVersion, Source, Tag, Topic, User
from quizzes.question_types.texts import search_text
from quizzes.services import exchange, linting
from quizzes.services.exchange import writing
from tests import factories
from tests.lint.samples import MULTIPLE, SHORT, SINGLE, TEXT

pytestmark = pytest.mark.django_db
Status = QuestionVersion.Status


@pytest.fixture(autouse=True)
def chronicle() -> Source:
    source = Source.objects.create(slug="chronicle", title="Chronicle of Vell", kind="chronicle")
    exchange.keep_fingerprints(source, TEXT)
    return source


def draft(
    id: str | None = "vell-001", spec: dict[str, Any] = SINGLE, kind: str = "single_choice", **fields: Any
) -> QuestionDraft:
    given = {
        "topic": "harbour",
        "tags": ("cases",),
        "sources": (SourcePlace("chronicle", 2, "Dutch engineers in 1874"),),
        "where": "question 1",
    }
    return QuestionDraft(
        type=kind, spec=exchange.as_stored(kind, spec), id=stable_id(id) if id else None, **(given | fields)
    )


def imported(
    *drafts: QuestionDraft, now: datetime, publish: bool = False, actor: User | None = None
) -> exchange.ImportReport:
    return exchange.apply_import(exchange.plan_import(drafts, actor=actor, publish=publish), actor=actor, now=now)


def only_version() -> QuestionVersion:
    return QuestionVersion.objects.get()


def test_a_plan_writes_nothing(instructor: User) -> None:
    report = exchange.plan_import([draft()], actor=instructor)
    assert [len(part) for part in (report.new, report.changed, report.unchanged, report.refused)] == [1, 0, 0, 0]
    assert (report.new_topics, report.new_tags) == (("harbour",), ("cases",))
    assert not Question.objects.exists()
    assert not Topic.objects.exists()
    assert not Tag.objects.exists()


def test_new_questions_get_version_1_as_a_draft(instructor: User, now: datetime) -> None:
    imported(draft(), now=now, actor=instructor)
    version = only_version()
    assert (version.number, version.status, version.revision, version.edited_by) == (1, Status.DRAFT, 1, instructor)
    assert (version.edited_at, version.published_at) == (now, None)
    assert version.spec["stem"] == SINGLE["stem"]
    question = version.question
    assert (str(question.uuid), question.owner, question.topic.name) == (stable_id("vell-001"), instructor, "Harbour")
    assert [tag.slug for tag in question.tags.all()] == ["cases"]
    assert [str(place.evidence) for place in question.places.all()] == ["Dutch engineers in 1874"]


def test_new_questions_are_ready_when_asked_for(now: datetime) -> None:
    imported(draft(), now=now, publish=True)
    assert (only_version().status, only_version().published_at) == (Status.READY, now)
    assert Question.objects.ready().count() == 1


def test_the_same_drafts_twice_add_nothing(now: datetime) -> None:
    drafts = [draft(), draft(None, SHORT, "short_answer", where="question 2")]
    imported(*drafts, now=now)
    before = list(QuestionVersion.objects.values())
    report = imported(*drafts, now=now + timedelta(hours=1))
    assert len(report.unchanged) == 2
    assert not report.writes
    assert list(QuestionVersion.objects.values()) == before


def test_what_is_exported_is_unchanged_when_it_is_imported(now: datetime) -> None:
    drafts = [
        draft(acknowledged=(Acknowledged("stem-length", "It is short on purpose."),)),
        draft("vell-002", MULTIPLE, "multiple_choice", tags=(), difficulty="hard", bloom="analyse", where="question 2"),
    ]
    imported(*drafts, now=now, publish=True)
    exported = exchange.export(Question.objects.all())
    assert exported == drafts
    assert len(exchange.plan_import(exported, actor=None).unchanged) == 2
    Question.objects.all().delete()
    imported(*exported, now=now, publish=True)
    assert exchange.export(Question.objects.all()) == drafts


def test_export_takes_the_published_content_and_not_the_draft_beside_it(now: datetime) -> None:
    imported(draft(), now=now, publish=True)
    imported(draft(spec=SINGLE | {"stem": "What was wrong with the older port of Vell?"}), now=now)
    assert exchange.export(Question.objects.all()) == [draft()]


CHANGED = SINGLE | {"stem": "What was wrong with the older port of Vell?"}


def test_changed_content_of_a_published_question_becomes_a_draft_beside_it(now: datetime) -> None:
    imported(draft(), now=now, publish=True)
    report = imported(draft(spec=CHANGED), now=now)
    assert [entry.reasons for entry in report.changed] == [("content",)]
    versions = QuestionVersion.objects.order_by("number").values_list("number", "status", "revision")
    assert list(versions) == [(1, Status.READY, 1), (2, Status.DRAFT, 2)]
    assert len(imported(draft(spec=CHANGED), now=now).unchanged) == 1


def test_changed_content_replaces_the_published_version_when_asked_for(now: datetime) -> None:
    imported(draft(), now=now, publish=True)
    imported(draft(spec=CHANGED), now=now, publish=True)
    versions = QuestionVersion.objects.order_by("number").values_list("number", "status")
    assert list(versions) == [(1, Status.RETIRED), (2, Status.READY)]
    assert QuestionVersion.objects.get(number=1).spec["stem"] == SINGLE["stem"]


def test_a_draft_that_was_imported_is_published_by_a_second_import(now: datetime) -> None:
    imported(draft(), now=now)
    assert imported(draft(), now=now, publish=True).changed[0].reasons == ("published",)
    assert (only_version().number, only_version().status) == (1, Status.READY)


def test_a_change_beside_the_content_opens_no_version(now: datetime) -> None:
    imported(draft(), now=now, publish=True)
    moved = draft(topic="building", tags=("first",), sources=(SourcePlace("chronicle", 3),), difficulty="hard")
    report = imported(moved, now=now)
    assert report.changed[0].reasons == ("topic", "difficulty", "tags", "sources")
    assert only_version().status == Status.READY
    assert exchange.export(Question.objects.all()) == [moved]


def test_a_draft_of_someone_else_is_not_overwritten(now: datetime) -> None:
    imported(draft(), now=now, publish=True)
    factories.version(Question.objects.get(), SINGLE | {"stem": "An unfinished thought?"}, status="draft")
    report = exchange.plan_import([draft(spec=CHANGED)], actor=None)
    assert "unpublished draft" in str(report.refused[0])


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (draft(sources=(SourcePlace("diary", 1),)), "question 1: There is no source “diary”; add it first."),
        (draft(sources=(SourcePlace("chronicle", 9),)), "question 1: “chronicle” has no paragraph 9."),
    ],
)
def test_places_that_do_not_exist_are_refused(one: QuestionDraft, message: str) -> None:
    assert [str(issue) for issue in exchange.plan_import([one], actor=None).refused] == [message]


def test_another_type_under_a_known_id_is_refused(now: datetime) -> None:
    imported(draft(), now=now)
    report = exchange.plan_import([draft(spec=SHORT, kind="short_answer")], actor=None)
    assert "a type never changes" in str(report.refused[0])


def test_one_question_twice_in_a_file_is_refused_at_the_second() -> None:
    report = exchange.plan_import([draft(None), draft(None, where="question 2")], actor=None)
    assert [str(issue) for issue in report.refused] == ["question 2: question 1 is the same question."]


def test_nothing_is_written_while_something_is_refused(now: datetime) -> None:
    report = exchange.plan_import([draft()], [Issue("question 2", "stem: is empty")], actor=None)
    with pytest.raises(ImportRejected, match="1 entries are refused"):
        exchange.apply_import(report, actor=None, now=now)
    assert not Question.objects.exists()
    exchange.apply_import(report, actor=None, now=now, skip_refused=True)
    assert Question.objects.count() == 1


def test_an_error_on_the_way_leaves_nothing(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    report = exchange.plan_import([draft()], actor=None)
    monkeypatch.setattr(writing, "_places", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exchange.apply_import(report, actor=None, now=now)
    assert not Question.objects.exists()
    assert not Topic.objects.exists()


def test_a_report_that_no_longer_holds_is_not_applied(now: datetime) -> None:
    report = exchange.plan_import([draft()], actor=None)
    imported(draft(), now=now)
    with pytest.raises(ImportRejected, match="Something changed"):
        exchange.apply_import(report, actor=None, now=now)


def test_errors_of_the_linter_keep_a_question_from_being_published_but_not_from_being_a_draft() -> None:
    bad = draft(spec=SINGLE | {"explanation": ""})
    assert "There is no explanation." in str(exchange.plan_import([bad], actor=None, publish=True).refused[0])
    report = exchange.plan_import([bad], actor=None)
    assert report.refused == []
    assert "explanation-missing" in {finding.rule for finding in report.new[0].findings}


def test_learners_import_nothing(learner: User) -> None:
    with pytest.raises(ImportRejected, match="Only instructors"):
        exchange.plan_import([draft()], actor=learner)


def test_a_topic_whose_name_is_taken_is_named_after_its_slug(now: datetime) -> None:
    Topic.objects.create(slug="old-harbour", name="Harbour")
    imported(draft(), now=now)
    assert Topic.objects.get(slug="harbour").name == "harbour"


def test_a_large_import_needs_few_queries(now: datetime, django_assert_max_num_queries: Any) -> None:
    drafts = [replace(draft(f"vell-{number}"), where=f"question {number}") for number in range(60)]
    with django_assert_max_num_queries(45):
        imported(*drafts, now=now)
    assert Question.objects.count() == 60


# The linter on the bank -----------------------------------------------------------------------------------------------


def test_the_bank_is_checked_with_its_sources(now: datetime) -> None:
    imported(
        draft(),
        draft("vell-002", SHORT, "short_answer", sources=(SourcePlace("chronicle", 2, "Danish engineers"),)),
        now=now,
    )
    report = linting.check_bank()
    assert report.count == 2
    assert {"evidence-missing", "explanation-reused"} == {finding.rule for finding in report.errors}


def test_acknowledged_warnings_do_not_stand(now: datetime) -> None:
    short = SINGLE | {"stem": "Why a harbour?"}
    imported(draft(spec=short), now=now)
    assert "stem-length" in {finding.rule for finding in linting.check_bank().warnings}
    Question.objects.update(acknowledged=[{"rule": "stem-length", "reason": "The shorter the better."}])
    report = linting.check_bank()
    assert "stem-length" not in {finding.rule for finding in report.warnings}
    assert report.acknowledged_count == 1


def test_a_question_is_checked_with_content_that_is_not_saved_yet(now: datetime) -> None:
    imported(draft(), now=now)
    question = Question.objects.get()
    assert linting.check_question(question, question.kind.spec(SINGLE)) == []
    findings = linting.check_question(question, question.kind.spec(SINGLE | {"stem": "Why a harbour?"}))
    assert [finding.rule for finding in findings] == ["stem-length"]
    question.acknowledged = [{"rule": "stem-length", "reason": "The shorter the better."}]
    assert linting.outstanding(question, findings) == []


def test_content_of_another_time_is_an_error_and_stops_no_check(now: datetime) -> None:
    imported(draft(), now=now)
    QuestionVersion.objects.update(spec={"stem": "Why?", "riddle": True})
    report = linting.check_bank()
    assert {finding.rule for finding in report.errors} == {"spec"}
    assert exchange.export(Question.objects.all())[0].spec == {"stem": "Why?", "riddle": True}


def test_a_quiz_is_checked_with_what_it_asks_and_may_draw(now: datetime) -> None:
    imported(draft(), draft("vell-002", SHORT, "short_answer", topic="drawn"), draft("vell-003", MULTIPLE, "multiple_choice"), now=now, publish=True)  # fmt: skip
    quiz = factories.quiz([Question.objects.get(type="single_choice")])
    quiz.items.create(position=2, draw_count=1, topic=Topic.objects.get(slug="drawn"))
    assert {question.type for question in linting.questions_of(quiz)} == {"single_choice", "short_answer"}
    assert linting.check_bank(quiz).count == 2


def test_the_bank_is_read_in_few_queries(now: datetime, django_assert_max_num_queries: Any) -> None:
    imported(*[replace(draft(f"vell-{number}"), where=f"question {number}") for number in range(20)], now=now)
    with django_assert_max_num_queries(9):
        linting.check_bank()


# Owners ---------------------------------------------------------------------------------------------------------------


def test_an_id_of_another_instructors_question_becomes_a_copy(instructor: User, now: datetime) -> None:
    colleague = factories.user("colleague", is_staff=True)
    imported(draft(), now=now, actor=instructor, publish=True)
    report = imported(draft(spec=CHANGED), now=now, actor=colleague)
    assert len(report.new) == 1
    theirs, copy = Question.objects.order_by("pk")
    assert (theirs.owner, copy.owner, copy.visibility) == (instructor, colleague, "private")
    assert (theirs.versions.count(), copy.draft.spec["stem"]) == (1, CHANGED["stem"])  # type: ignore[union-attr]
    assert len(imported(draft(spec=CHANGED), now=now, actor=colleague).unchanged) == 1
    assert Question.objects.count() == 2


@pytest.mark.parametrize(("visibility", "count"), [("use", 2), ("edit", 1)])
def test_a_question_that_others_may_change_is_changed(
    instructor: User, now: datetime, visibility: str, count: int
) -> None:
    imported(draft(), now=now, actor=instructor)
    Question.objects.update(visibility=visibility)
    imported(draft(spec=CHANGED), now=now, actor=factories.user("colleague", is_staff=True))
    assert Question.objects.count() == count


def test_what_the_command_line_imports_is_the_sites(now: datetime) -> None:
    imported(draft(), now=now, publish=True)
    assert (Question.objects.get().owner, Question.objects.get().visibility) == (None, "use")


def test_an_import_that_publishes_lets_others_copy(instructor: User, now: datetime) -> None:
    imported(draft(), now=now, actor=instructor)
    imported(draft(spec=CHANGED), now=now, actor=instructor, publish=True)
    assert Question.objects.get().visibility == "copy"


def test_a_source_that_its_owner_keeps_is_not_there_for_others(instructor: User) -> None:
    Source.objects.update(owner=factories.user("colleague", is_staff=True), visibility="private")
    [refused] = exchange.plan_import([draft()], actor=instructor).refused
    assert "There is no source “chronicle”" in str(refused)


def test_a_question_without_a_topic_goes_out_and_comes_back(now: datetime) -> None:
    imported(draft(topic=""), now=now, publish=True)
    [out] = exchange.export(Question.objects.all())
    row = native_json.flattened(out)
    assert (row["topic"], Question.objects.get().topic) == (None, None)
    parsed, issues = native_json.FORMAT.parse(json.dumps([row]).encode())
    assert (parsed[0].topic, issues) == ("", [])
    assert [entry.action for entry in exchange.plan_import(parsed, actor=None).entries] == ["unchanged"]


def test_imported_questions_can_be_searched(now: datetime) -> None:
    imported(draft(), now=now)
    assert only_version().search_text == search_text(only_version().spec) != ""
