"""The paper of an attempt: its questions as they were laid out when it started.

Only a regrade changes it, after the attempt has ended: a question moves to a newer version, its parts where they were.

It is fetched once for a request and passed on: whatever saves, shows or checks an answer asks it for version and layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quizzes.errors import BadAnswer, NotFound
from quizzes.json_types import JSONObject
from quizzes.models import version_cache
from quizzes.models.answers import Answer
from quizzes.models.bank import QuestionVersion
from quizzes.models.prepared import Prepared, prepared
from quizzes.question_types.base import Remark

# The learner is part of the question: another learner's attempt then takes the same work as one that does not exist.
QUESTIONS: Prepared[tuple[int, int, list[object]]] = prepared(
    lambda attempt, learner: (
        Answer.objects.filter(attempt=attempt, attempt__learner=learner)
        .order_by("slot")
        .values_list("slot", "version_id", "layout")
    )
)


@dataclass(frozen=True)
class PaperQuestion:
    """One question of a paper: the version that is asked and the order of its parts."""

    slot: int
    version: QuestionVersion
    layout: list[object]

    def parse(self, fields: JSONObject) -> object:
        """Return the response that the posted fields give; raises BadAnswer for what does not fit the question."""
        return self.version.kind.parse(self.version.parsed, self.layout, fields)

    def posted(self, response: object) -> dict[str, list[str]]:
        """Return the fields that a page posts for a response."""
        return self.version.kind.posted(self.version.parsed, self.layout, response)

    def remarks(self, response: object) -> list[Remark]:
        """Return what to tell the learner about a response as it stands; nothing of the key."""
        return self.version.kind.remarks(self.version.parsed, self.layout, response)

    def is_unread(self, response: object) -> bool:
        """Return whether some of a response does not count as it stands."""
        return any(remark.is_unread for remark in self.remarks(response))


@dataclass(frozen=True)
class Paper:
    """The questions of one learner's attempt by slot, 1 to n."""

    attempt_id: int
    learner_id: int
    questions: Mapping[int, PaperQuestion]

    def __len__(self) -> int:
        return len(self.questions)

    def __contains__(self, slot: int) -> bool:
        return slot in self.questions

    def __getitem__(self, slot: int) -> PaperQuestion:
        """Return the question; raises BadAnswer for a slot that the paper does not have."""
        if slot not in self.questions:
            words = _("The slot must be a whole number from 1 to %(count)d.") % {"count": len(self)}
            raise BadAnswer(words, where="slot")
        return self.questions[slot]

    def case_before(self, slot: int) -> str:
        """Return the case of the question before this one; empty for none."""
        return self.questions[slot - 1].version.parsed.case if slot - 1 in self.questions else ""


def of_attempt(attempt_id: int, learner_id: int) -> Paper:
    """Return the paper of the learner's attempt; raises NotFound for one that is not theirs (1 query)."""
    rows = QUESTIONS(attempt=attempt_id, learner=learner_id)
    if not rows:
        raise NotFound
    versions = version_cache.get_many({version for _slot, version, _layout in rows})
    return Paper(
        attempt_id,
        learner_id,
        {slot: PaperQuestion(slot, versions[version], layout) for slot, version, layout in rows},
    )
