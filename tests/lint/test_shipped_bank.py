"""The bank that is shipped: nothing stands that an author did not acknowledge, and it survives the way out and in."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import TestCase

from quizzes import formats
from quizzes.models import Question, Topic
from quizzes.services import enemies, exchange, linting, study

pytestmark = pytest.mark.slow

DOCUMENTS = [
    "cases",
    "collective_security",
    "essays",
    "peacekeeping_diplomacy",
    "peacekeeping_qa",
    "seoul_ministerial",
    "supporting_organizations",
]
BLUEPRINT = {  # shares: of types as they are wanted, of the rest as the second edition has them
    "type": {
        "single_choice": 52,
        "multiple_choice": 11,
        "true_false": 9,
        "short_answer": 6,
        "numeric": 3,
        "matching": 6,
        "ordering": 3,
        "cloze": 6,
        "essay": 4,
    },
    "difficulty": {"easy": 26, "medium": 44, "hard": 30},
    "bloom": {"remember": 26, "understand": 31, "apply": 26, "analyse": 17},  # cases ask to apply and judge
    "document": {
        "peacekeeping-qa": 10,
        "seoul-ministerial": 10,
        "supporting-organizations": 26,
        "collective-security": 21,
        "peacekeeping-diplomacy": 33,
    },
}


class TestShippedBank(TestCase):
    """The fixtures, loaded once for all."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("loaddata", "sources", "topics", *[f"questions_{name}" for name in DOCUMENTS], verbosity=0)
        enemies.load(Path(settings.FIXTURE_DIRS[0]))
        study.load(settings.FIXTURE_DIRS[0], now=datetime(2026, 3, 2, tzinfo=UTC))

    def test_the_linter_finds_nothing_that_is_not_acknowledged(self) -> None:
        report = linting.check_bank(blueprint=BLUEPRINT)
        assert 264 <= report.count <= 320
        assert [str(finding) for finding in report.standing] == []
        rows = [row for rows in Question.objects.values_list("acknowledged", flat=True) for row in rows]
        assert all(row["reason"].strip() for row in rows)

    def test_every_accepted_answer_of_the_bank_earns_its_share(self) -> None:
        tried = 0
        for question in Question.objects.live():
            item = linting.item_of(question, question.kind.spec(question.ready_version.spec))
            layout = item.kind.layout(item.spec, random.Random(1), shuffle=True)
            for claim in item.kind.claims(item.spec, layout):
                response = item.kind.parse(item.spec, layout, claim.fields)
                assert item.kind.grade(item.spec, response).fraction >= claim.fraction, (item.id, claim)
                tried += 1
        assert tried > 350

    def test_nothing_is_lost_on_the_way_out_and_in(self) -> None:
        now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        native = formats.get("json")
        exported = exchange.export(Question.objects.all())
        drafts, issues = native.parse(native.write(exported))
        assert (drafts, issues) == (exported, [])
        assert not exchange.plan_import(drafts, actor=None).writes
        Question.objects.all().delete()
        Topic.objects.all().delete()
        exchange.apply_import(exchange.plan_import(drafts, actor=None, publish=True), actor=None, now=now)
        assert exchange.export(Question.objects.all()) == exported
