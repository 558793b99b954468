"""One import confirmed by two tabs at once, and two people who bring the same questions."""

from __future__ import annotations

from datetime import UTC, datetime

from quizzes.errors import ImportRejected
from quizzes.models import ImportDraft, Question, Quiz, Tag, Topic, User
from quizzes.services import imports
from quizzes.services.imports import Choices
from tests import factories
from tests.concurrency.racing import errors_in, track
from tests.services.test_imports import GIFT

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def ready(owner: User) -> ImportDraft:
    draft = imports.begin(owner, name="bank.gift", data=GIFT.encode(), now=NOW)
    while draft.is_in_progress:
        imports.go_on(draft, now=NOW)
    return draft


def test_an_import_that_two_tabs_confirm_is_written_once_and_undone_whole(database: str) -> None:
    before = [model.objects.count() for model in (Question, Quiz, Topic, Tag)]
    draft = ready(factories.user(is_staff=True))
    chosen = Choices(topic="Organs", tags=("exam-prep",), quiz="Organs")
    with track(2) as race:
        results = race(*[lambda: imports.confirm(draft, chosen, now=NOW)] * 2)
    assert [type(error) for error in errors_in(results)] == [ImportRejected]
    assert Question.objects.count() == before[0] + 2
    imports.undo(ImportDraft.objects.get(), now=NOW)
    assert [model.objects.count() for model in (Question, Quiz, Topic, Tag)] == before


def test_two_tabs_that_go_on_with_one_import_find_the_same(database: str) -> None:
    draft = imports.begin(factories.user(is_staff=True), name="bank.gift", data=GIFT.encode(), now=NOW)
    tabs = [ImportDraft.objects.get(pk=draft.pk) for _tab in range(2)]
    with track(2) as race:
        results = race(*[lambda tab=tab: imports.go_on(tab, now=NOW) for tab in tabs])
    assert errors_in(results) == []
    found = ImportDraft.objects.get()
    while found.is_in_progress:
        imports.go_on(found, now=NOW)
    assert (found.count, found.checked, len(imports.plan_of(found).lines)) == (2, 2, 2)


def test_two_people_who_bring_the_same_questions_get_their_own(database: str) -> None:
    drafts = [ready(factories.user(is_staff=True)) for _person in range(2)]
    with track(2) as race:
        results = race(
            *[lambda draft=draft: imports.confirm(draft, Choices(topic="Organs"), now=NOW) for draft in drafts]
        )
    for draft, result in zip(drafts, results, strict=True):
        if isinstance(result, Exception):  # who came second is told that something changed, and looks again
            draft.refresh_from_db()
            while draft.is_in_progress:
                imports.go_on(draft, now=NOW)
            imports.confirm(draft, Choices(topic="Organs"), now=NOW)
    assert Question.objects.filter(owner__in=[draft.owner for draft in drafts]).count() == 4
