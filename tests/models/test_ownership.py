"""Who sees, uses and changes what: by owner, visibility, and whether it was published."""

from __future__ import annotations

from typing import Any

import pytest

from quizzes.models import Question, QuestionVersion, Quiz, Source, User
from quizzes.models.draw_cells import drawn_by
from tests import factories

pytestmark = pytest.mark.django_db

# What a colleague may do with a question of another: (see, use, change), by its visibility and state.
COLLEAGUE = {
    ("private", "ready"): (False, False, False),
    ("copy", "ready"): (True, False, False),
    ("use", "ready"): (True, True, False),
    ("edit", "ready"): (True, True, True),
    ("private", "draft"): (False, False, False),
    ("copy", "draft"): (False, False, False),
    ("use", "draft"): (False, False, False),
    ("edit", "draft"): (True, True, True),
}


@pytest.fixture
def colleague(db: None) -> User:
    return factories.user("colleague", is_staff=True)


@pytest.fixture
def administrator(db: None) -> User:
    return factories.user("administrator", is_staff=True, is_superuser=True)


def question(owner: User | None, visibility: str = "private", status: str = "ready") -> Question:
    made = Question.objects.create(type="single_choice", topic=factories.topic(), owner=owner, visibility=visibility)
    factories.version(made, factories.single_choice(), status=status)
    return made


def rights(user: User, row: Any) -> tuple[bool, bool, bool]:
    """Whether the user may see, use and change the row, as the QuerySets say."""
    found = type(row).objects
    seen = found.shown_to(user) if isinstance(row, Quiz) else found.visible_to(user)
    return tuple(
        queryset.filter(pk=row.pk).exists() for queryset in (seen, found.usable_by(user), found.editable_by(user))
    )  # type: ignore[return-value]


@pytest.mark.parametrize(("visibility", "status"), COLLEAGUE, ids=str)
def test_a_colleague_may_do_with_a_question_what_its_owner_lets_them(
    instructor: User, colleague: User, visibility: str, status: str
) -> None:
    row = question(instructor, visibility, status)
    assert rights(colleague, row) == COLLEAGUE[visibility, status]
    assert row.is_editable_by(colleague) == COLLEAGUE[visibility, status][2]
    assert rights(instructor, row) == (True, True, True)


@pytest.mark.parametrize("status", ["draft", "ready"])
def test_an_administrator_may_do_everything(instructor: User, administrator: User, status: str) -> None:
    for row in (question(instructor, status=status), question(None, status=status)):
        assert rights(administrator, row) == (True, True, True)
        assert row.is_editable_by(administrator)


def test_what_is_the_sites_is_used_by_all_and_changed_by_administrators(instructor: User) -> None:
    published, draft = question(None, "private"), question(None, "edit", "draft")
    assert rights(instructor, published) == (True, True, False)
    assert rights(instructor, draft) == (False, False, False)
    assert published.is_usable_by(instructor)
    assert not draft.is_editable_by(instructor)


def test_those_who_do_not_teach_have_no_right_whatever_it_is(learner: User, instructor: User) -> None:
    for row in (question(instructor, "edit"), question(None), question(learner, "edit")):
        assert rights(learner, row) == (False, False, False)
        assert not row.is_editable_by(learner)
        assert not row.is_usable_by(learner)


def test_what_ones_own_quiz_asks_can_be_seen_whatever_became_of_it(instructor: User, colleague: User) -> None:
    row = question(instructor, "private", "retired")
    factories.quiz([row], owner=colleague)
    assert rights(colleague, row) == (True, False, False)


@pytest.mark.parametrize(
    ("visibility", "status", "expected"),
    [
        ("private", "published", (False, False, False)),
        ("copy", "published", (True, False, False)),
        ("use", "published", (True, True, False)),
        ("use", "draft", (False, False, False)),
        ("use", "archived", (False, False, False)),
        ("edit", "draft", (True, True, True)),
    ],
)
def test_a_colleague_may_do_with_a_quiz_what_its_owner_lets_them(
    instructor: User, colleague: User, visibility: str, status: str, expected: tuple[bool, bool, bool]
) -> None:
    row = factories.quiz(0, owner=instructor, visibility=visibility, status=status, is_open_to_all=False)
    assert rights(colleague, row) == expected


def test_a_quiz_open_to_all_can_be_assigned_by_all(instructor: User, colleague: User) -> None:
    assert rights(colleague, factories.quiz(0, owner=instructor)) == (True, True, False)


def test_a_source_is_used_by_all_unless_its_owner_keeps_it(instructor: User, colleague: User) -> None:
    made = Source.objects.create(slug="mine", title="Mine", kind="Report", owner=instructor)
    assert rights(colleague, made) == (True, True, False)
    Source.objects.update(visibility="private")
    assert rights(colleague, made) == (False, False, False)


def test_a_draft_is_seen_by_those_who_may_change_it(instructor: User, colleague: User, administrator: User) -> None:
    row = question(instructor, "use")
    factories.version(row, factories.single_choice("A better stem?"), status="draft")
    versions = QuestionVersion.objects.filter(question=row).order_by("number")
    seen = {
        user: [version.status for version in versions.visible_to(user)]
        for user in (instructor, colleague, administrator)
    }
    assert seen == {instructor: ["ready", "draft"], colleague: ["ready"], administrator: ["ready", "draft"]}
    assert row.shown_version is not None
    assert row.shown_version.status == "ready"


def test_of_a_question_made_private_one_sees_the_version_that_ones_quiz_is_pinned_to(
    instructor: User, colleague: User
) -> None:
    row = question(instructor, "use")
    first = row.ready_version
    quiz = factories.quiz(0, owner=colleague)
    quiz.items.create(question=row, pinned_version=first)
    factories.version(row, factories.single_choice("For the examination?"))
    assert row.versions.visible_to(colleague).count() == 2
    Question.objects.update(visibility="private")
    assert list(row.versions.visible_to(colleague)) == [first]


# Draws ----------------------------------------------------------------------------------------------------------------


def test_a_quiz_draws_what_its_owner_may_use(instructor: User, colleague: User) -> None:
    site, mine = question(None), question(instructor)
    shared = [question(colleague, "use"), question(colleague, "edit")]
    question(colleague, "copy")
    question(colleague)
    assert set(Question.objects.for_quizzes_of(instructor.pk)) == {site, mine, *shared}


def test_a_quiz_of_the_site_draws_from_the_sites_bank_alone(instructor: User) -> None:
    site = question(None)
    question(instructor, "edit")
    assert list(Question.objects.for_quizzes_of(None)) == [site]


def test_a_rule_draws_for_the_owner_of_its_quiz_without_asking_who_that_is(
    instructor: User, colleague: User, django_assert_max_num_queries: Any
) -> None:
    mine = question(instructor)
    question(colleague)
    quiz = factories.quiz(0, owner=instructor)
    quiz.items.create(draw_count=1)
    [rule] = quiz.items.filter(question=None)
    with django_assert_max_num_queries(1):
        assert list(drawn_by(rule)) == [mine]


@pytest.mark.parametrize(("visibility", "is_seen"), [("copy", False), ("use", True), ("edit", True)])
def test_what_is_kept_for_exams_is_seen_only_by_those_who_may_ask_it(
    instructor: User, colleague: User, visibility: str, is_seen: bool
) -> None:
    row = question(instructor, visibility)
    Question.objects.filter(pk=row.pk).update(is_kept_for_exams=True)
    assert rights(colleague, row)[0] == is_seen
    assert QuestionVersion.objects.visible_to(colleague).exists() == is_seen
    assert rights(instructor, row)[0]
