"""A question that stands on a case: the page of facts is above it while answering and after, in the words it had then."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes.errors import NotPublishable
from quizzes.formats.base import QuestionDraft
from quizzes.formats.native_json import NativeJson
from quizzes.models import Question, Quiz, StudyNote, User
from quizzes.reports import invariants
from quizzes.services import attempts, bank, cases, exchange
from tests import factories
from tests.admin import cast
from tests.clocks import stopped_at

FACTS = "The dam stands in the hills."
MINUTE = timedelta(minutes=1)


@pytest.fixture
def case(db: None) -> StudyNote:
    return factories.note("case-hestria", f"**The map.** {FACTS}", kind="case", title="Hestria, a war over a river")


@pytest.fixture
def asked(case: StudyNote) -> list[Question]:
    """Two questions on the case with a plain one between them."""
    spec = factories.single_choice()
    return [factories.question(spec | more) for more in ({"case": case.slug}, {}, {"case": case.slug})]


def page(client: Client, address: str, at: datetime) -> str:
    with stopped_at(at):
        response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def folds(text: str) -> list[str]:
    """Of each case on a page, whether it is open."""
    return re.findall(r'<details class="case"( open)?>', text)


def test_the_case_is_open_above_its_question_and_after_the_first_folded(
    client: Client, learner: User, asked: list[Question], now: datetime
) -> None:
    quiz = factories.quiz([asked[0], asked[2], asked[1]], feedback="homework")
    attempt = attempts.start(learner, quiz, now=now)
    client.force_login(learner)
    at = f"/attempts/{attempt.pk}/"
    first, plain = (page(client, f"{at}questions/{slot}/", now) for slot in (1, 3))
    assert folds(first) == [" open"]
    assert first.index(FACTS) < first.index("Which is right?")
    assert FACTS not in plain
    assert folds(page(client, f"{at}questions/2/", now)) == [" open"]
    assert folds(page(client, f"{at}all/", now)) == [" open", ""]
    attempts.submit(attempt, now=now)
    assert folds(page(client, f"{at}result/", now)) == [" open", ""]


def test_an_attempt_keeps_the_text_that_the_case_had_when_it_began(
    client: Client, learner: User, asked: list[Question], case: StudyNote, now: datetime
) -> None:
    quiz = factories.quiz([asked[0]], feedback="homework")
    client.force_login(learner)
    old = factories.attempt(learner, quiz, now=now, submit=True)
    running = attempts.start(learner, quiz, now=now + MINUTE)
    before = StudyNote.objects.get()
    case.body = "The dam has burst."
    case.save()
    cases.keep_text(before, case, now=now + 2 * MINUTE)
    later = now + 3 * MINUTE
    assert FACTS in page(client, f"/attempts/{old.pk}/result/", later)
    assert FACTS in page(client, f"/attempts/{running.pk}/questions/1/", later)
    attempts.submit(running, now=later)
    new = attempts.start(learner, quiz, now=later)
    assert "The dam has burst." in page(client, f"/attempts/{new.pk}/questions/1/", later)


def test_rewriting_a_case_in_the_workshop_keeps_what_it_said(admin_client: Client, case: StudyNote) -> None:
    form = {
        "title": case.title,
        "slug": case.slug,
        "position": "1",
        "kind": "case",
        "body": "New.",
        "status": "published",
    }
    form |= {"visibility": "use", "places-TOTAL_FORMS": "0", "places-INITIAL_FORMS": "0"}
    address = reverse("admin:quizzes_studynote_change", args=[case.pk])
    assert admin_client.post(address, form).status_code == 302
    assert FACTS in case.earlier_texts.get().body


@pytest.mark.parametrize("change", [{"status": "draft"}, {"kind": "note"}, {"slug": "other"}])
def test_a_case_that_published_questions_name_stays(
    admin_client: Client, case: StudyNote, asked: list[Question], change: dict[str, str]
) -> None:
    form = {"title": case.title, "slug": case.slug, "position": "1", "kind": "case", "body": "B", "status": "published"}
    form |= {"visibility": "use", "places-TOTAL_FORMS": "0", "places-INITIAL_FORMS": "0"}
    address = reverse("admin:quizzes_studynote_change", args=[case.pk])
    assert "must stay as it is" in admin_client.post(address, form | change).content.decode()
    admin_client.post(reverse("admin:quizzes_studynote_delete", args=[case.pk]), {"post": "yes"})
    marked = {"action": "unpublish", "_selected_action": [case.pk]}
    admin_client.post(reverse("admin:quizzes_studynote_changelist"), marked)
    assert StudyNote.objects.get().status == "published"


def test_an_author_chooses_a_case_and_publishes_only_once_it_is_published(
    admin_client: Client, admin_user: User, case: StudyNote, now: datetime
) -> None:
    question = factories.question()
    draft = factories.version(question, cast.SPEC | {"case": case.slug}, status="draft")
    address = reverse("admin:quizzes_question_change", args=[question.pk])
    assert '<option value="case-hestria" selected>' in admin_client.get(address).content.decode()
    assert FACTS in admin_client.get(f"{address.removesuffix('change/')}versions/2/preview/").content.decode()
    StudyNote.objects.update(status="draft")
    with pytest.raises(NotPublishable, match="The case “case-hestria” is not published"):
        bank.publish(draft, actor=admin_user, now=now)
    StudyNote.objects.update(status="published")
    assert bank.publish(draft, actor=admin_user, now=now).spec["case"] == case.slug


def test_a_file_carries_the_name_of_the_case_which_must_be_there(case: StudyNote, now: datetime) -> None:
    spec = exchange.as_stored("single_choice", factories.single_choice() | {"case": case.slug})
    form = NativeJson()
    [draft], issues = form.parse(form.write([QuestionDraft(type="single_choice", spec=spec)]))
    assert (draft.spec["case"], issues) == (case.slug, [])
    assert len(exchange.plan_import([draft], actor=None).new) == 1
    StudyNote.objects.all().delete()
    [refused] = exchange.plan_import([draft], actor=None).refused
    assert "There is no case “case-hestria”" in refused.message


def test_a_file_that_knows_no_cases_has_the_facts_in_the_stem(case: StudyNote, asked: list[Question]) -> None:
    [first, plain, _third] = cases.put_into_stems(exchange.export(Question.objects.order_by("pk")))
    assert first.spec["stem"].startswith(f"**{case.title}**")
    assert FACTS in first.spec["stem"]
    assert plain.spec["stem"] == "Which is right?"


def test_questions_of_a_case_stand_together_where_the_order_is_shuffled(
    learner: User, asked: list[Question], now: datetime
) -> None:
    quiz = factories.quiz([*asked, *factories.published(5)], shuffle_questions=True)
    for number in range(4):
        attempt = factories.attempt(learner, quiz, now=now + number * MINUTE, submit=True)
        named = [answer.version.spec.get("case", "") for answer in attempt.answers.order_by("slot")]
        places = [place for place, slug in enumerate(named) if slug]
        assert places[1] - places[0] == 1


def test_pages_ask_no_more_often_for_ten_questions_of_a_case_than_for_two(
    client: Client, learner: User, case: StudyNote, now: datetime
) -> None:
    def queries(number: int) -> int:
        spec: dict[str, Any] = factories.single_choice() | {"case": case.slug}
        quiz: Quiz = factories.quiz([factories.question(spec) for _number in range(number)])
        attempt = attempts.start(learner, quiz, now=now)
        with CaptureQueriesContext(connection) as captured:
            page(client, f"/attempts/{attempt.pk}/all/", now)
        return len(captured)

    client.force_login(learner)
    queries(2)
    few = queries(2)
    assert queries(10) <= few


def test_a_case_that_is_gone_is_found_by_the_invariants(case: StudyNote, asked: list[Question], now: datetime) -> None:
    assert list(invariants.empty(now)) == []
    StudyNote.objects.all().delete()
    assert [str(one.what) for one in invariants.empty(now)] == [
        "stands on the case “case-hestria”, which is not there"
    ] * 2
