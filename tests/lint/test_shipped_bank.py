"""The bank that is shipped: nothing stands that an author did not acknowledge, and it survives the way out and in."""

import random
from datetime import UTC, datetime

from django.core.management import call_command
from django.test import TestCase

from quizzes import formats
from quizzes.models import Question, Topic
from quizzes.services import exchange, linting

DOCUMENTS = [
    "cases",
    "collective_security",
    "essays",
    "peacekeeping_diplomacy",
    "peacekeeping_qa",
    "seoul_ministerial",
    "supporting_organizations",
]
BLUEPRINT = {
    "type": {
        "single_choice": 132,
        "multiple_choice": 32,
        "true_false": 30,
        "short_answer": 18,
        "numeric": 12,
        "matching": 14,
        "ordering": 8,
        "cloze": 18,
    },
    "difficulty": {"easy": 79, "medium": 119, "hard": 66},
    "bloom": {"remember": 106, "understand": 95, "apply": 40, "analyse": 23},
    "document": {
        "peacekeeping-qa": 26,
        "seoul-ministerial": 28,
        "supporting-organizations": 68,
        "collective-security": 56,
        "peacekeeping-diplomacy": 86,
    },
}


class TestShippedBank(TestCase):
    """The fixtures, loaded once for all."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("loaddata", "sources", "topics", *[f"questions_{name}" for name in DOCUMENTS], verbosity=0)

    def test_the_linter_finds_nothing_that_is_not_acknowledged(self) -> None:
        report = linting.check_bank(blueprint=BLUEPRINT)
        assert 240 <= report.count <= 300
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
