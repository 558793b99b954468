"""The question bank: drafts, versions, conflicts, publishing."""

from datetime import timedelta
from typing import Any

import pytest

from quizzes.errors import EditConflict, NotPublishable, QuizError
from quizzes.models import Question, User
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import bank, readiness, topics
from tests.admin import cast

pytestmark = pytest.mark.django_db
NOW = cast.NOW
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def ada() -> User:
    return cast.instructor("ada")


def described(**changes: Any) -> bank.Identity:
    fields = {
        "topic": cast.topic().name,
        "difficulty": "easy",
        "bloom": "remember",
        "places": [bank.Citation(cast.source(), 1, "the Council")],
    }
    return bank.Identity(**{**fields, **changes})


def written(ada: User, **changes: Any) -> Question:
    return bank.create_question("single_choice", cast.SPEC, described(**changes), actor=ada, now=NOW).question


def published(ada: User) -> Question:
    question = written(ada)
    bank.publish(question.draft, actor=ada, now=NOW)
    return question


def reworded(stem: str) -> dict[str, Any]:
    return {**cast.SPEC, "stem": stem}


def test_a_new_question_starts_with_a_draft_of_its_author(ada: User) -> None:
    question = written(ada, tags=["organs", "organs"])
    assert (question.owner, question.draft.number, question.draft.edited_by) == (ada, 1, ada)
    assert question.ready_version is None
    assert list(question.tags.values_list("slug", flat=True)) == ["organs"]
    assert question.places.get().evidence == "the Council"


def test_content_its_type_refuses_is_not_stored(ada: User) -> None:
    with pytest.raises(InvalidSpec, match="Choose the correct option"):
        bank.create_question(
            "single_choice",
            {"stem": "Who?", "options": [{"text": "a"}, {"text": "b"}]},
            described(),
            actor=ada,
            now=NOW,
        )
    assert not Question.objects.exists()


def test_a_draft_is_edited_in_place(ada: User) -> None:
    question = written(ada)
    saved = bank.save_draft(question, reworded("A better stem?"), actor=ada, now=LATER, expected_revision=1)
    assert (saved.number, saved.revision, saved.edited_at) == (1, 2, LATER)
    assert question.versions.get().stem == "A better stem?"


def test_an_edit_of_a_published_version_opens_a_draft_and_leaves_it_as_it_was(ada: User) -> None:
    question = published(ada)
    before = question.ready_version.spec
    saved = bank.save_draft(question, reworded("A better stem?"), actor=ada, now=LATER, expected_revision=1)
    assert (saved.number, saved.status, saved.revision) == (2, "draft", 2)
    assert question.ready_version.spec == before


@pytest.mark.parametrize("typed", ["Organs", "  oRGANS "])
def test_a_topic_typed_in_other_capitals_is_the_one_that_is_there(ada: User, typed: str) -> None:
    known = cast.topic()
    version = bank.create_question("single_choice", cast.SPEC, described(topic=typed), actor=ada, now=NOW)
    assert version.question.topic == known


def test_topics_in_letters_beyond_ascii_are_found_whatever_their_capitals(ada: User) -> None:
    first, again = (topics.named(name) for name in ("Übungen", "ÜBUNGEN"))
    assert first == again


def test_a_typed_topic_is_made_with_a_slug_that_is_free(ada: User) -> None:
    names = ("Cell biology", "Cell, biology", "Биология", "生物学")
    assert [topics.named(name).slug for name in names] == ["cell-biology", "cell-biology-2", "topic", "topic-2"]


def test_a_question_needs_no_topic(ada: User) -> None:
    version = bank.create_question("single_choice", cast.SPEC, described(topic=" "), actor=ada, now=NOW)
    assert version.question.topic is None
    assert not [finding for finding in readiness.findings(version) if "topic" in finding.rule]


def test_an_edit_that_changes_only_the_topic_opens_no_draft(ada: User) -> None:
    question = published(ada)
    other = cast.topic("missions")
    bank.save_draft(
        question, cast.SPEC, identity=described(topic=other.name, places=[]), actor=ada, now=LATER, expected_revision=1
    )
    question.refresh_from_db()
    assert (question.topic, question.draft, question.places.count()) == (other, None, 0)


def test_the_second_of_two_edits_is_refused_with_who_and_when(ada: User) -> None:
    question = written(ada, visibility="edit")
    bea = cast.instructor("bea")
    bank.save_draft(question, reworded("What Bea wrote?"), actor=bea, now=LATER, expected_revision=1)
    with pytest.raises(EditConflict, match=r"Changed by Bea on Mon, Mar 2, 11:00 a\.m\.") as caught:
        bank.save_draft(question, reworded("What Ada wrote?"), actor=ada, now=LATER, expected_revision=1)
    assert question.draft.stem == "What Bea wrote?"
    bank.save_draft(
        question, reworded("What Ada wrote?"), actor=ada, now=LATER, expected_revision=caught.value.revision
    )
    assert question.draft.stem == "What Ada wrote?"


def test_a_conflict_is_noticed_across_publishing(ada: User) -> None:
    question = written(ada, visibility="edit")
    bea = cast.instructor("bea")
    bank.publish(question.draft, actor=bea, now=NOW)
    bank.save_draft(question, reworded("What Bea wrote?"), actor=bea, now=NOW, expected_revision=1)
    with pytest.raises(EditConflict):
        bank.save_draft(question, reworded("What Ada wrote?"), actor=ada, now=LATER, expected_revision=1)


def test_publishing_retires_the_version_before(ada: User) -> None:
    question = published(ada)
    draft = bank.save_draft(
        question, reworded("A better stem, and a longer one?"), actor=ada, now=NOW, expected_revision=1
    )
    bank.publish(draft, actor=ada, now=LATER)
    first, second = question.versions.order_by("number")
    assert (first.status, second.status, second.published_at) == ("retired", "ready", LATER)


def test_a_published_version_is_not_published_again(ada: User) -> None:
    question = published(ada)
    with pytest.raises(QuizError, match="Version 1 is published already"):
        bank.publish(question.ready_version, actor=ada, now=LATER)


def test_a_draft_that_changed_since_it_was_looked_at_is_not_published(ada: User) -> None:
    question = written(ada)
    bank.save_draft(question, reworded("A better stem?"), actor=ada, now=NOW, expected_revision=1)
    with pytest.raises(EditConflict):
        bank.publish(question.draft, actor=ada, now=NOW, expected_revision=1)


def test_faults_keep_a_version_from_being_published(ada: User) -> None:
    question = cast.question(owner=ada, spec={"stem": "Who?", "options": []}, status="draft")
    with pytest.raises(NotPublishable) as caught:
        bank.publish(question.draft, actor=ada, now=NOW)
    assert caught.value.details["faults"] == ["Option: needs at least 2 entries; there are 0."]
    assert question.ready_version is None


def test_a_missing_source_is_a_suggestion_where_the_owner_names_sources(ada: User) -> None:
    question = written(ada, places=[])
    assert "source-missing" not in {finding.rule for finding in readiness.findings(question.draft)}
    written(ada)
    assert "source-missing" in {finding.rule for finding in readiness.suggestions(question.draft)}
    bank.publish(question.draft, actor=ada, now=NOW)
    assert question.ready_version is not None


def test_suggestions_are_put_aside_with_or_without_a_reason(ada: User) -> None:
    question = written(ada)
    bank.acknowledge(question, {"stem-length": "Short on purpose.", "feedback-thin": "  "}, actor=ada)
    question.refresh_from_db()
    assert question.acknowledged == [
        {"rule": "stem-length", "reason": "Short on purpose."},
        {"rule": "feedback-thin", "reason": "ignored"},
    ]


def test_a_draft_is_discarded_and_an_older_form_notices(ada: User) -> None:
    question = published(ada)
    bank.save_draft(question, reworded("A better stem?"), actor=ada, now=NOW, expected_revision=1)
    bank.discard_draft(question, actor=ada, expected_revision=2)
    assert question.draft is None
    with pytest.raises(EditConflict):
        bank.save_draft(question, reworded("From an old form?"), actor=ada, now=NOW, expected_revision=2)
    with pytest.raises(QuizError, match="no draft besides a published version"):
        bank.discard_draft(question, actor=ada, expected_revision=3)


def test_retiring_takes_a_question_out_of_draws(ada: User) -> None:
    question = published(ada)
    bank.retire(question, actor=ada, now=LATER)
    assert not Question.objects.ready().exists()
    with pytest.raises(QuizError, match="no published version"):
        bank.retire(question, actor=ada, now=LATER)


def test_archiving_hides_and_restoring_brings_back(ada: User) -> None:
    question = published(ada)
    bank.archive(question, actor=ada, now=LATER)
    assert not Question.objects.ready().exists()
    bank.restore(question, actor=ada)
    assert Question.objects.ready().exists()


def test_only_what_nothing_refers_to_is_deleted(ada: User) -> None:
    used, unused = cast.question(owner=ada), cast.question(owner=ada)
    cast.quiz(ada, used)
    with pytest.raises(QuizError, match="archive it instead"):
        bank.delete(used, actor=ada)
    bank.delete(unused, actor=ada)
    assert list(Question.objects.all()) == [used]
