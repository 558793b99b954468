"""A quiz goes to a colleague by a code: what they see, what they get, and everything that ends a code."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from quizzes import clock
from quizzes.errors import NotYours, QuizError
from quizzes.models import Question, Quiz, QuizItem, QuizShare, User
from quizzes.services import people, shares
from tests import factories
from tests.admin import cast
from tests.admin.conftest import logged_in

CODE = reverse("admin:quizzes_quiz_code")


@pytest.fixture
def given(stage: SimpleNamespace) -> SimpleNamespace:
    """A private quiz of Ada's: her private question, one of the site's, one of Cem's that he keeps, and a random one."""
    cem = cast.instructor("cem")
    stage.own = cast.question(owner=stage.ada, visibility="private", difficulty="hard")
    stage.own.tags.create(slug="week-1")
    stage.site = cast.question(owner=None, spec={**cast.SPEC, "stem": "Whose is this?"})
    stage.cems = cast.question(owner=cem, visibility="private")
    stage.given = cast.quiz(stage.ada, stage.own, stage.site, stage.cems, title="Midterm", visibility="private")
    QuizItem.objects.filter(question=stage.own).update(points="2.5")
    QuizItem.objects.create(quiz=stage.given, position=9, draw_count=1, topic=stage.site.topic)
    stage.share = shares.make(stage.given, actor=stage.ada, days=7, now=clock.now())
    stage.page = reverse("admin:quizzes_quiz_shared", args=[stage.share.code])
    return stage


def test_the_owner_makes_a_code_and_takes_it_back(as_ada: Client, stage: SimpleNamespace) -> None:
    page = reverse("admin:quizzes_quiz_share", args=[stage.ada_quiz.pk])
    as_ada.post(page, {"days": "30"})
    share = QuizShare.objects.get()
    assert share.expires_at - share.created_at == timedelta(days=30)
    assert share.grouped in as_ada.get(page).content.decode()
    assert "no longer works" in as_ada.post(page, {"revoke": share.pk}, follow=True).content.decode()
    with pytest.raises(QuizError, match="opens no quiz"):
        shares.opened(share.code, actor=stage.bea, now=clock.now())


def test_a_colleague_sees_what_they_get_and_copies_it(as_bea: Client, given: SimpleNamespace) -> None:
    assert as_bea.post(CODE, {"code": given.share.grouped.lower()})["Location"] == given.page
    page = as_bea.get(given.page).content.decode()
    assert "Ada gives you a copy of this quiz." in page
    assert "1 question becomes a copy of your own." in page
    assert "1 question stays behind" in page
    assert "Whose is this?" in page
    as_bea.post(given.page)
    made = Quiz.objects.get(owner=given.bea, title="Midterm (copy)")
    assert (made.status, made.visibility) == ("draft", "private")
    copied, site, drawn = made.items.order_by("position")
    assert (copied.question.owner, copied.question.visibility, copied.points) == (given.bea, "private", 2.5)
    assert copied.question.ready_version.spec == given.own.ready_version.spec
    assert copied.question.ready_version.search_text
    assert (copied.question.difficulty, copied.question.tags.get().slug) == ("hard", "week-1")
    assert (site.question, drawn.draw_count) == (given.site, 1)
    given.share.refresh_from_db()
    assert given.share.copies == 1
    assert given.own.owner == given.ada


def test_every_code_that_does_not_work_gets_the_same_words(as_bea: Client, given: SimpleNamespace) -> None:
    def words(**fields: object) -> str:
        QuizShare.objects.update(**fields)
        response = as_bea.get(given.page)
        assert response.status_code == 404
        return str(response.context["error"])

    now = clock.now()
    told = {
        words(revoked_at=now),
        words(revoked_at=None, created_at=now - timedelta(days=9), expires_at=now),
        words(expires_at=now + timedelta(days=1), code="A" * 12),
        str(as_bea.post(CODE, {"code": "ABCD-ÉÉÉÉ-<b>"}).context["error"]),
    }
    QuizShare.objects.update(code=given.share.code)
    Quiz.objects.filter(pk=given.given.pk).update(owner=given.tim)  # Ada can no longer give it away
    assert {*told, words()} == {"That code opens no quiz. It may be too old, or taken back; ask for a new one."}


def test_what_an_exam_asks_is_not_given_to_those_who_take_it(as_bea: Client, given: SimpleNamespace) -> None:
    exam = cast.quiz(given.ada, given.own, feedback="exam", slug="exam")
    factories.assignment(factories.classroom(instructor=given.ada, students=[given.bea]), exam)
    assert as_bea.get(given.page).status_code == 404
    assert as_bea.post(given.page).status_code == 404
    assert not Question.objects.filter(owner=given.bea).exists()


def test_a_code_gives_no_more_than_its_maker_could(given: SimpleNamespace) -> None:
    Question.objects.filter(pk=given.own.pk).update(owner=given.tim)
    contents = shares.contents_of(given.share, actor=given.bea, now=clock.now())
    assert (list(contents.copied), contents.behind) == ([], 2)


def test_only_those_who_may_change_a_quiz_share_it(stage: SimpleNamespace, as_bea: Client) -> None:
    with pytest.raises(NotYours):
        shares.make(stage.ada_quiz, actor=stage.bea, days=1, now=clock.now())
    for _number in range(shares.MOST_OPEN):
        shares.make(stage.ada_quiz, actor=stage.ada, days=1, now=clock.now())
    with pytest.raises(QuizError, match="Take one back first"):
        shares.make(stage.ada_quiz, actor=stage.ada, days=1, now=clock.now())
    foreign = {"revoke": QuizShare.objects.first().pk}
    assert as_bea.post(reverse("admin:quizzes_quiz_share", args=[stage.bea_quiz.pk]), foreign).status_code == 404
    assert logged_in(stage.sam).get(CODE).status_code == 302


def test_codes_are_tried_only_so_often(as_bea: Client, stage: SimpleNamespace, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "open_quiz_share": "2/600s/user"}
    wrong = reverse("admin:quizzes_quiz_shared", args=["A" * 12])
    assert [as_bea.get(wrong).status_code for _try in range(3)] == [404, 404, 429]


def test_the_codes_of_a_person_who_is_forgotten_go(given: SimpleNamespace) -> None:
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    given.share.owner = given.tim
    given.share.save()
    people.anonymise(given.tim, by=root, now=clock.now())
    assert not QuizShare.objects.exists()
